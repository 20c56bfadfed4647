"""Registration rows as a page shows them, and what is left to mend in a form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import QueryDict

from binzhi.frontdesk.queries.people import person_hints
from binzhi.frontdesk.web.forms import RegistrationForm
from binzhi.guests.countries import normalise_country
from binzhi.guests.enums import DocumentKind
from binzhi.guests.mrz import Mrz, read_mrz
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm
from binzhi.property.queries import HotelRef

LONGEST_ID = 17


def person_row(hotel: HotelRef, row: RegistrationForm) -> dict[str, Any]:
    """A row with what is known about the person in it."""
    required = row.position == 0 or (hotel.documents_required and not row.is_child)
    return {"form": row, "is_required": required, **person_hints(hotel=hotel, **_typed(row))}


def _typed(row: RegistrationForm) -> dict[str, Any]:
    """What stands in a row now, whether it was sent or is shown first."""
    texts = {name: str(row[name].value() or "") for name in ("kind", "number", "country", "birth_date")}
    return {"guest_id": number_in(row["guest"].value()), "is_child": row.is_child, **texts}


def number_in(value: Any) -> int:
    """A number that a form sent; 0 when it is none."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else 0


def problems_of(form: OperationForm, people: Sequence[RegistrationForm]) -> list[tuple[str, str]]:
    """What is left to mend, as (id of the field, its label), for the line beside the button."""
    found = []
    for part in (*people, form):
        for name in part.errors if part.is_bound else ():
            if name in part.fields:
                bound = part[name]
                found.append((bound.id_for_label or bound.auto_id, str(bound.label)))
    return found


# 来往内地通行证 and 来往大陆通行证 as they stand in the lines: a letter or none, and eight digits.
_HK_MACAO, _TAIWAN = re.compile(r"[HM]\d{8}"), re.compile(r"\d{8}")


def filled_from_lines(posted: QueryDict, *, position: int, is_child: bool, today: date) -> RegistrationForm:
    """The row as the lines of its document fill it in; lines that cannot be read are said at their field."""
    row = RegistrationForm(posted, position=position, is_child=is_child)
    lines = posted.get(row.add_prefix("mrz"), "")
    try:
        told = read_mrz(lines)
    except DomainError as refusal:
        row.full_clean()
        row.errors.clear()
        row.add_error("mrz", refusal.text)
        return row
    filled = posted.copy()
    for name, value in _told_by(told, today).items():
        if value:
            filled[row.add_prefix(name)] = value
    name = row.add_prefix("guest_text")
    if not filled.get(name, "").strip():
        filled[name] = f"{told.surname} {told.given_names}".strip()
    filled[row.add_prefix("mrz")] = ""
    row = RegistrationForm(filled, position=position, is_child=is_child)
    row.full_clean()
    row.errors.clear()
    return row


def _told_by(told: Mrz, today: date) -> dict[str, str]:
    names = f"{told.surname} {told.given_names}".strip()
    if told.code.startswith("V"):
        # A visa has a number of its own; the passport is another document.
        return {"visa_number": told.number, "visa_kind": "visa", "latin_name": names}
    born, expires = told.birth_date(today=today), told.expires_on(today=today)
    return {
        "kind": _kind_of(told), "number": told.number, "country": _country(told.issuer), "sex": told.sex,
        "birth_date": born.isoformat() if born else "", "expires_on": expires.isoformat() if expires else "",
        "latin_name": names,
    }  # fmt: skip


def _country(issuer: str) -> str:
    try:
        return normalise_country(issuer)
    except DomainError:
        return ""


def _kind_of(told: Mrz) -> str:
    if told.code.startswith("P"):
        return DocumentKind.PASSPORT.value
    if told.issuer == "CHN" and _HK_MACAO.fullmatch(told.number):
        return DocumentKind.HK_MACAO.value
    if told.issuer == "CHN" and _TAIWAN.fullmatch(told.number):
        return DocumentKind.TAIWAN.value
    return DocumentKind.OTHER.value

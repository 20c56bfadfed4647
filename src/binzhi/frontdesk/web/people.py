"""Registration rows as a page shows them, and what is left to mend in a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from binzhi.frontdesk.queries.people import person_hints
from binzhi.frontdesk.web.forms import DeskForm, RegistrationForm
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


def problems_of(form: DeskForm, people: Sequence[RegistrationForm]) -> list[tuple[str, str]]:
    """What is left to mend, as (id of the field, its label), for the line beside the button."""
    found = []
    for part in (*people, form):
        for name in part.errors if part.is_bound else ():
            if name in part.fields:
                bound = part[name]
                found.append((bound.id_for_label or bound.auto_id, str(bound.label)))
    return found

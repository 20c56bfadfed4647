"""What is asked of a guest besides name and document: of foreigners visa and entry, where the police ask address."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from binzhi.frontdesk.registration.enums import VisaKind
from binzhi.kernel import crypto
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.text import clean_text

LIMITS = {
    "latin_name": 120, "visa_number": 30, "entry_port": 60, "next_stop": 60, "address": 120, "ethnicity": 20,
}  # fmt: skip
DATES = ("stay_until", "entered_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """As asked at the desk; empty where it was not."""

    latin_name: str = ""
    visa_kind: str = ""
    visa_number: str = ""
    stay_until: date | None = None
    entered_on: date | None = None
    entry_port: str = ""
    next_stop: str = ""
    address: str = ""
    ethnicity: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Particulars()


NONE = Particulars()


def particulars_place(registration_id: int) -> str:
    """What sealed particulars are bound to."""
    return f"frontdesk_registration.particulars:{registration_id}"


def clean_particulars(given: Particulars, *, today: date) -> Particulars:
    """Cleaned and checked against each other. Raises InvalidInput at the field."""
    texts = {name: clean_text(getattr(given, name), field=name, limit=limit) for name, limit in LIMITS.items()}
    if given.visa_kind not in VisaKind.values:
        raise InvalidInput(field="visa_kind")
    if given.entered_on is not None and given.entered_on > today:
        raise InvalidInput(field="entered_on", message=_("This day is still to come."))
    if given.stay_until and given.entered_on and given.stay_until < given.entered_on:
        raise InvalidInput(field="stay_until", message=_("The stay cannot end before the entry."))
    return Particulars(**texts, visa_kind=given.visa_kind, stay_until=given.stay_until, entered_on=given.entered_on)


def sealed_particulars(registration_id: int, given: Particulars) -> bytes | None:
    """Under the row's key; nothing where nothing was said."""
    if given.is_empty:
        return None
    said = {name: value for name, value in asdict(given).items() if value}
    return crypto.seal_bytes(orjson.dumps(said, default=str), place=particulars_place(registration_id))


def opened_particulars(registration_id: int, sealed: bytes | None) -> Particulars:
    """Raises KeyMissing."""
    if sealed is None:
        return NONE
    said: dict[str, Any] = orjson.loads(crypto.open_bytes(sealed, place=particulars_place(registration_id)))
    for name in DATES:
        if name in said:
            said[name] = date.fromisoformat(said[name])
    return Particulars(**said)

"""What is written into a guest file, cleaned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from binzhi.guests.countries import normalise_country
from binzhi.guests.enums import Sex
from binzhi.guests.phones import normalise_phone
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.search import NameKeys, name_keys
from binzhi.kernel.text import clean_text

NAME_LIMIT = 120
NOTE_LIMIT = 500
EMAIL_LIMIT = 200
MEMBER_NO_LIMIT = 20
OLDEST_BIRTH_YEAR = 1880
# Which levels there are the hotel says; the file keeps their codes in small letters.
_LEVEL = re.compile(r"[a-z0-9_-]{0,10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestDetails:
    """A guest as typed. None as phone or e-mail leaves the saved one as it is, "" takes it away."""

    name: str
    name_en: str = ""
    sex: str = ""
    birth_date: date | None = None
    nationality: str = ""
    phone: str | None = ""
    email: str | None = ""
    organisation_id: int | None = None
    member_no: str = ""
    member_tier: str = ""
    vip_level: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanDetails:
    """The same, fit to be stored; `phone` is E.164."""

    name: str
    name_en: str
    sex: str
    birth_date: date | None
    nationality: str
    phone: str | None
    email: str | None
    organisation_id: int | None
    member_no: str
    member_tier: str
    vip_level: str
    note: str
    keys: NameKeys


def clean_details(details: GuestDetails, *, today: date | None = None) -> CleanDetails:
    """Raises InvalidInput at the field that cannot be taken."""
    name = clean_text(details.name, field="name", limit=NAME_LIMIT, required=True)
    if details.sex not in Sex.values:
        raise InvalidInput(field="sex")
    if not _LEVEL.fullmatch(details.vip_level):
        raise InvalidInput(field="vip_level", message=_("This level does not exist."))
    return CleanDetails(
        name=name,
        name_en=clean_text(details.name_en, field="name_en", limit=NAME_LIMIT),
        sex=details.sex,
        birth_date=_birth_date(details.birth_date, today),
        nationality=normalise_country(details.nationality),
        phone=normalise_phone(details.phone) if details.phone and details.phone.strip() else _blank(details.phone),
        email=None if details.email is None else _email(details.email),
        organisation_id=details.organisation_id,
        member_no=clean_text(details.member_no, field="member_no", limit=MEMBER_NO_LIMIT).upper().replace(" ", ""),
        member_tier=clean_text(details.member_tier, field="member_tier", limit=10),
        vip_level=details.vip_level,
        note=clean_text(details.note, field="note", limit=NOTE_LIMIT, multiline=True),
        keys=name_keys(name),
    )


def _blank(phone: str | None) -> str | None:
    return None if phone is None else ""


def _birth_date(given: date | None, today: date | None) -> date | None:
    if given is not None and (given.year < OLDEST_BIRTH_YEAR or (today is not None and given > today)):
        raise InvalidInput(field="birth_date", message=_("This date of birth is not possible."))
    return given


def _email(given: str) -> str:
    email = clean_text(given, field="email", limit=EMAIL_LIMIT)
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise InvalidInput(field="email", message=_("This is not an e-mail address.")) from error
    return email

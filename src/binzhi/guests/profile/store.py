"""The values of the catalogue's fields: the newest note of each key stands, older ones remain beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from binzhi.guests.profile.catalogue import BY_KEY, FIELDS, ORGANISATION_BY_KEY, Field, Kind
from binzhi.guests.profile.lunar import parse_lunar_day
from binzhi.kernel import crypto, db
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.text import clean_text

_LEAP = 2024
_DAY_LINE = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?\s*[:：]?\s*(.*)")


def value_place(value_id: int) -> str:
    return f"guests_profilevalue.value:{value_id}"


@dataclass(frozen=True, slots=True)
class Noted:
    """A value as it stands: its text, or its mask when it is a secret, and who noted it when."""

    key: str
    value: str
    noted_by: int | None
    noted_at: datetime
    is_sealed: bool = False


_VALUES = """
SELECT DISTINCT ON (key) key, value, noted_by, noted_at, sealed IS NOT NULL AS is_sealed, id
FROM guests_profilevalue WHERE group_id = %s AND guest_id = %s ORDER BY key, id DESC
"""
_ORGANISATION_VALUES = """
SELECT DISTINCT ON (key) key, value, noted_by, noted_at, id
FROM guests_organisationvalue WHERE group_id = %s AND organisation_id = %s ORDER BY key, id DESC
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """All values that stand; `seen` is the last note of all, by which a second writer is noticed."""

    values: Mapping[str, Noted]
    seen: int

    def text(self, key: str) -> str:
        """The value, or its mask; "" where nothing is known."""
        noted = self.values.get(key)
        return noted.value if noted else ""


def profile_of(*, group_id: int, guest_id: int) -> Profile:
    """One statement."""
    return _profile(db.fetch_all(_VALUES, [group_id, guest_id]))


def organisation_profile(*, group_id: int, organisation_id: int) -> Profile:
    return _profile(db.fetch_all(_ORGANISATION_VALUES, [group_id, organisation_id]))


def _profile(rows: list[dict[str, Any]]) -> Profile:
    seen = max((row.pop("id") for row in rows), default=0)
    return Profile({row["key"]: Noted(**row) for row in rows if row["value"]}, seen)


def fields_on(hotel_id: int) -> list[Field]:
    """The fields this hotel wants, in the catalogue's order."""
    said = {
        row["key"]: row["is_on"]
        for row in db.fetch_all("SELECT key, is_on FROM guests_profileswitch WHERE hotel_id = %s", [hotel_id])
    }
    return [field for field in FIELDS if said.get(field.key, field.on)]


def clean(field: Field, text: str) -> str:
    """A value as it is kept. Raises InvalidInput at the field."""
    is_long = field.kind in (Kind.TEXT, Kind.DAYS)
    value = clean_text(text, field=field.key, limit=field.limit, multiline=is_long)
    if not value:
        return ""
    if field.kind is Kind.CHOICE and value not in dict(field.choices):
        raise InvalidInput(field=field.key)
    if field.kind is Kind.LUNAR_DAY:
        return parse_lunar_day(value).text
    if field.kind is Kind.DAYS:
        return "\n".join(_day_line(field.key, line) for line in value.splitlines() if line.strip())
    return value


def _day_line(key: str, line: str) -> str:
    """10-01 结婚纪念日, with the year where one was given."""
    found = _DAY_LINE.fullmatch(line.strip())
    try:
        if found is None:
            raise ValueError
        day = date(int(found[1] or _LEAP), int(found[2]), int(found[3]))
    except ValueError:
        raise InvalidInput(field=key, message=_("One day a line: 10-01 and what it is.")) from None
    return f"{day:%Y-%m-%d} {found[4]}".strip() if found[1] else f"{day:%m-%d} {found[4]}".strip()


def _district(text: str) -> str:
    """杭州市西湖区 **** : as far as the district."""
    found = re.match(r"(.{2,8}?(?:省|自治区))?(.{1,9}?[市州盟])?(.{1,8}?[区县旗市])?", text)
    return f"{found[0] if found else ''}****"


_MASKS: dict[str, Callable[[str], str]] = {
    "address": _district,
    "plate": lambda text: f"{text[:2]}·***{text[-2:]}" if len(text) > 5 else "***",
    "bank_account": lambda text: f"**** {text[-4:]}" if len(text) > 8 else "****",
}


def mask(field: Field, text: str) -> str:
    """What may be shown of a secret to everybody who may see the file."""
    masked = _MASKS.get(field.key)
    return (masked(text) if masked else "****") if text else ""


def write(*, group_id: int, guest_id: int, values: Mapping[str, str], noted_by: int | None, now: datetime) -> None:
    """Building block: note cleaned values; "" takes one away (an empty note stands above the old one).

    The notes of a secret that it replaces are taken out: what was sealed once is not kept longer than it is needed.
    """
    for key, value in values.items():
        field = BY_KEY[key]
        if field.secret:
            _forget(guest_id, key)
        value_id: int = db.fetch_value("SELECT nextval(pg_get_serial_sequence('guests_profilevalue', 'id'))")
        sealed = crypto.seal(value, place=value_place(value_id)) if field.secret and value else None
        db.execute(
            "INSERT INTO guests_profilevalue (id, group_id, guest_id, key, value, sealed, noted_by, noted_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [value_id, group_id, guest_id, key, mask(field, value) if field.secret else value, sealed, noted_by, now],
        )


def _forget(guest_id: int, key: str) -> None:
    db.execute("DELETE FROM guests_profilevalue WHERE guest_id = %s AND key = %s", [guest_id, key])


def write_organisation(
    *, group_id: int, organisation_id: int, values: Mapping[str, str], noted_by: int | None, now: datetime
) -> None:
    """Building block: note cleaned values of an organisation."""
    for key, value in values.items():
        db.execute(
            "INSERT INTO guests_organisationvalue (group_id, organisation_id, key, value, noted_by, noted_at)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [group_id, organisation_id, key, value, noted_by, now],
        )


def open_secret(*, group_id: int, guest_id: int, key: str) -> str:
    """The text of a secret as it stands. Raises NotFound, KeyMissing."""
    row = db.fetch_one(
        "SELECT id, sealed FROM guests_profilevalue WHERE group_id = %s AND guest_id = %s AND key = %s"
        " ORDER BY id DESC LIMIT 1",
        [group_id, guest_id, key],
    )
    if row is None or row["sealed"] is None:
        raise NotFound
    return crypto.open_sealed(row["sealed"], place=value_place(row["id"]))


def organisation_field(key: str) -> Field:
    """Raises InvalidInput for a key nobody knows."""
    if key not in ORGANISATION_BY_KEY:
        raise InvalidInput(field=key)
    return ORGANISATION_BY_KEY[key]

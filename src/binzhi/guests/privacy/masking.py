"""How personal values are shown: one place for pages, lists, papers and files that leave the house.

A name is whole for posts whose duty is to know guests (`guests.view_guest`), and 张* for everybody else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from binzhi.guests.access import Permission
from binzhi.kernel.actor import Actor
from binzhi.kernel.search import is_han
from binzhi.kernel.surnames import surname_of

Row = TypeVar("Row", bound=Any)  # a dataclass
HIDDEN = "*"
# 省 and 市 of an address stay, with the district; what follows would lead to a door.
_DISTRICT = re.compile(r"^(.*?(?:省|自治区))?(.*?(?:市|自治州|地区|盟))?(.*?(?:区|县|旗))?")


def mask_name(name: str) -> str:
    """张* and 欧阳*; of a foreign name the first letter of each word: J* S*."""
    name = name.strip()
    if not name:
        return ""
    if is_han(name[0]):
        return f"{surname_of(name)}{HIDDEN}"
    return " ".join(f"{word[0]}{HIDDEN}" for word in re.split(r"[\s·•]+", name) if word)


def knows_guests(actor: Actor, hotel_id: int) -> bool:
    """Is it this actor's duty to know guests by name: at the file, or where guests are greeted?"""
    return actor.may(Permission.VIEW, hotel_id) or actor.may(Permission.RECOGNISE, hotel_id)


def name_for(actor: Actor, hotel_id: int, name: str) -> str:
    """The name as this actor may read it."""
    return name if knows_guests(actor, hotel_id) else mask_name(name)


def rows_for(actor: Actor, hotel_id: int, rows: Sequence[Row], *fields: str) -> list[Row]:
    """A list's rows as this actor may read them: names in `fields` masked, and how they are said left out."""
    if knows_guests(actor, hotel_id):
        return list(rows)
    return [_masked(row, fields) for row in rows]


def _masked(row: Row, fields: Sequence[str]) -> Row:
    changed = {name: mask_name(getattr(row, name)) for name in fields}
    spoken = {name: "" for name in ("marked", "spoken") if hasattr(row, name)}
    return replace(row, **changed, **spoken)


def mask_email(email: str) -> str:
    """c***@example.com"""
    name, at, domain = email.partition("@")
    return f"{name[:1]}***@{domain}" if at else ""


def mask_birth_date(born: date | None) -> str:
    """1972-03-**: a birthday is shown whole where it is greeted only."""
    return f"{born:%Y-%m}-**" if born else ""


def greeting_day(born: date | None) -> str:
    """Month and day for a greeting, without the year."""
    return f"{born:%m-%d}" if born else ""


def mask_address(address: str) -> str:
    """To the district: 浙江省杭州市西湖区***. An address without one shows nothing of itself."""
    found = _DISTRICT.match(address.strip())
    kept = found[0] if found else ""
    return f"{kept}***" if kept else "***" if address.strip() else ""

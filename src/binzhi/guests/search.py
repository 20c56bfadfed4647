"""What was typed decides where to look: at most three ranges of indexes, and among those who are here or due today.

`~>=~` and `~<~` compare bytes and so use the `text_pattern_ops` indexes even in a prepared plan, which LIKE with a
parameter does not.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from binzhi.guests.documents import number_index, upgraded
from binzhi.guests.errors import PhoneNotValid
from binzhi.guests.phones import TAIL_DIGITS, normalise_phone, phone_index, tail_index
from binzhi.kernel.search import is_han, name_keys

LONGEST = 60
CANDIDATES = 50
MOST_INITIALS = 8
_DROPPED = re.compile(r"[\s·•.\-'’,，/]+")
ORGANISATIONS_FOUND = 5
LEAST_OF_COMPANY_HAN, LEAST_OF_COMPANY_LETTERS = 2, 3
_ROOM = re.compile(r"[A-Za-z]?[A-Za-z]?-?\d{1,5}[A-Za-z]?")
# What a candidate is ranked by is read where it is found: only those that are shown are looked up again.
_RANKED = "id, merged_into_id, vip_rank, last_stay_on"
_OF_GUEST = "g.id, g.merged_into_id, g.vip_rank, g.last_stay_on"
_BY_DOCUMENT = (
    f"SELECT {_OF_GUEST}, {{rank}} AS rank FROM guests_guestdocument d JOIN guests_guest g ON g.id = d.guest_id"  # noqa: S608
    " WHERE d.group_id = %s AND d.number_index = %s"
)
# Read by their ids first (OFFSET 0 keeps the two apart): a range of names, which the planner takes for one, may be
# thousands.
_HERE = f"""
(SELECT {_OF_GUEST}, -1 AS rank FROM (
    SELECT * FROM guests_guest
    WHERE id = ANY (ARRAY(SELECT guest_id FROM here WHERE guest_id NOT IN (SELECT unnest(%s::bigint[]))
                             OR guest_id IN (SELECT unnest(%s::bigint[]))))
    OFFSET 0) g
 WHERE g.group_id = %s AND ({{known}}))
"""  # noqa: S608  (constants)
_IN_ROOM = f"""
(SELECT {_OF_GUEST}, -1 AS rank FROM guests_guest g
 WHERE g.id = ANY (ARRAY(SELECT h.guest_id FROM here h JOIN property_room r ON r.id = h.room_id
                         WHERE upper(r.number) = %s)) AND g.group_id = %s)
"""  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True)
class Arm:
    """One index range: a prefix of a text column, or equality of a keyed hash."""

    column: str
    value: str | bytes
    table: str = "guests_guest"
    of_people: bool = False

    def among(self, alias: str) -> tuple[str, list[Any]]:
        """The condition of this arm on rows of guest files that are given."""
        if isinstance(self.value, bytes):
            return f"{alias}.{self.column} = %s", [self.value]
        return (
            f"({alias}.{self.column} ~>=~ %s AND {alias}.{self.column} ~<~ %s)",
            [self.value, upper_bound(self.value)],
        )

    def sql(self, rank: int, group_id: int) -> tuple[str, list[Any]]:
        if self.table == "guests_guestdocument":
            return _BY_DOCUMENT.format(rank=rank), [group_id, self.value]
        if self.table == "guests_organisation" and self.of_people:
            return self._people(rank, group_id)
        columns = _RANKED if self.table == "guests_guest" else "id"
        if isinstance(self.value, bytes):
            sql = (
                f"SELECT {columns}, {rank} AS rank FROM {self.table}"  # noqa: S608  (constants)
                f" WHERE group_id = %s AND {self.column} = %s LIMIT {CANDIDATES}"
            )
            return sql, [group_id, self.value]
        sql = (
            f"SELECT {columns}, {rank} AS rank FROM {self.table} WHERE group_id = %s"  # noqa: S608  (constants)
            f" AND {self.column} ~>=~ %s AND {self.column} ~<~ %s ORDER BY {self.column} USING ~<~ LIMIT {CANDIDATES}"
        )
        return sql, [group_id, self.value, upper_bound(self.value)]

    def _people(self, rank: int, group_id: int) -> tuple[str, list[Any]]:
        """The files of those who belong to the organisations found."""
        found, params = Arm(self.column, self.value, self.table).sql(0, group_id)
        sql = (
            f"SELECT {_OF_GUEST}, {rank} AS rank FROM (SELECT id FROM ({found}) o LIMIT {ORGANISATIONS_FOUND}) o"  # noqa: S608
            f" JOIN guests_guest g ON g.organisation_id = o.id LIMIT {CANDIDATES}"
        )
        return sql, params


def upper_bound(prefix: str) -> str:
    """The first text behind all that begin with `prefix`, in byte order."""
    last = ord(prefix[-1]) + 1
    # Surrogates are no characters; nothing comes behind the last one.
    last = 0xE000 if last == 0xD800 else min(last, 0x10FFFF)
    return prefix[:-1] + chr(last)


def union(arms: list[Arm], *, group_id: int) -> tuple[str, list[Any]]:
    """The candidates of all arms, each with the place of its arm as rank."""
    parts, params = [], []
    for rank, arm in enumerate(arms):
        sql, values = arm.sql(rank, group_id)
        parts.append(f"({sql})")
        params += values
    return " UNION ALL ".join(parts), params


def among_present(arms: list[Arm], *, group_id: int, room: str, known: tuple[str, str]) -> tuple[str, list[Any]]:
    """Who of `here` (guest_id, room_id) is meant, or lives in the room.

    `known`: two arrays (see presence.remembered), of whom the first are looked at only where they are of the second.
    """
    parts, params = [], []
    for arm in arms:
        if arm.table == "guests_guest":
            sql, values = arm.among("g")
            parts.append(sql)
            params += values
    found, params = _HERE.format(known=" OR ".join(parts) or "false"), [*known, group_id, *params]
    if room:
        found, params = f"{found} UNION ALL {_IN_ROOM}", [*params, room, group_id]
    return found, params


def arms_of(text: str) -> list[Arm]:
    """Where to look for a guest. Nothing typed, or nothing that can be searched, gives none."""
    typed = searchable(text)
    bare = _DROPPED.sub("", typed)
    if not bare:
        return []
    if any(is_han(character) for character in bare):
        return _of_han(bare.lower())
    compact = re.sub(r"[\s\-()+.]+", "", typed)
    if compact.isascii() and compact.isdigit():
        return _of_digits(compact, typed)
    if any(character.isdigit() for character in bare):
        return _of_code(re.sub(r"[\s\-()]+", "", typed).upper())
    return _of_letters(typed.lower())


def searchable(text: str) -> str:
    """Full-width forms folded, without characters that a database cannot compare."""
    kept = "".join(c for c in text[: LONGEST * 4] if c != "\0" and not "\ud800" <= c <= "\udfff")
    return unicodedata.normalize("NFKC", kept).strip()[:LONGEST]


def _of_han(bare: str) -> list[Arm]:
    """By characters first. A whole name also by its reading, which finds 陳國樑 as 陈国梁 and homophones behind it.

    Then the people of a company of that name.
    """
    arms = [Arm("plain", bare)]
    keys = name_keys(bare)
    if len(bare) > 1 and keys.pinyin:
        arms.append(Arm("pinyin", keys.pinyin))
    if len(bare) >= LEAST_OF_COMPANY_HAN:
        arms.append(Arm("name", bare, "guests_organisation", of_people=True))
    return arms


def _of_digits(digits: str, typed: str) -> list[Arm]:
    if len(digits) == TAIL_DIGITS:
        return [Arm("phone_tail_index", tail_index(digits)), Arm("member_no", digits)]
    if len(digits) == 15 or len(digits) == 18:
        return [_document(digits), Arm("member_no", digits)]
    try:
        return [Arm("phone_index", phone_index(normalise_phone(typed))), Arm("member_no", digits)]
    except PhoneNotValid:
        # Eight digits may be a Taiwan permit.
        return [Arm("member_no", digits), _document(digits)]


def _of_code(code: str) -> list[Arm]:
    return [Arm("member_no", code), _document(code)]


def _document(number: str) -> Arm:
    return Arm("number_index", number_index(upgraded(number)), table="guests_guestdocument")


def _of_letters(typed: str) -> list[Arm]:
    """Pinyin or a foreign name, with or without spaces; several words also in the other order, one also as initials."""
    words = [word for word in re.split(r"[^\w]+", name_keys(typed).plain if " " not in typed else typed) if word]
    keys = [name_keys(word).pinyin for word in words]
    whole = "".join(keys)
    if not whole:
        return [Arm("plain", _DROPPED.sub("", typed))]
    if len(keys) > 1:
        return [Arm("pinyin", whole), Arm("pinyin", "".join(keys[1:]) + keys[0])]
    arms = [Arm("pinyin", whole)]
    if len(whole) <= MOST_INITIALS:
        arms.append(Arm("initials", whole))
    if len(whole) >= LEAST_OF_COMPANY_LETTERS:
        column = "initials" if len(whole) <= MOST_INITIALS else "pinyin"
        arms.append(Arm(column, whole, "guests_organisation", of_people=True))
    return arms


def room_of(text: str) -> str:
    """What was typed, if it can be the number of a room."""
    typed = searchable(text).upper()
    return typed if _ROOM.fullmatch(typed) else ""


def organisation_arms(text: str) -> list[Arm]:
    """Where to look for an organisation."""
    typed = searchable(text)
    if not typed:
        return []
    table = "guests_organisation"
    if any(is_han(character) for character in typed):
        return [Arm("name", typed, table)]
    bare = name_keys(typed).pinyin
    if not bare:
        return []
    return [Arm("pinyin", bare, table), Arm("initials", bare, table)]

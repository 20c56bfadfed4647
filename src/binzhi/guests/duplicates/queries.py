"""Pairs that wait for a decision, and one of them side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from binzhi.guests.duplicates.reasons import Reason, in_words
from binzhi.guests.duplicates.weighing import SURE
from binzhi.guests.queries import GuestCard, guest_card
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two files that look alike: enough to tell whether it is worth opening."""

    pk: int
    first_id: int
    second_id: int
    names: tuple[str, str]
    phones: tuple[str, str]
    organisations: tuple[str, str]
    stays: tuple[int, int]
    reasons: list[Reason]
    weight: float

    @property
    def is_strong(self) -> bool:
        return self.weight >= SURE


_LINES = """
SELECT p.id AS pk, p.first_id, p.second_id, p.weight, p.reasons, a.name AS a_name, b.name AS b_name,
    a.phone_masked AS a_phone, b.phone_masked AS b_phone, a.stays AS a_stays, b.stays AS b_stays,
    coalesce(ao.name, '') AS a_company, coalesce(bo.name, '') AS b_company
FROM guests_duplicatepair p
JOIN guests_guest a ON a.id = p.first_id AND a.merged_into_id IS NULL
JOIN guests_guest b ON b.id = p.second_id AND b.merged_into_id IS NULL
LEFT JOIN guests_organisation ao ON ao.id = a.organisation_id
LEFT JOIN guests_organisation bo ON bo.id = b.organisation_id
WHERE p.group_id = %s AND p.state = 'open'
"""


def open_pairs(*, group_id: int, limit: int = 30, offset: int = 0) -> list[PairLine]:
    """Not decided, the surest first."""
    rows = db.fetch_all(f"{_LINES} ORDER BY p.weight DESC, p.id LIMIT %s OFFSET %s", [group_id, limit, offset])
    return [_line(row) for row in rows]


def pairs_of(*, group_id: int, guest_id: int, limit: int = 3) -> list[PairLine]:
    """Not decided, about one guest."""
    sql = f"{_LINES} AND %s IN (p.first_id, p.second_id) ORDER BY p.weight DESC, p.id LIMIT %s"
    return [_line(row) for row in db.fetch_all(sql, [group_id, guest_id, limit])]


def _line(row: dict[str, Any]) -> PairLine:
    return PairLine(
        pk=row["pk"], first_id=row["first_id"], second_id=row["second_id"], names=(row["a_name"], row["b_name"]),
        phones=(row["a_phone"], row["b_phone"]), organisations=(row["a_company"], row["b_company"]),
        stays=(row["a_stays"], row["b_stays"]), reasons=in_words(db.plain_json(row["reasons"])), weight=row["weight"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files side by side."""

    pk: int
    state: str
    reasons: list[Reason]
    weight: float
    first: GuestCard
    second: GuestCard


def pair_by_id(*, group_id: int, pair_id: int) -> Pair:
    """Raises NotFound."""
    row = db.fetch_one(
        "SELECT id, first_id, second_id, weight, reasons, state FROM guests_duplicatepair"
        " WHERE group_id = %s AND id = %s",
        [group_id, pair_id],
    )
    if row is None:
        raise NotFound
    return Pair(
        pk=row["id"], state=row["state"], reasons=in_words(db.plain_json(row["reasons"])), weight=row["weight"],
        first=guest_card(group_id=group_id, guest_id=row["first_id"]),
        second=guest_card(group_id=group_id, guest_id=row["second_id"]),
    )  # fmt: skip


def how_many_open(*, group_id: int) -> int:
    return int(db.fetch_value(
        "SELECT count(*) FROM guests_duplicatepair p JOIN guests_guest a ON a.id = p.first_id"
        " AND a.merged_into_id IS NULL JOIN guests_guest b ON b.id = p.second_id AND b.merged_into_id IS NULL"
        " WHERE p.group_id = %s AND p.state = 'open'",
        [group_id],
    ))  # fmt: skip

"""Files whose use has stopped or that are empty: kept out of every search, told from the others in one read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from binzhi.guests import files
from binzhi.guests.errors import FileClosed
from binzhi.guests.phones import phone_index, tail_index
from binzhi.kernel import crypto, db
from binzhi.kernel.search import name_keys


@dataclass(frozen=True, slots=True)
class State:
    restricted_at: datetime | None
    erased_at: datetime | None


def state_of(*, group_id: int, guest_id: int) -> State | None:
    """None for a file like any other."""
    row = db.fetch_one(
        "SELECT restricted_at, erased_at FROM guests_filestate WHERE group_id = %s AND guest_id = %s"
        " AND (restricted_at IS NOT NULL OR erased_at IS NOT NULL)",
        [group_id, guest_id],
    )
    return None if row is None else State(**row)


def require_open(*, group_id: int, guest_id: int) -> None:
    """Raise FileClosed where the use of the file has stopped."""
    if state_of(group_id=group_id, guest_id=guest_id) is not None:
        raise FileClosed


def held_until(*, group_id: int, guest_id: int, today: date) -> bool:
    """Is the file on a legal hold today?"""
    return bool(
        db.fetch_value(
            "SELECT 1 FROM guests_legalhold WHERE group_id = %s AND guest_id = %s AND lifted_at IS NULL"
            " AND (until IS NULL OR until >= %s) LIMIT 1",
            [group_id, guest_id, today],
        )
    )


def restrict(*, group_id: int, guest_id: int, now: datetime) -> None:
    """Stop the use: the file keeps what it has, sealed and unseen, and nothing finds it. Its row must be locked."""
    _mark(group_id, guest_id, "restricted_at", now)
    db.execute(
        "UPDATE guests_guest SET plain = '', pinyin = '', initials = '', phone_index = NULL, phone_tail_index = NULL,"
        " version = version + 1 WHERE id = %s",
        [guest_id],
    )


def release(*, group_id: int, guest_id: int) -> None:
    """Use begins again: the search keys are made anew from what the file has. Its row must be locked."""
    db.execute("UPDATE guests_filestate SET restricted_at = NULL WHERE guest_id = %s", [guest_id])
    row = db.fetch_one(
        "SELECT name, phone_sealed FROM guests_guest WHERE group_id = %s AND id = %s", [group_id, guest_id]
    )
    assert row is not None
    keys = name_keys(row["name"])
    phone = crypto.open_sealed(row["phone_sealed"], place=files.phone_place(guest_id)) if row["phone_sealed"] else ""
    db.execute(
        "UPDATE guests_guest SET plain = %s, pinyin = %s, initials = %s, phone_index = %s, phone_tail_index = %s,"
        " version = version + 1 WHERE id = %s",
        [keys.plain, keys.pinyin, keys.initials, phone_index(phone) if phone else None,
         tail_index(phone) if phone else None, guest_id],
    )  # fmt: skip


def mark_erased(*, group_id: int, guest_id: int, now: datetime) -> None:
    _mark(group_id, guest_id, "erased_at", now)


def mark_cleared(*, group_id: int, guest_ids: list[int], now: datetime) -> None:
    for guest_id in guest_ids:
        _mark(group_id, guest_id, "profile_cleared_at", now)


def _mark(group_id: int, guest_id: int, column: str, now: datetime) -> None:
    db.execute(
        f"INSERT INTO guests_filestate (guest_id, group_id, {column}) VALUES (%s, %s, %s)"  # noqa: S608  (constants)
        f" ON CONFLICT (guest_id) DO UPDATE SET {column} = excluded.{column}",
        [guest_id, group_id, now],
    )

"""Joining two files of one person, and taking them apart again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.errors import FileMerged, NotUndoable, TwoPersons
from binzhi.guests.events import GuestsMerged, GuestsUnmerged, LateRowsFollowed
from binzhi.guests.merging import fields, moving
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.property.queries import hotel_by_id


@dataclass(frozen=True, slots=True)
class Undone:
    """What an unmerge could not put back because somebody changed it since: fields of the file, rows elsewhere."""

    fields_left: tuple[str, ...]
    rows_left: int


@operation(Permission.MERGE)
def merge_guests(
    *, hotel_id: int, survivor_id: int, merged_id: int, choices: Mapping[str, str], actor: Actor, now: datetime
) -> int:
    """Join the file `merged_id` into `survivor_id`; the merge's id. `choices` says of a field whose value stands.

    Moves the rows of all contexts, in every hotel of the group, and notes each; the merged file stays as it is and
    forwards. Locks those rows, then both files in order of id. Raises NotFound, FileMerged (one of them was joined
    meanwhile), TwoPersons (different ID cards), InvalidInput, Busy. Publishes GuestsMerged. Not idempotent.
    """
    if survivor_id == merged_id:
        raise InvalidInput(field="merged_id", message=_("A file cannot be joined with itself."))
    group_id = hotel_by_id(hotel_id).group_id
    with moving.whole_group(actor, group_id):
        survivor, merged = _lock_both(group_id, survivor_id, merged_id)
        _check_one_person(survivor_id, merged_id)
        taken = fields.chosen(survivor, merged, choices)
        merge_id: int = db.fetch_value(
            "INSERT INTO guests_merge (group_id, survivor_id, merged_id, user_id, at, stays)"
            " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
            [group_id, survivor_id, merged_id, actor.user_id, now, merged["stays"]],
        )
        moved = moving.move_all(group_id=group_id, merge_id=merge_id, merged_id=merged_id, survivor_id=survivor_id)
        fields.take_over(group_id=group_id, merge_id=merge_id, survivor=survivor, merged=merged, fields=taken)
        db.execute("UPDATE guests_guest SET merged_into_id = %s WHERE id = %s", [survivor_id, merged_id])
        db.execute(
            "UPDATE guests_guest SET stays = stays + %s, version = version + 1 WHERE id = %s",
            [merged["stays"], survivor_id],
        )
        _note_pair(group_id, survivor_id, merged_id, "same", actor, now)
    record(
        "guest.merged", subject="guest", subject_id=survivor_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"merge_id": merge_id, "merged_id": merged_id, "fields": taken, "rows": moved.went,
               "rows_left": moved.stayed},
        event=GuestsMerged(guest_id=survivor_id, merged_id=merged_id, merge_id=merge_id),
    )  # fmt: skip
    return merge_id


@operation(Permission.MERGE)
def unmerge_guests(*, hotel_id: int, merge_id: int, actor: Actor, now: datetime) -> Undone:
    """Take a merge apart: both files, and whatever named them, are as they were.

    What came to the survivor since stays with it; a field or row that somebody changed since stays as it is now, and
    the answer says so. Locks the rows that move, then both files. Raises NotFound (also when it is undone already),
    NotUndoable (the survivor was itself joined with another file), Busy. Publishes GuestsUnmerged.
    """
    group_id = hotel_by_id(hotel_id).group_id
    with moving.whole_group(actor, group_id):
        merge = _standing_merge(group_id, merge_id)
        survivor_id, merged_id = merge["survivor_id"], merge["merged_id"]
        moving.lock_rows([survivor_id])
        files = fields.lock_files(group_id, [survivor_id, merged_id])
        # Read again behind the lock: somebody may have been faster.
        _standing_merge(group_id, merge_id)
        survivor = files[survivor_id]
        if survivor["merged_into_id"] is not None:
            raise NotUndoable
        db.execute("UPDATE guests_guest SET merged_into_id = NULL WHERE id = %s", [merged_id])
        moved = moving.move_back(merge_id=merge_id, merged_id=merged_id, survivor_id=survivor_id)
        left = fields.take_back(merge_id=merge_id, survivor=survivor)
        _count_back(survivor_id, files[merged_id]["stays"])
        db.execute(
            "UPDATE guests_merge SET undone_at = %s, undone_by = %s WHERE id = %s", [now, actor.user_id, merge_id]
        )
        _note_pair(group_id, survivor_id, merged_id, "different", actor, now)
    record(
        "guest.unmerged", subject="guest", subject_id=survivor_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"merge_id": merge_id, "merged_id": merged_id, "rows": moved.went, "rows_left": moved.stayed,
               "fields_left": left},
        event=GuestsUnmerged(guest_id=survivor_id, merged_id=merged_id, merge_id=merge_id),
    )  # fmt: skip
    return Undone(tuple(left), moved.stayed)


@operation(Permission.FOLLOW)
def follow_late_rows(*, hotel_id: int, since: timedelta | None = None, actor: Actor, now: datetime) -> int:
    """Rows that came to name a merged file after its merge (a desk had it open) go where the others are; how many.

    `since`: only merges that young. Locks the files. Publishes LateRowsFollowed. Idempotent. The system's alone.
    """
    rows = 0
    standing = db.fetch_all(
        "SELECT id, group_id, survivor_id, merged_id FROM guests_merge WHERE undone_at IS NULL AND at >= %s"
        " ORDER BY id",
        [now - since if since is not None else datetime.min.replace(tzinfo=now.tzinfo)],
    )
    for merge in standing:
        survivor_id = db.fetch_value("SELECT merged_into_id FROM guests_guest WHERE id = %s", [merge["merged_id"]])
        rows += moving.follow_late(
            group_id=merge["group_id"], merge_id=merge["id"], merged_id=merge["merged_id"],
            survivor_id=survivor_id or merge["survivor_id"],
        ).went  # fmt: skip
    record(
        "guest.late_rows_followed", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"rows": rows}, event=LateRowsFollowed(rows=rows),
    )  # fmt: skip
    return rows


def _lock_both(group_id: int, survivor_id: int, merged_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    both = [survivor_id, merged_id]
    if db.fetch_value("SELECT count(*) FROM guests_guest WHERE group_id = %s AND id = ANY(%s)", [group_id, both]) < 2:
        raise NotFound
    moving.lock_rows(both)
    files = fields.lock_files(group_id, both)
    for each in files.values():
        if each["merged_into_id"] is not None:
            raise FileMerged(guest_id=each["merged_into_id"])
    return files[survivor_id], files[merged_id]


def _check_one_person(survivor_id: int, merged_id: int) -> None:
    cards = db.fetch_all(
        "SELECT guest_id, array_agg(number_index) AS numbers FROM guests_guestdocument"
        " WHERE guest_id = ANY(%s) AND kind = 'resident_id' GROUP BY guest_id",
        [[survivor_id, merged_id]],
    )
    if len(cards) == 2:
        raise TwoPersons


def _standing_merge(group_id: int, merge_id: int) -> dict[str, Any]:
    merge = db.fetch_one(
        "SELECT survivor_id, merged_id FROM guests_merge WHERE group_id = %s AND id = %s AND undone_at IS NULL",
        [group_id, merge_id],
    )
    if merge is None:
        raise NotFound
    return merge


def _count_back(survivor_id: int, stays: int) -> None:
    db.execute(
        "UPDATE guests_guest SET stays = greatest(stays - %s, 0), version = version + 1 WHERE id = %s",
        [stays, survivor_id],
    )


def _note_pair(group_id: int, one: int, other: int, state: str, actor: Actor, now: datetime) -> None:
    """A merge says that two files are the same person, an unmerge that they are not: it is remembered."""
    db.execute(
        "INSERT INTO guests_duplicatepair (group_id, first_id, second_id, weight, reasons, state, decided_by,"
        " decided_at, found_at) VALUES (%(group)s, least(%(one)s::bigint, %(other)s::bigint),"
        " greatest(%(one)s::bigint, %(other)s::bigint), 0, '[]', %(state)s, %(by)s, %(now)s, %(now)s)"
        " ON CONFLICT (first_id, second_id) DO UPDATE SET state = %(state)s, decided_by = %(by)s, decided_at = %(now)s",
        {"group": group_id, "one": one, "other": other, "state": state, "by": actor.user_id, "now": now},
    )

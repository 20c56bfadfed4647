"""Rows of all contexts follow a guest from one file into another, each noted, and go back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from binzhi.guests.holdings import Holding, moving
from binzhi.kernel import db
from binzhi.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows went, and how many stayed because the other file had their like already."""

    went: int = 0
    stayed: int = 0


@contextmanager
def whole_group(actor: Actor, group_id: int) -> Iterator[None]:
    """A file belongs to the group: its rows in sister hotels, which the actor may not see, follow all the same."""
    db.enter_scope("*", str(group_id))
    yield
    # After a failure the transaction takes the setting back, and the next operation binds anew.
    db.enter_scope(actor.hotel_scope, actor.group_scope)


def lock_rows(guest_ids: list[int]) -> None:
    """Wait for whoever works on these guests' rows, in the house's order, before the files themselves are locked."""
    for each in moving():
        db.execute(
            f"SELECT 1 FROM {each.table} WHERE {each.column} = ANY(%s) ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
            [guest_ids],
        )


def move_all(*, group_id: int, merge_id: int, merged_id: int, survivor_id: int) -> Moved:
    """All rows of the merged file to the survivor, noted."""
    return _total(_move_noted(each, group_id, merge_id, merged_id, survivor_id, None) for each in moving())


def follow_late(*, group_id: int, merge_id: int, merged_id: int, survivor_id: int) -> Moved:
    """Rows that came to name the merged file after its merge; those that stayed once are not tried again."""
    found = []
    for each in moving():
        late = db.fetch_values(
            f"SELECT id FROM {each.table} t WHERE {each.column} = %s AND NOT EXISTS ("  # noqa: S608  (constants)
            " SELECT 1 FROM guests_mergedrow r WHERE r.merge_id = %s AND r.table_name = %s AND r.column_name = %s"
            " AND r.row_id = t.id AND NOT r.moved)",
            [merged_id, merge_id, each.table, each.column],
        )
        if late:
            found.append(_move_noted(each, group_id, merge_id, merged_id, survivor_id, late))
    return _total(found)


def move_back(*, merge_id: int, merged_id: int, survivor_id: int) -> Moved:
    """The noted rows to the file they came from; those that somebody gave to another guest since stay there."""
    noted = db.fetch_all(
        "SELECT table_name, column_name, array_agg(row_id ORDER BY row_id) AS ids FROM guests_mergedrow"
        " WHERE merge_id = %s AND moved GROUP BY table_name, column_name",
        [merge_id],
    )
    found = []
    for row in noted:
        back: int = db.fetch_value(
            f"SELECT count(*) FILTER (WHERE moved) FROM {_MOVE}",  # noqa: S608  (a constant)
            [row["table_name"], row["column_name"], survivor_id, merged_id, row["ids"]],
        )
        found.append(Moved(back, len(row["ids"]) - back))
    return _total(found)


_MOVE = "guests_move_rows(%s::text::regclass, %s::text::name, %s, %s, %s::bigint[])"
_MOVE_AND_NOTE = f"""
WITH moved AS MATERIALIZED (SELECT * FROM {_MOVE}),
noted AS (
    INSERT INTO guests_mergedrow (group_id, merge_id, table_name, column_name, row_id, moved)
    SELECT %s, %s, %s, %s, row_id, moved FROM moved
)
SELECT count(*) FILTER (WHERE moved) AS went, count(*) FILTER (WHERE NOT moved) AS stayed FROM moved
"""  # noqa: S608  (a constant)


def _move_noted(
    holding: Holding, group_id: int, merge_id: int, old_id: int, new_id: int, ids: list[int] | None
) -> Moved:
    names = [holding.table, holding.column]
    row = db.fetch_one(_MOVE_AND_NOTE, [*names, old_id, new_id, ids, group_id, merge_id, *names])
    return Moved(**row) if row else Moved()


def _total(parts: Iterable[Moved]) -> Moved:
    each = list(parts)
    return Moved(sum(part.went for part in each), sum(part.stayed for part in each))

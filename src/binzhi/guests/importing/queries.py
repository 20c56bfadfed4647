"""Imports and what became of their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from binzhi.guests.enums import ImportState, RowOutcome
from binzhi.guests.importing import parts
from binzhi.guests.importing.cells import WHY
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound

WORKING = (ImportState.SENT, ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)
_COLUMNS = """
id AS pk, group_id, hotel_id, name, size, state, problem, header, header_row, mapping, rows, next_row, made, known,
refused, cells_wrong, suspected, undone, kept, created_at, finished_at, forgotten_at
"""


@dataclass(frozen=True, slots=True)
class ImportCard:
    """Where an import stands."""

    pk: int
    group_id: int
    hotel_id: int
    name: str
    size: int
    state: str
    problem: str
    header: list[str]
    header_row: int
    mapping: list[str]
    rows: int
    next_row: int
    made: int
    known: int
    refused: int
    cells_wrong: int
    suspected: int
    undone: int
    kept: int
    created_at: datetime
    finished_at: datetime | None
    forgotten_at: datetime | None

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def state_label(self) -> str:
        return str(ImportState(self.state).label)

    @property
    def percent(self) -> int:
        return min(100, 100 * self.next_row // self.rows) if self.rows else 0


def imports(*, group_id: int, limit: int = 30) -> list[ImportCard]:
    """The latest first."""
    rows = db.fetch_all(
        f"SELECT {_COLUMNS} FROM guests_import WHERE group_id = %s ORDER BY id DESC LIMIT %s",  # noqa: S608  (constants)
        [group_id, limit],
    )
    return [_card(row) for row in rows]


def import_by_id(*, group_id: int, import_id: int, lock: bool = False) -> ImportCard:
    """Raises NotFound."""
    row = db.fetch_one(
        f"SELECT {_COLUMNS} FROM guests_import WHERE group_id = %s AND id = %s"  # noqa: S608  (constants)
        + (" FOR UPDATE" if lock else ""),
        [group_id, import_id],
    )
    if row is None:
        raise NotFound
    return _card(row)


def _card(row: dict[str, Any]) -> ImportCard:
    return ImportCard(**{**row, "header": db.plain_json(row["header"]), "mapping": db.plain_json(row["mapping"])})


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that could not be taken."""

    line: int
    column: str
    value: str
    reason: str
    is_refused: bool


def sample(*, import_id: int, header_row: int, limit: int = 5) -> list[list[str]]:
    """The first rows below the headings, to choose the columns by."""
    found = []
    for _line, cells in parts.lines_of(import_id, after=header_row):
        found.append(cells)
        if len(found) == limit:
            break
    return found


def faults(*, card: ImportCard, limit: int | None = None) -> Iterator[Fault]:
    """Cells that could not be taken, in order, with what stood in them."""
    rows = db.fetch_all(
        "SELECT line, outcome, issues FROM guests_importrow WHERE file_id = %s AND issues <> '[]' ORDER BY line"
        " LIMIT %s",
        [card.pk, limit],
    )
    wanted = {row["line"]: row for row in rows}
    if not wanted:
        return
    last = max(wanted)
    for line, cells in parts.lines_of(card.pk, after=min(wanted) - 1):
        if line > last:
            return
        for column, code in db.plain_json(wanted[line]["issues"]) if line in wanted else ():
            yield Fault(
                line=line,
                column=card.header[column] if column < len(card.header) else str(column + 1),
                value=cells[column] if column < len(cells) else "",
                reason=str(WHY.get(code, code)),
                is_refused=wanted[line]["outcome"] == RowOutcome.REFUSED,
            )

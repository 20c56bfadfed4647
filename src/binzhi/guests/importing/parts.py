"""The file of an import as it is kept: in sealed pieces, thrown away when it is no longer needed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import orjson

from binzhi.kernel import crypto, db

PIECE = 2**22
ROWS = 2000
RAW, READ = "raw", "rows"
Line = tuple[int, list[str]]


def part_place(part_id: int) -> str:
    return f"guests_importpart.sealed:{part_id}"


def keep(group_id: int, import_id: int, kind: str, first: int, data: bytes) -> None:
    part_id: int = db.fetch_value("SELECT nextval(pg_get_serial_sequence('guests_importpart', 'id'))")
    db.execute(
        "INSERT INTO guests_importpart (id, group_id, file_id, kind, first, sealed) VALUES (%s, %s, %s, %s, %s, %s)",
        [part_id, group_id, import_id, kind, first, crypto.seal_bytes(data, place=part_place(part_id))],
    )


def keep_file(group_id: int, import_id: int, data: bytes) -> None:
    for first in range(0, len(data), PIECE):
        keep(group_id, import_id, RAW, first, data[first : first + PIECE])


def keep_rows(group_id: int, import_id: int, rows: Iterator[list[str]]) -> int:
    """The rows that hold something, each with its line in the file; how many lines there were."""
    waiting: list[Line] = []
    count = 0
    for row in rows:
        count += 1
        if any(row):
            waiting.append((count, row))
        if len(waiting) == ROWS:
            keep(group_id, import_id, READ, waiting[0][0], _packed(waiting))
            waiting = []
    if waiting:
        keep(group_id, import_id, READ, waiting[0][0], _packed(waiting))
    return count


def _packed(lines: list[Line]) -> bytes:
    return zlib.compress(orjson.dumps(lines), 1)


def file_of(import_id: int) -> bytes:
    return b"".join(_open(row) for row in _parts(import_id, RAW, 0))


def lines_of(import_id: int, *, after: int = 0) -> Iterator[Line]:
    """The lines behind a place, a piece at a time."""
    start = db.fetch_value(
        "SELECT coalesce(max(first), 0) FROM guests_importpart WHERE file_id = %s AND kind = %s AND first <= %s",
        [import_id, READ, after + 1],
    )
    for row in _parts(import_id, READ, start):
        for line, cells in orjson.loads(zlib.decompress(_open(row))):
            if line > after:
                yield line, cells


def throw_away(import_id: int, *kinds: str) -> None:
    db.execute("DELETE FROM guests_importpart WHERE file_id = %s AND kind = ANY(%s)", [import_id, list(kinds)])


def _parts(import_id: int, kind: str, start: int) -> Iterator[dict[str, object]]:
    places = db.fetch_values(
        "SELECT id FROM guests_importpart WHERE file_id = %s AND kind = %s AND first >= %s ORDER BY first",
        [import_id, kind, start],
    )
    for part_id in places:
        yield {"id": part_id, "sealed": db.fetch_value("SELECT sealed FROM guests_importpart WHERE id = %s", [part_id])}


def _open(row: dict[str, object]) -> bytes:
    sealed = row["sealed"]
    assert isinstance(sealed, bytes | memoryview)
    return crypto.open_bytes(bytes(sealed), place=part_place(int(str(row["id"]))))

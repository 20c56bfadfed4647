"""The rows of a file somebody exported: CSV in the encodings met in China, XLSX, XLS, ODS.

What the file says of itself is not believed: archives are unpacked under a limit before anything reads them.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from binzhi.guests.errors import FileNotRead, FileTooLarge

MOST_MEGABYTES = 100
# A table of 100 MB unpacks to several times that; what unpacks to more is made to do harm.
MOST_UNPACKED_MEGABYTES = 1500
MOST_CELL = 2000
MOST_COLUMNS = 200
MOST_ROWS = 2_000_000
_MB = 2**20
_STEP = 4 * _MB
_ENCODINGS = ("utf-8-sig", "gb18030")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Row = list[str]


def read_rows(data: bytes) -> Iterator[Row]:
    """Every row as texts, empty ones too. Raises FileNotRead, FileTooLarge."""
    if len(data) > MOST_MEGABYTES * _MB:
        raise FileTooLarge(megabytes=MOST_MEGABYTES)
    if not data.strip():
        raise FileNotRead
    if data[:2] == b"PK":
        _check_archive(data)
        return _workbook(data)
    return _workbook(data) if data[:4] == _OLD_EXCEL else _text(data)


def _check_archive(data: bytes) -> None:
    """Unpack all of it to nowhere, counting: the sizes that the archive names may be lies."""
    left = MOST_UNPACKED_MEGABYTES * _MB
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > left:
                raise FileTooLarge(megabytes=MOST_UNPACKED_MEGABYTES)
            for member in archive.infolist():
                with archive.open(member) as stream:
                    while piece := stream.read(_STEP):
                        left -= len(piece)
                        if left < 0:
                            raise FileTooLarge(megabytes=MOST_UNPACKED_MEGABYTES)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, ValueError) as error:
        # RuntimeError: it asks for a password.
        raise FileNotRead from error


def _workbook(data: bytes) -> Iterator[Row]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [(name, book.get_sheet_by_name(name)) for name in book.sheet_names]
        # The sheet with most cells: covers and notes come before it as often as behind it.
        _name, sheet = max(sheets, key=lambda one: one[1].total_height * one[1].total_width)
        merged = _covered(sheet.merged_cell_ranges or ())
        rows = sheet.iter_rows()
    except (CalamineError, OSError, ValueError, TypeError) as error:
        raise FileNotRead from error
    if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
        raise FileTooLarge(megabytes=MOST_MEGABYTES)
    first = (sheet.start or (0, 0))[0]
    return _sheet_rows(rows, merged, first)


Covered = dict[int, list[tuple[int, int, int]]]


def _covered(ranges: object) -> Covered:
    """By row: columns from, to, and the row above whose value stands there too (cells joined downwards)."""
    found: Covered = {}
    for (top, left), (bottom, right) in ranges:  # type: ignore[attr-defined]
        for row in range(top + 1, min(bottom, top + MOST_ROWS) + 1):
            found.setdefault(row, []).append((left, right, top))
    return found


def _sheet_rows(rows: Iterator[list[Any]], covered: Covered, first: int) -> Iterator[Row]:
    above: dict[int, Row] = {}
    needed = {top for spans in covered.values() for _left, _right, top in spans}
    for number, cells in enumerate(rows, start=first):
        row = [_cell(cell) for cell in cells]
        for left, right, top in covered.get(number, ()):
            for column in range(left, min(right + 1, len(row))):
                row[column] = row[column] or above.get(top, [""] * (column + 1))[column]
        if number in needed:
            above[number] = row
        yield row


def _cell(value: object) -> str:
    """As it would be typed. Of more than fifteen digits Excel has lost some: such a number stays as 1.10105E+17."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time | timedelta):
        return value.isoformat() if not isinstance(value, timedelta) else str(value)
    if isinstance(value, int) and abs(value) >= 10**15:
        return repr(float(value))
    return str(value)[: MOST_CELL + 1].replace("\0", "").strip()


def _text(data: bytes) -> Iterator[Row]:
    if b"\0" in data[:4096] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise FileNotRead
    text = _decoded(data)
    sample = text[:20_000]
    delimiter = max(",;\t|", key=lambda mark: _evenness(sample, mark))
    return _delimited(text, delimiter)


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileNotRead


def _evenness(sample: str, mark: str) -> int:
    """How many columns a mark makes in most lines."""
    counts = [line.count(mark) for line in sample.splitlines()[:50] if line.strip()]
    return sorted(counts)[len(counts) // 2] if counts else 0


def _delimited(text: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(MOST_MEGABYTES * _MB)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(rows):
            if number >= MOST_ROWS or len(row) > MOST_COLUMNS:
                raise FileTooLarge(megabytes=MOST_MEGABYTES)
            # An apostrophe or ="…" in front keeps a spreadsheet from making a number of an ID.
            yield [_unquoted(cell.strip()) for cell in row]
    except csv.Error as error:
        raise FileNotRead from error


def _unquoted(cell: str) -> str:
    if cell[:2] == '="' and cell[-1:] == '"':
        cell = cell[2:-1]
    return cell.lstrip("'\t").replace("\0", "")[: MOST_CELL + 1]

"""The file as it comes: packed or not, in whatever encoding, cut into lines and cells.

A record of this format never holds a line break, so every physical line is parsed alone: a broken quote
spoils its own row and not the rest of the file.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REQUIRED = (
    "hotel", "is_canceled", "lead_time", "arrival_date_year", "arrival_date_month", "arrival_date_day_of_month",
    "stays_in_weekend_nights", "stays_in_week_nights", "adults", "children", "babies", "reserved_room_type",
    "assigned_room_type", "booking_changes", "adr", "reservation_status", "reservation_status_date",
)  # fmt: skip
OPTIONAL = (
    "arrival_date_week_number", "meal", "country", "market_segment", "distribution_channel", "is_repeated_guest",
    "previous_cancellations", "previous_bookings_not_canceled", "deposit_type", "agent", "company",
    "days_in_waiting_list", "customer_type", "required_car_parking_spaces", "total_of_special_requests",
)  # fmt: skip

_GZIP = b"\x1f\x8b"
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip
_DELIMITERS = (",", ";", "\t", "|")
_LINE_ENDS = re.compile("\r\n|\n|\r")
LONGEST_LINE = 20_000


class UnusableFile(Exception):
    """The file as a whole cannot be read; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Record:
    """One data row: `row` counts from 1 after the header, `line` is its line in the file (the header is a line)."""

    row: int
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """The file cut into records, with the place of every column."""

    path: Path
    digest: str
    encoding: str
    delimiter: str
    header: str
    columns: dict[str, int]
    width: int
    ignored: tuple[str, ...]
    absent: tuple[str, ...]
    records: tuple[Record, ...]

    def cells(self, record: Record) -> list[str]:
        """The cells of a record. Raises csv.Error when its quotes do not close."""
        return _cells(record.text, self.delimiter)


def read_table(path: Path, *, limit: int | None = None) -> Table:
    """Read the whole file, or its first `limit` rows. Raises UnusableFile."""
    content = _unpacked(path)
    encoding, text = _decoded(content)
    lines = list(_numbered(text))
    if not lines:
        raise UnusableFile(f"{path.name} is empty: it needs a line of column names first.")
    header_line, header = lines[0]
    delimiter = max(_DELIMITERS, key=header.count)
    names = _names(header, delimiter)
    columns = _columns(path, header_line, names)
    records = tuple(Record(row, line, text) for row, (line, text) in enumerate(lines[1 : _end(limit)], start=1))
    known = set(REQUIRED) | set(OPTIONAL)
    return Table(
        path=path,
        digest=hashlib.sha256(content).hexdigest(),
        encoding=encoding,
        delimiter=delimiter,
        header=header,
        columns=columns,
        width=len(names),
        ignored=tuple(name for name in names if name not in known),
        absent=tuple(name for name in OPTIONAL if name not in columns),
        records=records,
    )


def _end(limit: int | None) -> int | None:
    return None if limit is None else limit + 1


def _unpacked(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror}.") from error
    # By its first bytes and not by its name: both kinds are found under both names.
    if not content.startswith(_GZIP):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise UnusableFile(f"{path.name} is damaged and cannot be unpacked ({error}). Fetch it again.") from error


def _decoded(content: bytes) -> tuple[str, str]:
    """(encoding, text). Bytes that do not fit a UTF file stay as lone surrogates, to be named by their row."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return encoding, content[len(mark) :].decode(
                encoding, "surrogateescape" if encoding == "utf-8" else "replace"
            )
    head = content[:4096]
    if head.count(0) > len(head) // 4:
        encoding = "utf-16-be" if head[:1] == b"\0" else "utf-16-le"
        return encoding, content.decode(encoding, "replace")
    try:
        return "utf-8", content.decode("utf-8")
    except UnicodeDecodeError:
        return _without_mark(content)


def _without_mark(content: bytes) -> tuple[str, str]:
    # A UTF-8 file with a few spoilt rows, or a file in a national encoding? In the latter hardly a line with
    # such bytes happens to be valid UTF-8.
    foreign = [line for line in content.split(b"\n") if not line.isascii()]
    good = sum(1 for line in foreign if _decodes(line, "utf-8"))
    if good * 2 >= len(foreign) or len(foreign) <= 3:
        return "utf-8", content.decode("utf-8", "surrogateescape")
    if _decodes(content, "gb18030"):
        text = content.decode("gb18030")
        wide = [character.encode("gb18030") for character in text if character > "\x7f"]
        # Everyday Chinese has both bytes above A0; an accent of Western Europe swallows the letter after it.
        if sum(len(code) == 2 and min(code) > 0xA0 for code in wide) * 5 > len(wide) * 4:
            return "gb18030", text
    return "latin-1", content.decode("latin-1")


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(_LINE_ENDS.split(text), start=1):
        if line.strip():
            yield number, line


def _cells(text: str, delimiter: str) -> list[str]:
    if '"' not in text:
        return text.split(delimiter)
    return next(csv.reader([text], delimiter=delimiter, strict=True))


def _names(header: str, delimiter: str) -> list[str]:
    try:
        return [name.strip().strip("\ufeff").lower() for name in _cells(header, delimiter)]
    except csv.Error as error:
        raise UnusableFile(f"The line of column names cannot be read: {error}.") from error


def _columns(path: Path, line: int, names: list[str]) -> dict[str, int]:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise UnusableFile(
            f"{path.name}, line {line}: column{'s' if len(missing) > 1 else ''} missing: {', '.join(missing)}. "
            f"The file has: {', '.join(name or '(no name)' for name in names)[:500]}."
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise UnusableFile(f"{path.name}, line {line}: column named twice: {', '.join(twice)}.")
    return {name: place for place, name in enumerate(names) if name in REQUIRED or name in OPTIONAL}

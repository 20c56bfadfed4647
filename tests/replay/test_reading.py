"""The file as it comes: packed, encoded, cut."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from binzhi.replay.reading import UnusableFile, read_table
from binzhi.replay.rows import read_bookings
from tests.replay.files import EXCERPT, HEADER, line, text, write


def test_read_table_excerpt_counts_rows_after_the_header() -> None:
    table = read_table(EXCERPT)
    assert (table.encoding, table.delimiter, table.width, len(table.records)) == ("utf-8", ",", 32, 268)
    assert (table.records[0].row, table.records[0].line) == (1, 2)
    assert (table.ignored, table.absent) == ((), ())


def test_read_table_limit_takes_the_first_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", line(), line(adults="1"), line(adults="3"))
    assert [record.row for record in read_table(path, limit=2).records] == [1, 2]


@pytest.mark.parametrize("name", ["packed.csv.gz", "packed.csv"])
def test_read_table_gzip_is_known_by_its_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(text([line()]).encode()))
    assert len(read_table(tmp_path / name).records) == 1


@pytest.mark.parametrize("cut", [20, -9])
def test_read_table_damaged_gzip_is_refused(tmp_path: Path, cut: int) -> None:
    (tmp_path / "f.gz").write_bytes(gzip.compress(text([line()]).encode())[:cut])
    with pytest.raises(UnusableFile, match="damaged"):
        read_table(tmp_path / "f.gz")


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16-le"), ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"), ("utf-32", "utf-32-le"),
    ],
)  # fmt: skip
def test_read_table_unicode_is_told_from_the_bytes(tmp_path: Path, encoding: str, found: str) -> None:
    path = write(tmp_path / "f.csv", line(hotel="湖畔酒店"), encoding=encoding)
    table = read_table(path)
    bookings, rejected = read_bookings(table)
    assert (table.encoding, [booking.hotel for booking in bookings], rejected) == (found, ["湖畔酒店"], [])


def test_read_table_gb18030_is_recognised(tmp_path: Path) -> None:
    lines = [line(hotel="湖畔酒店"), line(hotel="城市酒店")] * 4
    table = read_table(write(tmp_path / "f.csv", *lines, encoding="gb18030"))
    assert (table.encoding, {booking.hotel for booking in read_bookings(table)[0]}) == (
        "gb18030",
        {"湖畔酒店", "城市酒店"},
    )


def test_read_table_latin_1_is_recognised(tmp_path: Path) -> None:
    table = read_table(write(tmp_path / "f.csv", *[line(hotel="Hôtel Lumière")] * 8, encoding="latin-1"))
    assert (table.encoding, read_bookings(table)[0][0].hotel) == ("latin-1", "Hôtel Lumière")


def test_read_table_one_spoilt_row_costs_only_that_row(tmp_path: Path) -> None:
    content = text([line(), line(hotel="City\0Hotel"), line()]).encode().replace(b"City\0Hotel", b"City\xffHotel")
    (tmp_path / "f.csv").write_bytes(content)
    bookings, rejected = read_bookings(read_table(tmp_path / "f.csv"))
    assert [booking.row for booking in bookings] == [1, 3]
    assert [(bad.row, bad.line, bad.column) for bad in rejected] == [(2, 3, "hotel")]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_read_table_other_delimiters_are_taken(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "f.csv").write_text(text([line()]).replace(",", delimiter), encoding="utf-8")
    table = read_table(tmp_path / "f.csv")
    assert (table.delimiter, len(read_bookings(table)[0])) == (delimiter, 1)


def test_read_table_columns_in_other_order_case_and_quotes(tmp_path: Path) -> None:
    cells = dict(zip(HEADER, line(adr="71.5").split(","), strict=True))
    order = sorted(HEADER, reverse=True)
    lines = [",".join(f'" {name.upper()} "' for name in order), ",".join(f'"{cells[name]}"' for name in order)]
    (tmp_path / "f.csv").write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    bookings, rejected = read_bookings(read_table(tmp_path / "f.csv"))
    assert (str(bookings[0].adr), rejected) == ("71.50", [])


def test_read_table_missing_columns_are_named(tmp_path: Path) -> None:
    kept = [name for name in HEADER if name not in ("adr", "lead_time")]
    (tmp_path / "f.csv").write_text(",".join(kept) + "\n", encoding="utf-8")
    with pytest.raises(UnusableFile, match=r"columns missing: lead_time, adr\."):
        read_table(tmp_path / "f.csv")


def test_read_table_misspelt_column_is_named_as_missing(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(text([]).replace("adults", "adlts"), encoding="utf-8")
    with pytest.raises(UnusableFile, match=r"column missing: adults\..*adlts"):
        read_table(tmp_path / "f.csv")


def test_read_table_column_named_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(text([]).replace("meal", "adr"), encoding="utf-8")
    with pytest.raises(UnusableFile, match="named twice: adr"):
        read_table(tmp_path / "f.csv")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_read_table_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "f.csv").write_bytes(content)
    with pytest.raises(UnusableFile, match="is empty"):
        read_table(tmp_path / "f.csv")


def test_read_table_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="cannot be read"):
        read_table(tmp_path / "nowhere.csv")


def test_read_table_optional_columns_may_be_absent_and_others_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(text([line()]).replace("meal", "weather"), encoding="utf-8")
    table = read_table(tmp_path / "f.csv")
    assert (table.absent, table.ignored, len(read_bookings(table)[0])) == (("meal",), ("weather",), 1)

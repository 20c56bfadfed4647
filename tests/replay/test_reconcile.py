"""The straight reading by DuckDB against a reckoning by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from binzhi.replay.reading import read_table
from binzhi.replay.reconcile import Difference, Month, differences, file_figures
from binzhi.replay.rows import read_bookings
from tests.replay.files import CANCELLED, DAY_USE, EXCERPT, NO_SHOW, line, text, write

MARCH = Month("City Hotel", "2016-03", 3, 1, 1, 4, Decimal("325.50"))


def test_file_figures_nights_count_in_the_month_they_are_slept(tmp_path: Path) -> None:
    late = line(arrival_date_day_of_month="30", reservation_status_date="2016-04-02", adr="13.57", hotel="Resort Hotel")
    path = write(
        tmp_path / "f.csv", late, line(), line(**CANCELLED), line(**NO_SHOW), line(**DAY_USE), line(adults="x"),
        line(stays_in_weekend_nights="1", stays_in_week_nights="0", reservation_status_date="2016-03-05", adr="27.15"),
    )  # fmt: skip
    table = read_table(path)
    assert file_figures(table, read_bookings(table)[0]) == [
        MARCH,
        Month("Resort Hotel", "2016-03", 1, 0, 0, 2, Decimal("27.14")),
        Month("Resort Hotel", "2016-04", 0, 0, 0, 1, Decimal("13.57")),
    ]


def test_file_figures_rows_that_duckdb_cannot_cut_do_not_shift_the_others(tmp_path: Path) -> None:
    content = text([line(country='"PRT'), line(), "rubbish", line(**CANCELLED), line() + ",more", "", line(**NO_SHOW)])
    for encoding in ("utf-8", "utf-16", "gb18030"):
        (tmp_path / "f.csv").write_bytes(content.encode(encoding))
        table = read_table(tmp_path / "f.csv")
        assert file_figures(table, read_bookings(table)[0]) == [
            Month("City Hotel", "2016-03", 1, 1, 1, 3, Decimal("298.35"))
        ]


def test_file_figures_of_the_file_and_of_its_copied_lines_are_the_same() -> None:
    table = read_table(EXCERPT)
    bookings, _rejected = read_bookings(table)
    direct = file_figures(table, bookings)
    assert direct == file_figures(replace(table, encoding="unknown to DuckDB"), bookings)
    assert sum(month.arrivals for month in direct) == 170
    assert sum(month.room_nights for month in direct) == sum(booking.nights for booking in bookings if booking.stays)


def test_file_figures_without_an_accepted_row_are_empty(tmp_path: Path) -> None:
    assert file_figures(read_table(write(tmp_path / "f.csv")), []) == []


def test_differences_names_every_figure_that_differs() -> None:
    other = replace(MARCH, no_shows=2, room_revenue=Decimal("325.49"))
    assert differences([MARCH], [MARCH]) == []
    assert differences([MARCH], [other]) == [
        Difference("City Hotel", "2016-03", "no_shows", "1", "2"),
        Difference("City Hotel", "2016-03", "room_revenue", "325.50", "325.49"),
    ]
    assert [found.figure for found in differences([MARCH], [])] == [
        "arrivals", "cancellations", "no_shows", "room_nights", "room_revenue"
    ]  # fmt: skip
    assert differences([], [Month("City Hotel", "2016-05")]) == []

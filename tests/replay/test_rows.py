"""Rows become bookings or are rejected with row, column and reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from binzhi.replay.reading import read_table
from binzhi.replay.rows import Booking, Rejected, read_bookings
from tests.replay.files import CANCELLED, DAY_USE, EXCERPT, NO_SHOW, line, write

DAY = "arrival_date_day_of_month"


def read(tmp_path: Path, *lines: str) -> tuple[list[Booking], list[Rejected]]:
    return read_bookings(read_table(write(tmp_path / "f.csv", *lines)))


def test_read_bookings_stay_is_taken_as_it_stands(tmp_path: Path) -> None:
    assert read(tmp_path, line()) == (
        [
            Booking(
                row=1, hotel="City Hotel", booked_on=date(2016, 2, 23), arrival=date(2016, 3, 4), nights=3, adults=2,
                children=0, babies=0, reserved_type="A", assigned_type="A", changes=0, adr=Decimal("99.45"),
                status="Check-Out", ended_on=date(2016, 3, 7), market="online-ta", source="ta-to",
            )
        ],
        [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "column", "problem"),
    [
        ({"hotel": "Space Hotel"}, "hotel", "not a hotel"),
        ({"hotel": ""}, "hotel", "not a hotel"),
        ({DAY: "31", "arrival_date_month": "April"}, DAY, "no day 31 in 2016-04"),
        ({DAY: "30", "arrival_date_month": "February"}, DAY, "no day 30"),
        ({DAY: "0"}, DAY, "no day 0"),
        ({"arrival_date_month": "Marsch"}, "arrival_date_month", "not the English name of a month"),
        ({"arrival_date_year": "16"}, "arrival_date_year", "not between"),
        ({"arrival_date_year": "20l6"}, "arrival_date_year", "not a whole number"),
        ({"lead_time": "-1"}, "lead_time", "is negative"),
        ({"lead_time": "99999"}, "lead_time", "more than 3650"),
        ({"lead_time": ""}, "lead_time", "is empty"),
        ({"stays_in_week_nights": "-1"}, "stays_in_week_nights", "is negative"),
        ({"stays_in_week_nights": "366"}, "stays_in_week_nights", "368 nights in all"),
        ({"adults": "two"}, "adults", "'two' is not a whole number"),
        ({"adults": "1.5"}, "adults", "not a whole number"),
        ({"adults": "0"}, "adults", "nobody comes"),
        ({"adults": "100"}, "adults", "more than 99"),
        ({"children": "-2"}, "children", "is negative"),
        ({"babies": "NA"}, "babies", "not a whole number"),
        ({"adr": "-6.38"}, "adr", "is negative"),
        ({"adr": "75.123"}, "adr", "more than two decimals"),
        ({"adr": "1e3"}, "adr", "not an amount"),
        ({"adr": "NaN"}, "adr", "not an amount"),
        ({"adr": "1000000"}, "adr", "more than 999999.99"),
        ({"reserved_room_type": ""}, "reserved_room_type", "not a room type"),
        ({"assigned_room_type": "A B"}, "assigned_room_type", "not a room type"),
        ({"booking_changes": "x"}, "booking_changes", "not a whole number"),
        ({"reservation_status": "Checked"}, "reservation_status", "none of Check-Out"),
        ({"reservation_status_date": "2016-13-07"}, "reservation_status_date", "not a day of the calendar"),
        ({"reservation_status_date": "07/03/2016"}, "reservation_status_date", "not a date"),
        ({"reservation_status_date": "2016-03-06"}, "reservation_status_date", "end on 2016-03-07"),
        ({"is_canceled": "1"}, "is_canceled", "contradicts"),
        (CANCELLED | {"reservation_status_date": "2016-03-05"}, "reservation_status_date", "after the arrival"),
        (CANCELLED | {"reservation_status_date": "2016-02-22"}, "reservation_status_date", "before it was booked"),
        (CANCELLED | {"is_canceled": "0"}, "is_canceled", "contradicts"),
        (NO_SHOW | {"reservation_status_date": "2016-03-03"}, "reservation_status_date", "before the arrival"),
    ],
)  # fmt: skip
def test_read_bookings_impossible_cell_rejects_its_row_alone(
    tmp_path: Path, changed: dict[str, str], column: str, problem: str
) -> None:
    bookings, rejected = read(tmp_path, line(), line(**changed), line())
    assert [booking.row for booking in bookings] == [1, 3]
    assert [(bad.row, bad.line, bad.column) for bad in rejected] == [(2, 3, column)]
    assert problem in rejected[0].problem
    assert rejected[0].reason == f"{column}: {rejected[0].problem}"


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (line() + ",more", "33 columns instead of 32"),
        (line().rsplit(",", 1)[0], "31 columns instead of 32"),
        ("rubbish", "1 columns instead of 32"),
        (line(country='"PRT'), "cannot be cut into columns"),
        (line(country="P" * 20_000), "more than 20000"),
    ],
)
def test_read_bookings_broken_row_is_rejected_and_the_rest_goes_on(tmp_path: Path, broken: str, problem: str) -> None:
    bookings, rejected = read(tmp_path, line(), broken, line())
    assert [booking.row for booking in bookings] == [1, 3]
    assert [(bad.row, bad.line, bad.column) for bad in rejected] == [(2, 3, "")]
    assert problem in rejected[0].reason


@pytest.mark.parametrize(
    "changed",
    [
        CANCELLED,
        CANCELLED | {"reservation_status_date": "2016-03-04"},
        CANCELLED | {"reservation_status_date": "2016-02-23"},
        NO_SHOW,
        NO_SHOW | {"reservation_status_date": "2016-03-06"},
        DAY_USE,
        {"children": "NA"},
        {"children": "2.0", "adults": "0"},
        {"adr": "0"},
        {"adr": "75.500"},
        {"adr": "5400"},
        {"meal": "Breakfast", "country": "??", "market_segment": "", "agent": "x", "days_in_waiting_list": "-4"},
        {"hotel": " city hotel "},
    ],
)
def test_read_bookings_possible_row_is_accepted(tmp_path: Path, changed: dict[str, str]) -> None:
    bookings, rejected = read(tmp_path, line(**changed))
    assert (len(bookings), rejected) == (1, [])


def test_read_bookings_other_hotel_names_are_taken_where_the_usual_ones_do_not_occur(tmp_path: Path) -> None:
    bookings, rejected = read(tmp_path, line(hotel="H1"), line(hotel="H2"), line(hotel="H1"))
    assert ([booking.hotel for booking in bookings], rejected) == (["H1", "H2", "H1"], [])


def test_read_bookings_blank_lines_are_no_rows_but_count_as_lines(tmp_path: Path) -> None:
    _bookings, rejected = read(tmp_path, "", line(), "  ", line(adults="x"))
    assert [(bad.row, bad.line) for bad in rejected] == [(2, 5)]


def test_read_bookings_excerpt_rejects_the_row_without_a_guest() -> None:
    bookings, rejected = read_bookings(read_table(EXCERPT))
    assert (len(bookings), [(bad.row, bad.column) for bad in rejected]) == (267, [(266, "adults")])

"""Rows become bookings, or are rejected with their row, column and reason."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from binzhi.replay.reading import LONGEST_LINE, Record, Table

HOTELS = ("Resort Hotel", "City Hotel")
MONTHS = {
    name: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
         "december"), start=1,
    )
}  # fmt: skip
CHECKED_OUT, CANCELLED, NO_SHOW = "Check-Out", "Canceled", "No-Show"
STATUSES = (CHECKED_OUT, CANCELLED, NO_SHOW)
MISSING = frozenset({"", "NA", "NULL"})

# What no booking of a real hotel reaches; beyond it a cell is taken for a slip of the pen.
MOST_LEAD_DAYS = 3650
MOST_NIGHTS = 366
MOST_PEOPLE = 99
MOST_CHANGES = 100
YEARS = range(1990, 2101)
LARGEST_PRICE = Decimal("999999.99")

_WHOLE = re.compile(r"(-?)(\d{1,9})(?:\.0+)?")
_AMOUNT = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,30}))?")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,11}")
_SPOILT = re.compile("[\ud800-\udfff\ufffd]")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not taken: `column` is empty when the row as a whole is broken."""

    row: int
    line: int
    column: str
    problem: str

    @property
    def reason(self) -> str:
        return f"{self.column}: {self.problem}" if self.column else self.problem


@dataclass(frozen=True, slots=True)
class Booking:
    """One accepted row. `channel_number` of its reservation is its row, so that it is never booked twice."""

    row: int
    hotel: str
    booked_on: date
    arrival: date
    nights: int
    adults: int
    children: int
    babies: int
    reserved_type: str
    assigned_type: str
    changes: int
    adr: Decimal
    status: str
    ended_on: date
    market: str = ""
    source: str = ""
    prepaid: bool = False

    @property
    def departure(self) -> date:
        return self.arrival + timedelta(days=self.nights)

    @property
    def stays(self) -> bool:
        return self.status == CHECKED_OUT

    @property
    def people(self) -> int:
        return self.adults + self.children + self.babies


class _Refused(Exception):
    def __init__(self, column: str, problem: str) -> None:
        super().__init__(column, problem)
        self.column = column
        self.problem = problem


def read_bookings(table: Table) -> tuple[list[Booking], list[Rejected]]:
    """Every row of the table as a booking or as a rejection, both in the order of the file."""
    bookings: list[Booking] = []
    rejected: list[Rejected] = []
    hotels = _hotels(table)
    for record in table.records:
        try:
            bookings.append(_booking(table, record, hotels))
        except _Refused as refusal:
            rejected.append(Rejected(record.row, record.line, refusal.column, refusal.problem))
    return bookings, rejected


def _hotels(table: Table) -> dict[str, str]:
    """The hotels of this file by their folded name. The two of the format, else whatever names it uses often."""
    place = table.columns["hotel"]
    named: Counter[str] = Counter()
    for record in table.records:
        try:
            cells = table.cells(record)
        except csv.Error:
            continue
        if len(cells) == table.width and cells[place].strip() and not _SPOILT.search(cells[place]):
            named[cells[place].strip()] += 1
    known = {name.casefold(): name for name in HOTELS}
    if any(name.casefold() in known for name in named):
        return known
    often = max(1, sum(named.values()) // 1000)
    return {name.casefold(): name for name, count in named.most_common(20) if count >= often and len(name) <= 80}


def _booking(table: Table, record: Record, hotels: dict[str, str]) -> Booking:
    cell = _reader(table, record)
    hotel = cell("hotel", lambda text: _hotel(text, hotels))
    arrival = _arrival(cell)
    lead = cell("lead_time", lambda text: _whole(text, most=MOST_LEAD_DAYS))
    nights = cell("stays_in_weekend_nights", lambda text: _whole(text, most=MOST_NIGHTS)) + cell(
        "stays_in_week_nights", lambda text: _whole(text, most=MOST_NIGHTS)
    )
    if nights > MOST_NIGHTS:
        raise _Refused("stays_in_week_nights", f"{nights} nights in all are more than {MOST_NIGHTS}")
    adults, children, babies = _people(cell)
    status = cell("reservation_status", _status)
    booking = Booking(
        row=record.row,
        hotel=hotel,
        booked_on=arrival - timedelta(days=lead),
        arrival=arrival,
        nights=nights,
        adults=adults,
        children=children,
        babies=babies,
        reserved_type=cell("reserved_room_type", _type),
        assigned_type=cell("assigned_room_type", _type),
        changes=cell("booking_changes", lambda text: _whole(text, most=MOST_CHANGES)),
        adr=cell("adr", _amount),
        status=status,
        ended_on=cell("reservation_status_date", _date),
        market=_code(cell("market_segment", str, optional=True)),
        source=_code(cell("distribution_channel", str, optional=True)),
        prepaid=cell("deposit_type", str, optional=True).casefold() == "non refund",
    )
    cancelled = cell("is_canceled", lambda text: _whole(text, most=1))
    if (cancelled == 0) is not booking.stays:
        raise _Refused("is_canceled", f"{cancelled} contradicts reservation_status {status}")
    _check_story(booking)
    return booking


class _Cell:
    """Reads the cells of one record, and names the column of what it cannot take."""

    def __init__(self, columns: dict[str, int], cells: list[str]) -> None:
        self._columns = columns
        self._cells = cells

    def __call__(self, column: str, parse: Callable[[str], T], *, optional: bool = False) -> T:
        place = self._columns.get(column)
        text = self._cells[place].strip() if place is not None else ""
        if not optional:
            if _SPOILT.search(text) or not text.isprintable():
                raise _Refused(column, "has bytes that are not text in the encoding of the file")
        elif text in MISSING:
            text = ""
        try:
            return parse(text)
        except ValueError as error:
            raise _Refused(column, str(error)) from error


def _reader(table: Table, record: Record) -> _Cell:
    if len(record.text) > LONGEST_LINE:
        raise _Refused("", f"the row has {len(record.text)} characters, more than {LONGEST_LINE}")
    try:
        cells = table.cells(record)
    except csv.Error as error:
        raise _Refused("", f"the row cannot be cut into columns: {error}") from error
    if len(cells) != table.width:
        raise _Refused("", f"the row has {len(cells)} columns instead of {table.width}")
    return _Cell(table.columns, cells)


def _arrival(cell: _Cell) -> date:
    year = cell("arrival_date_year", _year)
    month = cell("arrival_date_month", _month)
    return cell("arrival_date_day_of_month", lambda text: _day(year, month, text))


def _people(cell: _Cell) -> tuple[int, int, int]:
    adults = cell("adults", lambda text: _whole(text, most=MOST_PEOPLE))
    children = cell("children", lambda text: 0 if text in MISSING else _whole(text, most=MOST_PEOPLE))
    babies = cell("babies", lambda text: _whole(text, most=MOST_PEOPLE))
    if not adults + children + babies:
        raise _Refused("adults", "nobody comes: adults, children and babies are all 0")
    return adults, children, babies


def _check_story(booking: Booking) -> None:
    """The status date must fit what is said to have happened."""
    column, day = "reservation_status_date", booking.ended_on
    if booking.stays and day != booking.departure:
        raise _Refused(
            column,
            f"checked out on {day}, but {booking.nights} nights from {booking.arrival} end on {booking.departure}",
        )
    if booking.status == CANCELLED and day > booking.arrival:
        raise _Refused(column, f"cancelled on {day}, after the arrival on {booking.arrival}")
    if booking.status == CANCELLED and day < booking.booked_on:
        raise _Refused(column, f"cancelled on {day}, before it was booked on {booking.booked_on}")
    if booking.status == NO_SHOW and day < booking.arrival:
        raise _Refused(column, f"not shown on {day}, before the arrival on {booking.arrival}")


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")


def _hotel(text: str, hotels: dict[str, str]) -> str:
    hotel = hotels.get(text.casefold())
    if hotel is None:
        raise ValueError(f"{_shown(text)} is not a hotel of this file ({', '.join(hotels.values())})")
    return hotel


def _status(text: str) -> str:
    if text not in STATUSES:
        raise ValueError(f"{_shown(text)} is none of {', '.join(STATUSES)}")
    return text


def _type(text: str) -> str:
    if not _TYPE.fullmatch(text):
        raise ValueError(f"{_shown(text)} is not a room type")
    return text


def _whole(text: str, *, most: int) -> int:
    found = _WHOLE.fullmatch(text)
    if found is None:
        raise ValueError(f"{_shown(text)} is not a whole number" if text else "is empty")
    if found[1] and int(found[2]):
        raise ValueError(f"{text} is negative")
    number = int(found[2])
    if number > most:
        raise ValueError(f"{number} is more than {most}")
    return number


def _amount(text: str) -> Decimal:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError(f"{_shown(text)} is not an amount of money" if text else "is empty")
    if found[3] and found[3][2:].strip("0"):
        raise ValueError(f"{text} has more than two decimals")
    amount = Decimal(text)
    if amount < 0:
        raise ValueError(f"{text} is negative")
    if amount > LARGEST_PRICE:
        raise ValueError(f"{text} is more than {LARGEST_PRICE}")
    return abs(amount).quantize(Decimal("0.01"))


def _year(text: str) -> int:
    year = _whole(text, most=9999)
    if year not in YEARS:
        raise ValueError(f"{year} is not between {YEARS[0]} and {YEARS[-1]}")
    return year


def _month(text: str) -> int:
    month = MONTHS.get(text.casefold())
    if month is None:
        raise ValueError(f"{_shown(text)} is not the English name of a month")
    return month


def _day(year: int, month: int, text: str) -> date:
    day = _whole(text, most=99)
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"there is no day {day} in {year}-{month:02}") from None


def _date(text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{_shown(text)} is not a date (YYYY-MM-DD)" if text else "is empty")
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise ValueError(f"{text} is not a day of the calendar") from None


def _code(text: str) -> str:
    """A word of the file as a code of the hotel; what is not a word is left out, never a reason to reject."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:20]

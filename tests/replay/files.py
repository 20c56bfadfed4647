"""Small files of the format, made row by row."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

EXCERPT = Path(__file__).parent / "data" / "bookings_excerpt.csv"
HEADER = EXCERPT.read_text(encoding="utf-8").splitlines()[0].split(",")

# A stay of three nights (a Friday to a Monday), booked ten days ahead.
STAY = {
    "hotel": "City Hotel", "is_canceled": "0", "lead_time": "10", "arrival_date_year": "2016",
    "arrival_date_month": "March", "arrival_date_week_number": "10", "arrival_date_day_of_month": "4",
    "stays_in_weekend_nights": "2", "stays_in_week_nights": "1", "adults": "2", "children": "0", "babies": "0",
    "meal": "BB", "country": "PRT", "market_segment": "Online TA", "distribution_channel": "TA/TO",
    "is_repeated_guest": "0", "previous_cancellations": "0", "previous_bookings_not_canceled": "0",
    "reserved_room_type": "A", "assigned_room_type": "A", "booking_changes": "0", "deposit_type": "No Deposit",
    "agent": "9", "company": "NULL", "days_in_waiting_list": "0", "customer_type": "Transient", "adr": "99.45",
    "required_car_parking_spaces": "0", "total_of_special_requests": "1", "reservation_status": "Check-Out",
    "reservation_status_date": "2016-03-07",
}  # fmt: skip
CANCELLED = {"is_canceled": "1", "reservation_status": "Canceled", "reservation_status_date": "2016-03-01"}
NO_SHOW = {"is_canceled": "1", "reservation_status": "No-Show", "reservation_status_date": "2016-03-04"}
DAY_USE = {
    "stays_in_weekend_nights": "0", "stays_in_week_nights": "0", "adr": "0", "reservation_status_date": "2016-03-04",
}  # fmt: skip


def line(**changed: str) -> str:
    return ",".join((STAY | changed)[name] for name in HEADER)


def text(lines: Iterable[str]) -> str:
    return "\n".join([",".join(HEADER), *lines]) + "\n"


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text(lines).encode(encoding))
    return path

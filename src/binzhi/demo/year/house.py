"""The hotel that lives the year: the house, the prices and the partners of the demo hotel, without its staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from binzhi.billing.setup import create_chart
from binzhi.demo import house, organisations, selling
from binzhi.demo.house_state import TIMEZONE
from binzhi.demo.partners import AGENCIES, COMPANIES
from binzhi.demo.plan import Plan, draw
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import unit_of_work
from binzhi.property import setup as property_setup
from binzhi.property.setup import HotelSpec

CODE = "a-year"
ACTOR = Actor.system("year")
# Companies of a year take more than the demo hotel's ninety days would let them.
CREDIT = 100_000_000


@dataclass(frozen=True, slots=True)
class Year:
    """What is lived: from which day, how long, how large, drawn from which seed."""

    first: date = date(2027, 1, 1)
    days: int = 365
    scale: float = 1.0
    seed: int = 2027

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant of a hotel day on the hotel's clocks."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(TIMEZONE))


def open_house(year: Year) -> int:
    """The hotel's id; furnished in one transaction when it is not there yet."""
    db.enter_scope("*", "*")
    found: int | None = db.fetch_value("SELECT id FROM property_hotel WHERE code = %s", [CODE])
    return found if found is not None else _furnish(year)


def _furnish(year: Year) -> int:
    now = at(year.first, 7)
    spec = HotelSpec(
        code=CODE, name="一年酒店", name_en="Year Hotel", group_code="year", group_name="一年", opens_on=year.first,
        timezone=TIMEZONE, documents_required=False, longest_stay=90, booking_horizon=150,
    )  # fmt: skip
    with unit_of_work():
        hotel = property_setup.create_hotel(spec=spec, actor=ACTOR, now=now)
        types, _rooms = house.build(hotel_id=hotel.pk, scale=year.scale)
        plans = selling.sell(hotel_id=hotel.pk, types=types, first=year.first, last=year.last + timedelta(days=150))
        create_chart(hotel_id=hotel.pk)
        organisations.sign_up(
            hotel_id=hotel.pk, agreed_plan=plans[selling.AGREED], today=year.first, actor=ACTOR, now=now
        )
        db.execute("UPDATE guests_organisation SET credit_limit = %s WHERE group_id = %s", [CREDIT, hotel.group_id])
    return hotel.pk


def partners(hotel_id: int) -> list[int]:
    """The organisations in the order of the lists of partners."""
    rows = db.fetch_all(
        "SELECT o.id, o.code FROM guests_organisation o JOIN property_hotel h ON h.group_id = o.group_id"
        " WHERE h.id = %s",
        [hotel_id],
    )
    by_code = {row["code"]: row["id"] for row in rows}
    return [by_code[code] for _name, code, _limit in (*COMPANIES, *AGENCIES)]


def plan_of(year: Year, hotel_id: int) -> Plan:
    """All bookings of the year, the same for the same seed."""
    rows = db.fetch_all(
        "SELECT t.code, count(*) AS rooms FROM property_room r JOIN property_roomtype t ON t.id = r.room_type_id"
        " WHERE r.hotel_id = %s GROUP BY t.code, t.position ORDER BY t.position",
        [hotel_id],
    )
    return draw(
        Random(year.seed),  # noqa: S311  (invented business, no secret)
        rooms={row["code"]: row["rooms"] for row in rows}, first=year.first, today=year.last + timedelta(days=1),
        last=year.last, people=4000,
    )  # fmt: skip

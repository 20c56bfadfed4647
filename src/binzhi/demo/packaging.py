"""What the demo hotel's rates contain, what more people cost, what agencies are promised, and rooms by the hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from binzhi.demo.house import TYPES
from binzhi.demo.house_state import House
from binzhi.demo.selling import AGREED, BASE, BREAKFAST
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.property.queries import hotel_by_id
from binzhi.reservations.commissions.services import set_commission
from binzhi.reservations.day_use.queries import at_clock, minute_of, rooms_for_hours, terms_of
from binzhi.reservations.day_use.services import HourPriceInput, HoursRequest, TermsInput, sell_hours, set_day_use
from binzhi.reservations.extras.services import BandInput, set_extras
from binzhi.reservations.packages.services import PartInput, set_parts

SHARE = Decimal(8)
# Who takes a room between two trains: name, phone, hours, from when.
HOURS = (("乔一帆", "13900010021", 3, 9), ("纪明远", "13900010022", 4, 13))
HOURLY = {3: Decimal("0.30"), 4: Decimal("0.36"), 6: Decimal("0.48")}


def furnish(*, hotel_id: int, agencies: Iterable[int], seller: Actor, now: datetime) -> None:
    """From the first day on: breakfast as a part, extra beds, children by age, hours, commissions."""
    what: dict[str, Any] = {"hotel_id": hotel_id, "actor": seller, "now": now}
    breakfast = PartInput(
        charge_code="2010", name="早餐", name_en="Breakfast", amount=Decimal(48), child_amount=Decimal(24)
    )
    for plan in (BREAKFAST, AGREED):
        set_parts(rate_plan=plan, parts=[breakfast], **what)
    bands = [
        BandInput(from_age=0, until_age=5, kind="free"),
        BandInput(from_age=6, until_age=11, kind="share", amount=Decimal(48)),
        BandInput(from_age=12, until_age=17, kind="bed", amount=Decimal(150)),
    ]
    set_extras(rate_plan=BASE, bed_price=Decimal(180), bands=bands, **what)
    for agency in agencies:
        set_commission(organisation_id=agency, percent=SHARE, from_date=_today(hotel_id), **what)
    sold = set(db.fetch_values("SELECT code FROM property_roomtype WHERE hotel_id = %s AND is_active", [hotel_id]))
    prices = [
        HourPriceInput(
            room_type=kind.spec.code, hours=hours, price=(kind.price * share).quantize(Decimal(1)),
            overtime_price=Decimal(50),
        )
        for kind in TYPES[:2]
        if kind.spec.code in sold
        for hours, share in HOURLY.items()
    ]  # fmt: skip
    set_day_use(terms=TermsInput(rate_plan=BASE, opens=time(8), closes=time(20)), prices=prices, **what)


def _today(hotel_id: int) -> Any:
    return hotel_by_id(hotel_id).business_date


def sell_hours_of_today(running: House) -> None:
    """Two rooms by the hour, where vacant ones are left for so long."""
    hotel, terms = hotel_by_id(running.hotel_id), terms_of(running.hotel_id)
    assert terms is not None  # furnished
    for name, phone, hours, from_hour in HOURS:
        # Whatever the hour of the loading: hours are sold ahead.
        start = at_clock(hotel, time(from_hour))
        until = minute_of(start + timedelta(hours=hours))
        room = next((one for one in rooms_for_hours(hotel=hotel, terms=terms, start=start) if one.until >= until), None)
        if room is None:
            continue
        asked = HoursRequest(room_id=room.room_id, hours=hours, booker_name=name, booker_phone=phone, starts_at=start)
        sell_hours(hotel_id=hotel.pk, asked=asked, actor=running.cast["receptionist"], now=running.at(8))

"""What can be asked for a group at all, each refusal at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.text import clean_text
from binzhi.reservations import facts, limits, nights
from binzhi.reservations.blocks.requests import BlockCell, BlockDetails
from binzhi.reservations.blocks.rows import NightRow
from binzhi.reservations.enums import CodeKind

NAME_LIMIT, NOTE_LIMIT, REASON_LIMIT = 120, 1000, 200
LONGEST = 92
MOST_ROOMS = 2000
_HOUSE = """
SELECT h.business_date AS today, h.currency, h.booking_horizon, p.id AS plan_id
FROM property_hotel h LEFT JOIN reservations_rateplan p ON p.hotel_id = h.id AND p.code = %s AND p.is_active
WHERE h.id = %s
"""


def house(hotel_id: int, rate_plan: str) -> dict[str, Any]:
    """The hotel and the plan named. Raises NotFound, InvalidInput at `rate_plan`."""
    facts.check_codes([("", rate_plan, "rate_plan")])
    row = db.fetch_one(_HOUSE, [rate_plan, hotel_id])
    if row is None:
        raise NotFound
    if row["plan_id"] is None:
        raise InvalidInput(field="rate_plan", message=_("The code %(code)s is not known."), code=rate_plan)
    return row


def details(
    hotel_id: int, given: BlockDetails, place: Mapping[str, Any], *, arrived: date | None = None
) -> BlockDetails:
    """The same with clean texts. `arrived`: the arrival of a group under way, which may lie in the past."""
    clean = replace(
        given,
        name=clean_text(given.name, field="name", limit=NAME_LIMIT, required=True),
        note=clean_text(given.note, field="note", limit=NOTE_LIMIT, multiline=True),
    )
    _dates(clean, place["today"], place["booking_horizon"], arrived)
    codes = [
        (kind.value, code, field)
        for kind, code, field in (
            (CodeKind.MARKET, clean.market, "market"), (CodeKind.SOURCE, clean.source, "source"),
        )
        if code
    ]  # fmt: skip
    facts.check_names(
        hotel_id=hotel_id, codes=codes, guest_ids=[clean.guest_id] if clean.guest_id else [],
        organisation_id=clean.organisation_id,
    )  # fmt: skip
    return clean


def _dates(given: BlockDetails, today: date, horizon: int, arrived: date | None) -> None:
    if given.arrival < today and given.arrival != arrived:
        raise InvalidInput(
            field="arrival", message=_("The arrival date has passed: the hotel day is %(today)s."), today=today
        )
    if given.departure <= given.arrival:
        raise InvalidInput(field="departure", message=_("A group stays at least one night."))
    if (given.departure - given.arrival).days > LONGEST:
        raise InvalidInput(field="departure", message=_("A group stays at most %(nights)s nights."), nights=LONGEST)
    if given.departure > today + timedelta(days=horizon + 1):
        raise InvalidInput(
            field="departure", message=_("Bookings are taken up to %(horizon)s."),
            horizon=today + timedelta(days=horizon),
        )  # fmt: skip
    if given.cut_off is not None and given.cut_off >= given.departure:
        raise InvalidInput(field="cut_off", message=_("The cut-off lies before the group leaves."))


def types_of(hotel_id: int, codes: Sequence[str]) -> dict[str, int]:
    """Ids of room types by code. Raises InvalidInput at `room_type`."""
    facts.check_codes([("", code, "room_type") for code in codes])
    known = {
        row["code"]: row["id"]
        for row in db.fetch_all("SELECT id, code FROM property_roomtype WHERE hotel_id = %s AND is_active", [hotel_id])
    }
    for code in codes:
        if code not in known:
            raise InvalidInput(field="room_type", message=_("The code %(code)s is not known."), code=code)
    return known


def cells(
    hotel_id: int, given: Sequence[BlockCell], *, arrival: date, departure: date, today: date, currency: str
) -> dict[nights.Key, NightRow]:
    """What shall stand in the group's nights. Raises InvalidInput at the field."""
    known = types_of(hotel_id, sorted({cell.room_type for cell in given}))
    wanted: dict[nights.Key, NightRow] = {}
    for cell in given:
        if not arrival <= cell.night < departure:
            raise InvalidInput(field="rooms", message=_("%(night)s is not a night of the group."), night=cell.night)
        if cell.night < today:
            raise InvalidInput(field="rooms", message=_("The nights before %(today)s have passed."), today=today)
        if not 0 <= cell.rooms <= MOST_ROOMS:
            raise InvalidInput(field="rooms", message=_("A number from 0 to %(most)s."), most=MOST_ROOMS)
        for name in ("price", "single_price", "extra_adult"):
            value = getattr(cell, name)
            if value is not None:
                limits.check_price(value, currency=currency, field=name)
        wanted[cell.night, known[cell.room_type]] = NightRow(
            cell.rooms, cell.rooms, 0, cell.price, cell.single_price, cell.extra_adult
        )
    return wanted

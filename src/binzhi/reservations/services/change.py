"""Changing the stay of one room: dates, type, plan, guests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record, rehearsal
from binzhi.reservations import facts, holding, limits, nights
from binzhi.reservations.access import Permission
from binzhi.reservations.day_use.queries import is_hourly
from binzhi.reservations.enums import Guarantee, Status
from binzhi.reservations.errors import (
    GuaranteeRequired,
    MoveInstead,
    NightsSlept,
    NoPrice,
    PlanClosed,
    PriceChanged,
    WrongStatus,
)
from binzhi.reservations.events import ReservationChanged
from binzhi.reservations.locks import LockedRoom, agreed_prices, lock_room_reservation, nights_between
from binzhi.reservations.offer_errors import HoursFixed
from binzhi.reservations.requests import RoomChange, RoomRequest
from binzhi.reservations.stay_rows import rewrite


@operation(Permission.CHANGE)
def change_room(
    *,
    hotel_id: int,
    room_reservation_id: int,
    change: RoomChange,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Make the stay of one room what `change` says; the new version of its reservation.

    Nights given up go back and nights added are taken in one step, by net change. Nights already agreed keep their
    price unless type, plan or guests change (and `keep_prices` is not asked for); nights slept always keep it. An
    assigned room stays when the type does and it is free. Locks day, reservation, nights, room. Raises NotFound,
    EditConflict, WrongStatus, NightsSlept, MoveInstead, InvalidInput at the field, RoomTypeSoldOut, RoomTypeClosed, a
    StayRefused for what is new, FloorBroken, PriceChanged, RoomTaken. Publishes ReservationChanged.
    """
    if change.prices is not None:
        actor.require(Permission.OVERRIDE_PRICE, hotel_id)
    plan = _plan(hotel_id, room_reservation_id, change, expected_version, actor)
    _check_total(plan.after, change, plan.nightly)
    rewrite(before=plan.before, after=plan.after, prices=plan.prices)
    holding.name_types(plan.before.id, plan.types)
    reservation_id = plan.before.reservation_id
    record(
        "reservation.changed", subject="reservation", subject_id=reservation_id, hotel_id=hotel_id, actor=actor,
        now=now, before=_summary(plan.before, plan.agreed), after=_summary(plan.after, plan.nightly),
        event=ReservationChanged(hotel_id=hotel_id, reservation_id=reservation_id),
    )  # fmt: skip
    return plan.before.version


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a change comes to: `agreed` are the prices before it, `prices` those to be written, `types` what for."""

    before: LockedRoom
    after: LockedRoom
    agreed: Mapping[date, Decimal]
    prices: Mapping[date, Decimal]
    types: Mapping[date, int]

    @property
    def nightly(self) -> dict[date, Decimal]:
        return {**self.agreed, **self.prices}


def _plan(
    hotel_id: int, room_reservation_id: int, change: RoomChange, expected_version: int | None, actor: Actor
) -> _Plan:
    """Lock, check, price and take the nights: all that can refuse but the room itself."""
    before = lock_room_reservation(
        hotel_id=hotel_id, room_reservation_id=room_reservation_id, expected_version=expected_version
    )
    change = _complete(before, change)
    if before.arrival == before.departure and is_hourly(before.id):
        change = _as_hours(before, change)
    _check_status(before, change)
    types = holding.priced_types(before) if change.room_type == before.priced_type else {}
    known = _gather(before, change, types)
    after = _changed(before, change, known.full)
    agreed = agreed_prices([before])[before.id]
    prices = _prices(before, after, change, known, agreed)
    for part in known.parts.values():
        facts.require_floor(part, hotel_id=hotel_id, actor=actor)
    deltas, after = holding.carried(before, after)
    nights.take(hotel_id=hotel_id, deltas=deltas)
    named = {night: holding.priced_as(before, types, night)[0] for night in prices} if types else {}
    return _Plan(before, after, agreed, prices, named)


def _check_status(room: LockedRoom, change: RoomChange) -> None:
    if room.is_reserved:
        return
    if not room.is_in_house:
        raise WrongStatus(status=Status(room.status).label)
    if change.arrival != room.arrival:
        raise NightsSlept(field="arrival", today=room.today)
    if change.departure < room.today:
        raise NightsSlept(field="departure", today=room.today)
    if change.room_type != room.priced_type:
        raise MoveInstead


@dataclass(frozen=True, slots=True)
class _Known:
    """The whole stay under the plan asked for, and the parts of it that are priced anew, by their first night."""

    full: facts.PricedRoom
    parts: Mapping[date, facts.PricedRoom]
    is_new: bool
    currency: str


def _gather(room: LockedRoom, change: RoomChange, types: Mapping[date, tuple[int, str]]) -> _Known:
    """One statement for the stay as a whole (its restrictions) and for each run of nights that needs a price."""
    runs = [run for span in _spans_to_price(room, change) for run in _runs(room, change, types, *span)]
    wanted = [_request(change, change.arrival, change.departure)]
    wanted += [replace(_request(change, first, until), room_type=code) for first, until, code in runs]
    read = facts.gather(
        hotel_id=room.hotel_id, rooms=wanted, organisation_id=room.organisation_id, not_before=room.arrival,
        fields_of_first=True, guest_id=room.guest_id, promotion_plan_id=room.rate_plan_id,
    )  # fmt: skip
    full = read.rooms[0]
    if room.is_reserved and change.arrival < room.today and change.arrival != room.arrival:
        raise InvalidInput(
            field="arrival", message=_("The arrival date has passed: the hotel day is %(today)s."), today=room.today
        )
    return _Known(
        full=full,
        parts=dict(zip((first for first, _until, _code in runs), read.rooms[1:], strict=True)),
        is_new=_differs(room, change),
        currency=read.currency,
    )


def _request(change: RoomChange, arrival: date, departure: date) -> RoomRequest:
    return RoomRequest(
        room_type=change.room_type, rate_plan=change.rate_plan, arrival=arrival, departure=departure,
        adults=change.adults, children=change.children, infants=change.infants, child_ages=change.child_ages or (),
        extra_beds=change.extra_beds or 0,
    )  # fmt: skip


def _complete(room: LockedRoom, change: RoomChange) -> RoomChange:
    """What was left out stays as it is: extra beds, and ages while they are those of as many children."""
    ages = room.child_ages if change.children == room.children else ()
    return replace(
        change, child_ages=ages if change.child_ages is None else change.child_ages,
        extra_beds=room.extra_beds if change.extra_beds is None else change.extra_beds,
    )  # fmt: skip


def _as_hours(room: LockedRoom, change: RoomChange) -> RoomChange:
    """Hours keep their price, their day and their type; who comes may change."""
    if (change.arrival, change.departure, change.room_type) != (room.arrival, room.departure, room.priced_type):
        raise HoursFixed
    return replace(change, keep_prices=True, rate_plan=room.rate_plan)


def _differs(room: LockedRoom, change: RoomChange) -> bool:
    """Whether what the price depends on changes: then the agreed prices no longer hold."""
    asked = (change.room_type, change.rate_plan, change.adults, change.children, change.child_ages, change.extra_beds)
    return asked != (
        room.priced_type, room.rate_plan, room.adults, room.children, room.child_ages, room.extra_beds,
    )  # fmt: skip


def _spans_to_price(room: LockedRoom, change: RoomChange) -> list[tuple[date, date]]:
    """Runs of nights [first, until) without an agreed price under the stay asked for."""
    if change.prices is not None:
        return []
    first, until = change.arrival, max(change.departure, change.arrival + timedelta(days=1))
    if _differs(room, change) and not change.keep_prices:
        # Nights slept keep their price whatever is agreed for the others.
        first = max(first, room.today) if room.is_in_house else first
        return [(first, until)] if first < until else []
    agreed_until = max(room.departure, room.arrival + timedelta(days=1))
    if until <= room.arrival or first >= agreed_until:
        return [(first, until)]
    spans = [(first, room.arrival), (agreed_until, until)]
    return [(start, end) for start, end in spans if start < end]


def _runs(
    room: LockedRoom, change: RoomChange, types: Mapping[date, tuple[int, str]], first: date, until: date
) -> list[tuple[date, date, str]]:
    """A span cut where a stay split over types is priced for another one."""
    if not types:
        return [(first, until, change.room_type)]
    runs: list[tuple[date, date, str]] = []
    for night in nights_between(first, until):
        code = holding.priced_as(room, types, night)[1]
        if runs and runs[-1][2] == code:
            runs[-1] = (runs[-1][0], night + timedelta(days=1), code)
        else:
            runs.append((night, night + timedelta(days=1), code))
    return runs


def _changed(room: LockedRoom, change: RoomChange, full: facts.PricedRoom) -> LockedRoom:
    """The room as it shall be. A room of the old type is not kept for the new one."""
    same_type = change.room_type == room.priced_type
    return replace(
        room,
        arrival=change.arrival, departure=change.departure, rate_plan=change.rate_plan, rate_plan_id=full.rate_plan_id,
        priced_type=change.room_type, priced_type_id=full.room_type_id,
        room_type_id=room.room_type_id if same_type else full.room_type_id,
        room_id=room.room_id if same_type else None,
        adults=change.adults, children=change.children, infants=change.infants, child_ages=change.child_ages or (),
        extra_beds=change.extra_beds or 0,
    )  # fmt: skip


def _prices(
    room: LockedRoom, after: LockedRoom, change: RoomChange, known: _Known, agreed: Mapping[date, Decimal]
) -> dict[date, Decimal]:
    """The prices to be written; nights left away keep what was agreed."""
    if change.prices is not None:
        return _prices_by_hand(room, after, change.prices, known.currency)
    _check_restrictions(room, after, known)
    prices: dict[date, Decimal] = {}
    for first, part in known.parts.items():
        if part.refusal is not None and isinstance(part.refusal, NoPrice | PlanClosed):
            raise part.refusal
        if part.prices is None:
            raise NoPrice
        prices |= {first + timedelta(days=offset): price for offset, price in enumerate(part.prices)}
    return prices


def _prices_by_hand(
    room: LockedRoom, after: LockedRoom, given: tuple[Decimal, ...], currency: str
) -> dict[date, Decimal]:
    wanted = after.nights or [after.arrival]
    if len(given) != len(wanted):
        raise InvalidInput(field="prices", message=_("%(nights)s prices are needed."), nights=len(wanted))
    for price in given:
        limits.check_price(price, currency=currency, field="prices")
    prices = dict(zip(wanted, given, strict=True))
    if room.is_in_house:
        # What was slept has been charged.
        return {night: price for night, price in prices.items() if night >= room.today}
    return prices


def _check_restrictions(room: LockedRoom, after: LockedRoom, known: _Known) -> None:
    """The plan's conditions hold for a stay that takes something new; giving nights up is always possible."""
    if room.is_in_house or not known.parts:
        return
    if known.full.guarantee_required and room.guarantee == Guarantee.NONE and after.rate_plan != room.rate_plan:
        raise GuaranteeRequired
    refusal = known.full.refusal
    only_guests = (after.arrival, after.departure, after.priced_type, after.rate_plan) == (
        room.arrival, room.departure, room.priced_type, room.rate_plan,
    )  # fmt: skip
    if refusal is not None and not only_guests and not isinstance(refusal, NoPrice | PlanClosed):
        raise refusal


def _check_total(after: LockedRoom, change: RoomChange, prices: Mapping[date, Decimal]) -> None:
    if change.expected_total is None:
        return
    wanted = after.nights or [after.arrival]
    total = sum((prices[night] for night in wanted), Decimal(0))
    if total != change.expected_total:
        raise PriceChanged(total=total)


def _summary(room: LockedRoom, prices: Mapping[date, Decimal]) -> dict[str, object]:
    return {
        "room": room.id, "room_type": room.priced_type, "rate_plan": room.rate_plan, "arrival": room.arrival,
        "departure": room.departure, "adults": room.adults, "children": room.children, "infants": room.infants,
        "assigned": room.room_id,
        "total": sum((prices.get(night, Decimal(0)) for night in room.nights or [room.arrival]), Decimal(0)),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangeQuote:
    """What a change would come to. `nightly` is every night with its price; `keeps_room`: the room stays given."""

    nightly: tuple[tuple[date, Decimal], ...]
    total: Decimal
    total_before: Decimal
    keeps_room: bool


def quote_change(
    *, hotel_id: int, room_reservation_id: int, change: RoomChange, actor: Actor, now: datetime
) -> ChangeQuote:
    """The price of a change before it is made, by the very steps of `change_room`; nothing is kept.

    Raises what `change_room` raises. Publishes nothing.
    """
    actor.require(Permission.CHANGE, hotel_id)
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    with rehearsal():
        quote = _quote(_plan(hotel_id, room_reservation_id, change, None, actor))
    return quote


def _quote(plan: _Plan) -> ChangeQuote:
    nightly = tuple((night, plan.nightly[night]) for night in plan.after.nights or [plan.after.arrival])
    return ChangeQuote(
        nightly=nightly,
        total=sum((price for _night, price in nightly), Decimal(0)),
        total_before=sum(plan.agreed.values(), Decimal(0)),
        keeps_room=plan.before.room_id is None or plan.after.room_id == plan.before.room_id,
    )

"""A guest with a reservation is housed elsewhere: his nights given up, where he goes, what the house pays."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from binzhi.billing.folio_errors import NothingOwed
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.money import ZERO, round_money
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations import holding, limits, nights
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import NotDueIn, WrongStatus
from binzhi.reservations.events import GuestWalked, PartnerChanged, WalkChanged
from binzhi.reservations.locks import LockedRoom, lock_room_reservation
from binzhi.reservations.services.endings import give_back
from binzhi.reservations.stay_rows import rewrite
from binzhi.reservations.walks import costs as books

WALKED = "walked"
COSTS = tuple(books.PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkCosts:
    """What the house pays, as known."""

    room_cost: Decimal = ZERO
    transport_cost: Decimal = ZERO
    compensation_cost: Decimal = ZERO
    other_cost: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return sum((getattr(self, each.name) for each in fields(self)), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkInput:
    """Where the guest goes and what is done for him. After `nights` he comes back for the rest of his stay.

    The costs are owed, or paid at once by `means`.
    """

    partner_id: int
    reason: str
    nights: int = 1
    transport: str = ""
    compensation: str = ""
    note: str = ""
    costs: WalkCosts = WalkCosts()
    means: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerInput:
    name: str
    address: str = ""
    phone: str = ""
    price: Decimal | None = None
    is_active: bool = True


_INSERT = """
INSERT INTO reservations_walk (hotel_id, room_reservation_id, guest_id, partner_id, business_date, nights, returns_on,
    transport, compensation, room_cost, transport_cost, compensation_cost, other_cost, reason, note, user_id, at)
VALUES (%(hotel)s, %(stay)s, %(guest)s::bigint, %(partner)s, %(today)s, %(nights)s, %(returns_on)s::date, %(transport)s,
    %(compensation)s, %(room_cost)s, %(transport_cost)s, %(compensation_cost)s, %(other_cost)s, %(reason)s, %(note)s,
    %(user)s::bigint, %(now)s)
RETURNING id
"""


@operation(Permission.WALK_GUEST)
def walk_guest(*, hotel_id: int, room_reservation_id: int, walk: WalkInput, actor: Actor, now: datetime) -> int:
    """House a guest who is due at a partner's; the walk's id. His nights there are for sale again, free of charge.

    A guest who comes back keeps his reservation from that day on, at the agreed prices; of one who does not it ends.
    Its costs are posted, each part to its own account of the house. Locks day, reservation, nights. Raises NotFound,
    WrongStatus, NotDueIn, InvalidInput at the field, and paid at once what paying out refuses. Publishes GuestWalked.
    Not idempotent: the second refuses.
    """
    clean = replace(
        walk,
        reason=clean_text(walk.reason, field="reason", limit=200, required=True),
        transport=clean_text(walk.transport, field="transport", limit=60),
        compensation=clean_text(walk.compensation, field="compensation", limit=100),
        note=clean_text(walk.note, field="note", limit=300, multiline=True),
    )
    room = lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if not room.is_reserved:
        raise WrongStatus(status=Status(room.status).label)
    if room.arrival > room.today or room.departure <= room.today:
        raise NotDueIn(arrival=room.arrival)
    left = (room.departure - room.today).days
    if not 1 <= clean.nights <= left:
        raise InvalidInput(field="nights", message=_("From 1 to %(most)s nights."), most=left)
    check_costs(clean.costs, currency=room.currency)
    _check_partner(hotel_id, clean.partner_id)
    returns_on = room.today + timedelta(days=clean.nights) if clean.nights < left else None
    _leave(room, clean)
    params = {
        "hotel": hotel_id, "stay": room.id, "guest": room.guest_id, "partner": clean.partner_id,
        "today": room.today, "nights": clean.nights, "returns_on": returns_on, "transport": clean.transport,
        "compensation": clean.compensation, "reason": clean.reason, "note": clean.note, "user": actor.user_id,
        "now": now, **_amounts(clean.costs),
    }  # fmt: skip
    walk_id: int = db.fetch_value(_INSERT, params)
    posted = books.post(
        hotel_id=hotel_id, walk_id=walk_id, costs=_amounts(clean.costs), means=clean.means, words=room.number,
        actor=actor, now=now,
    )  # fmt: skip
    record(
        "reservation.walked", subject="reservation", subject_id=room.reservation_id, hotel_id=hotel_id, actor=actor,
        now=now, before={"room": room.id, "arrival": room.arrival, "departure": room.departure},
        after={"walk": walk_id, "partner": clean.partner_id, "nights": clean.nights, "returns_on": returns_on,
               "cost": clean.costs.total, "transactions": posted},
        event=GuestWalked(
            hotel_id=hotel_id, reservation_id=room.reservation_id, walk_id=walk_id, room_reservation_id=room.id,
            nights=clean.nights,
        ),
    )  # fmt: skip
    return walk_id


def _leave(room: LockedRoom, walk: WalkInput) -> None:
    """The nights elsewhere go back; the rest of the stay stays as agreed, or the whole of it ends without a fee."""
    back_on = room.today + timedelta(days=walk.nights)
    if back_on >= room.departure:
        give_back(room.hotel_id, [room], Status.CANCELLED, WALKED, "")
        return
    deltas, after = holding.carried(room, replace(room, arrival=back_on))
    nights.take(hotel_id=room.hotel_id, deltas=deltas)
    rewrite(before=room, after=after)


def check_costs(given: WalkCosts, *, currency: str) -> None:
    """Raise InvalidInput at the cost that is no amount."""
    for name in COSTS:
        limits.check_price(getattr(given, name), currency=currency, field=name)


def _check_partner(hotel_id: int, partner_id: int) -> None:
    known = db.fetch_value(
        "SELECT 1 FROM reservations_partnerhotel WHERE hotel_id = %s AND id = %s AND is_active", [hotel_id, partner_id]
    )
    if not known:
        raise InvalidInput(field="partner_id", message=_("Choose a partner hotel."))


def _amounts(given: WalkCosts) -> dict[str, Decimal]:
    return {name: round_money(getattr(given, name)) for name in COSTS}


_LOCK = """
SELECT r.number FROM reservations_walk w
JOIN reservations_roomreservation rr ON rr.id = w.room_reservation_id
JOIN reservations_reservation r ON r.id = rr.reservation_id
WHERE w.hotel_id = %(hotel)s AND w.id = %(id)s AND billing_hold_day(%(hotel)s) IS NOT NULL FOR NO KEY UPDATE OF w
"""
_SET_COSTS = """
UPDATE reservations_walk SET room_cost = %(room_cost)s, transport_cost = %(transport_cost)s,
    compensation_cost = %(compensation_cost)s, other_cost = %(other_cost)s WHERE id = %(id)s
"""


def _lock(hotel_id: int, walk_id: int) -> str:
    """The number of the reservation that was walked, the walk locked after the day. Raises NotFound."""
    number: str | None = db.fetch_value(_LOCK, {"hotel": hotel_id, "id": walk_id})
    if number is None:
        raise NotFound
    return number


@operation(Permission.WALK_GUEST)
def set_walk_costs(
    *, hotel_id: int, walk_id: int, costs: WalkCosts, means: str = "", actor: Actor, now: datetime
) -> None:
    """Write what a walk cost once the bills are in: the difference is posted, owed or paid by `means`.

    Changes the walk and the house's accounts. Locks day and walk. Raises NotFound, InvalidInput, and paid at once what
    paying out refuses. Publishes WalkChanged. Idempotent.
    """
    check_costs(costs, currency="CNY")
    number, amounts = _lock(hotel_id, walk_id), _amounts(costs)
    db.execute(_SET_COSTS, {"id": walk_id, **amounts})
    posted = books.post(
        hotel_id=hotel_id, walk_id=walk_id, costs=amounts, means=means, words=number, actor=actor, now=now
    )
    record(
        "walk.costs_set", subject="walk", subject_id=walk_id, hotel_id=hotel_id, actor=actor, now=now,
        after={**amounts, "transactions": posted}, event=WalkChanged(hotel_id=hotel_id, walk_id=walk_id),
    )  # fmt: skip


@operation(Permission.WALK_GUEST)
def pay_walk(*, hotel_id: int, walk_id: int, means: str, actor: Actor, now: datetime) -> Decimal:
    """Pay all that is still owed for a walk; how much. Needs the right to lay out money.

    Changes what is owed and the means. Locks day and walk. Raises NotFound, NothingOwed, and what paying out refuses.
    Publishes WalkChanged. A second call is refused.
    """
    number = _lock(hotel_id, walk_id)
    owed = books.posted(hotel_id=hotel_id, walk_ids=[walk_id])[walk_id].owed
    if owed <= 0:
        raise NothingOwed
    made = books.pay(hotel_id=hotel_id, walk_id=walk_id, amount=owed, means=means, words=number, actor=actor, now=now)
    record(
        "walk.paid", subject="walk", subject_id=walk_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"amount": owed, "means": means, "transaction": made},
        event=WalkChanged(hotel_id=hotel_id, walk_id=walk_id),
    )  # fmt: skip
    return owed


_PARTNER = """
INSERT INTO reservations_partnerhotel (hotel_id, name, address, phone, price, is_active)
VALUES (%(hotel)s, %(name)s, %(address)s, %(phone)s, %(price)s, %(active)s) RETURNING id
"""
_CHANGE_PARTNER = """
UPDATE reservations_partnerhotel SET name = %(name)s, address = %(address)s, phone = %(phone)s, price = %(price)s,
    is_active = %(active)s
WHERE hotel_id = %(hotel)s AND id = %(id)s RETURNING id
"""


@operation(Permission.MANAGE_PARTNERS)
def save_partner(
    *, hotel_id: int, partner: PartnerInput, partner_id: int | None = None, actor: Actor, now: datetime
) -> int:
    """Add a partner hotel or write one over; its id. Raises NotFound, InvalidInput at the field. Publishes
    PartnerChanged."""
    if partner.price is not None:
        limits.check_price(partner.price, currency="CNY", field="price")
    params = {
        "hotel": hotel_id, "id": partner_id, "price": partner.price, "active": partner.is_active,
        "name": clean_text(partner.name, field="name", limit=80, required=True),
        "address": clean_text(partner.address, field="address", limit=200),
        "phone": clean_text(partner.phone, field="phone", limit=30),
    }  # fmt: skip
    try:
        saved: int | None = db.fetch_value(_PARTNER if partner_id is None else _CHANGE_PARTNER, params)
    except IntegrityError as error:
        if db.constraint_of(error) == "partner_once":
            raise InvalidInput(field="name", message=_("This hotel is in the list already.")) from error
        raise
    if saved is None:
        raise NotFound
    record(
        "partner_hotel.saved", subject="partner_hotel", subject_id=saved, hotel_id=hotel_id, actor=actor, now=now,
        after={"price": partner.price, "is_active": partner.is_active},
        event=PartnerChanged(hotel_id=hotel_id, partner_id=saved),
    )  # fmt: skip
    return saved

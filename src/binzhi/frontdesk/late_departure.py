"""What a late departure costs: by the hour, for the plan, the guest's level or everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from binzhi.billing import ledger
from binzhi.billing.errors import AlreadyPosted
from binzhi.billing.ledger import Charged
from binzhi.billing.receivables.credit import within_credit
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import NoLateFee
from binzhi.frontdesk.events import LateDepartureCharged
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.money import ZERO, quantum
from binzhi.kernel.operations import operation, record
from binzhi.reservations import stays
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import WrongStatus

HALF_DAY = "1010"


@dataclass(frozen=True, slots=True)
class LateFee:
    """What would be charged now: from which hour on, which share of the night's price."""

    from_time: time
    percent: Decimal
    price: Decimal
    amount: Decimal


# The narrowest set that has any step decides: plan and level, then level, then plan, then everybody's.
_STEPS = """
SELECT f.from_time, f.percent
FROM (
    SELECT plan_id, level FROM billing_latefee
    WHERE hotel_id = %(hotel)s AND (plan_id IS NULL OR plan_id = %(plan)s) AND (level IS NULL OR level = %(level)s)
    ORDER BY level IS NULL, plan_id IS NULL LIMIT 1
) s
JOIN billing_latefee f ON f.hotel_id = %(hotel)s AND f.plan_id IS NOT DISTINCT FROM s.plan_id
    AND f.level IS NOT DISTINCT FROM s.level AND f.from_time <= %(clock)s
ORDER BY f.from_time DESC LIMIT 1
"""
_STAY = """
SELECT r.id, r.hotel_id, r.arrival, r.departure, r.rate_plan_id AS plan, r.status, h.currency, h.timezone,
       coalesce(g.vip_level, '') AS level,
       (SELECT n.price FROM reservations_staynight n WHERE n.room_reservation_id = r.id ORDER BY n.night DESC LIMIT 1)
           AS price,
       EXISTS (SELECT 1 FROM billing_transaction t
               WHERE t.hotel_id = r.hotel_id AND t.source_key = 'late:' || r.id || ':' || r.departure) AS charged
FROM reservations_roomreservation r
JOIN property_hotel h ON h.id = r.hotel_id
JOIN reservations_reservation v ON v.id = r.reservation_id
LEFT JOIN guests_guest g ON g.id = coalesce(r.guest_id, v.guest_id)
WHERE r.hotel_id = %s AND r.id = %s
"""


def late_key(room_reservation_id: int, departure: date) -> str:
    """The source key by which a stay's late departure is charged once."""
    return f"late:{room_reservation_id}:{departure}"


def fee_now(*, hotel_id: int, room_reservation_id: int, now: datetime) -> LateFee | None:
    """What a departure at this moment costs on top, or None: not due out, nothing laid down, or charged already."""
    stay = db.fetch_one(_STAY, [hotel_id, room_reservation_id])
    if stay is None or stay["charged"] or stay["status"] != Status.IN_HOUSE or not stay["price"]:
        return None
    return _fee(stay, now)


def _fee(stay: dict[str, Any], now: datetime) -> LateFee | None:
    here = now.astimezone(ZoneInfo(stay["timezone"]))
    if here.date() < stay["departure"] or stay["arrival"] == stay["departure"]:
        return None
    # Past midnight of the day of departure it is as late as it can be.
    clock = here.time() if here.date() == stay["departure"] else time.max
    step = db.fetch_one(
        _STEPS, {"hotel": stay["hotel_id"], "clock": clock, "plan": stay["plan"], "level": stay["level"]}
    )
    if step is None:
        return None
    amount = (stay["price"] * step["percent"] / 100).quantize(quantum(stay["currency"]), rounding=ROUND_HALF_UP)
    return LateFee(step["from_time"], step["percent"], stay["price"], amount) if amount > 0 else None


@operation(Permission.CHECK_OUT)
def charge_late_departure(
    *, hotel_id: int, room_reservation_id: int, exceed_limit: bool = False, actor: Actor, now: datetime
) -> Charged:
    """Charge what leaving at this hour costs, once for the day of departure.

    Changes the bill of the stay. Locks hotel day, reservation, bill. Raises WrongStatus, NoLateFee, AlreadyPosted,
    NotFound, FolioClosed, CreditLimitExceeded (unless `exceed_limit` by who may). Publishes LateDepartureCharged. A
    second call is refused.
    """
    stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if not stay.is_in_house or stay.charge_account_id is None:
        raise WrongStatus(status=Status(stay.status).label)
    prices = stays.agreed_prices([stay])[stay.id]
    row = db.fetch_one(_STAY, [hotel_id, stay.id])
    assert row is not None  # just locked
    if row["charged"]:
        raise AlreadyPosted
    last = prices.get(stay.departure - timedelta(days=1), ZERO) or row["price"] or ZERO
    fee = _fee(row | {"price": last}, now)
    if fee is None:
        raise NoLateFee
    charged = ledger.charge(
        hotel_id=hotel_id, account_id=stay.charge_account_id, charge_code=HALF_DAY, amount=fee.amount,
        description=f"{fee.from_time:%H:%M} {fee.percent.normalize():f}%", currency=stay.currency,
        source_key=late_key(stay.id, stay.departure), user_id=actor.user_id, now=now,
    )  # fmt: skip
    over = within_credit(
        hotel_id=hotel_id, transaction_ids=[charged.transaction_id], actor=actor, exceed_limit=exceed_limit
    )
    record(
        LateDepartureCharged.topic, subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor,
        now=now, after={"amount": charged.gross, "transaction": charged.transaction_id, "percent": fee.percent, **over},
        event=LateDepartureCharged(
            hotel_id=hotel_id, room_reservation_id=stay.id, transaction_id=charged.transaction_id
        ),
    )  # fmt: skip
    return charged

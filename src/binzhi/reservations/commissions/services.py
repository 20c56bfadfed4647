"""Promising an agency its share; paying or waiving what it is owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from binzhi.guests.models import Organisation
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations.access import Permission
from binzhi.reservations.commissions.queries import OWED, CommissionRow, commissions
from binzhi.reservations.enums import CommissionState
from binzhi.reservations.events import CommissionRateSet, CommissionsSettled
from binzhi.reservations.models import Commission, CommissionRate
from binzhi.reservations.offer_errors import CommissionSettled, NoCommission
from binzhi.reservations.packages.plans import locked_plan

REASON_LIMIT = 200
MOST_AT_ONCE = 500


@operation(Permission.MANAGE_PROMOTIONS)
def set_commission(
    *, hotel_id: int, organisation_id: int, percent: Decimal, from_date: date, rate_plan: str = "", actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Promise an agency a share of room revenue for arrivals from a day on, of one rate or (empty) of every; its id.

    What arrived before keeps what was promised then. Raises InvalidInput at its field, NotFound (no such agency).
    Publishes CommissionRateSet. A second line for the same day is refused.
    """
    if not (percent.is_finite() and 0 <= percent <= 100 and percent == round(percent, 2)):
        raise InvalidInput(field="percent", message=_("From %(least)s to %(most)s per cent."), least=0, most=100)
    today = db.fetch_value("SELECT business_date FROM property_hotel WHERE id = %s", [hotel_id])
    if from_date < today:
        raise InvalidInput(
            field="from_date", message=_("Only from today on: those who came before keep what was promised.")
        )
    known = "SELECT group_id FROM property_hotel WHERE id = %s"
    if not Organisation.objects.filter(pk=organisation_id, group_id=db.fetch_value(known, [hotel_id])).exists():
        raise NotFound
    plan = locked_plan(hotel_id, rate_plan) if rate_plan else None
    try:
        made = CommissionRate.objects.create(
            hotel_id=hotel_id, organisation_id=organisation_id, rate_plan=plan, percent=percent, from_date=from_date,
            created_at=now,
        )  # fmt: skip
    except IntegrityError as error:
        if db.constraint_of(error) == "commission_rate_once":
            taken = _("A share from this day on was promised already.")
            raise InvalidInput(field="from_date", message=taken) from error
        raise
    record(
        "commission.promised", subject="commission_rate", subject_id=made.pk, hotel_id=hotel_id, actor=actor, now=now,
        after={"organisation": organisation_id, "rate_plan": rate_plan, "percent": percent, "from": from_date},
        event=CommissionRateSet(hotel_id=hotel_id, organisation_id=organisation_id),
    )  # fmt: skip
    return made.pk


@operation(Permission.SETTLE_COMMISSION)
def settle_commissions(
    *, hotel_id: int, stays: Sequence[int], state: str, reason: str = "", actor: Actor, now: datetime
) -> Decimal:
    """Note the commissions of these stays as paid or waived, at what they come to now; their sum.

    Each is kept once, for ever, with what it was counted from. Locks the stays. Raises InvalidInput at its field,
    NoCommission, CommissionSettled. Publishes CommissionsSettled. A second call is refused.
    """
    if state not in CommissionState.values:
        raise InvalidInput(field="state")
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT, required=state == CommissionState.WAIVED)
    if not 1 <= len(set(stays)) <= MOST_AT_ONCE:
        raise InvalidInput(field="stays", message=_("From 1 to %(most)s stays."), most=MOST_AT_ONCE)
    rows = _owed(hotel_id, sorted(set(stays)))
    day = db.fetch_value("SELECT billing_hold_day(%s)", [hotel_id])
    Commission.objects.bulk_create(
        Commission(
            room_reservation_id=row.room_reservation_id, hotel_id=hotel_id, organisation_id=row.organisation_id,
            state=state, base=row.base, percent=row.percent, amount=row.amount, reason=reason, business_date=day,
            settled_at=now,
        )
        for row in rows
    )  # fmt: skip
    total = sum((row.amount for row in rows), ZERO)
    record(
        f"commission.{state}", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"stays": [row.room_reservation_id for row in rows], "total": total}, reason=reason,
        event=CommissionsSettled(hotel_id=hotel_id, stays=len(rows), state=state),
    )  # fmt: skip
    return total


# Held still while what they owe is counted: two who settle together queue here, and the second finds them settled.
_HOLD = """
SELECT id FROM reservations_roomreservation WHERE hotel_id = %s AND id = ANY (%s) ORDER BY id FOR NO KEY UPDATE
"""


def _owed(hotel_id: int, stays: list[int]) -> list[CommissionRow]:
    db.fetch_all(_HOLD, [hotel_id, stays])
    rows = commissions(hotel_id=hotel_id, stays=stays)
    if len(rows) != len(stays):
        raise NoCommission
    settled = next((row for row in rows if row.state != OWED), None)
    if settled is not None:
        raise CommissionSettled(number=settled.number)
    return rows

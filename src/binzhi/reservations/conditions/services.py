"""Making conditions, giving a rate others, taking the deposit that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from binzhi.billing import ledger, payments
from binzhi.billing.access import Permission as Billing
from binzhi.billing.payments import DepositInput
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations import limits
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import FeeKind
from binzhi.reservations.errors import NothingToCancel
from binzhi.reservations.events import DepositTaken, PlanConditionsChanged, RateRulesChanged
from binzhi.reservations.fees import Fee, Step
from binzhi.reservations.locks import lock_reservation
from binzhi.reservations.models import CancellationPolicy
from binzhi.reservations.models.rates import CancellationStep

MOST_STEPS = 6
NO_FEE = Fee("none")
MOST_DAYS = 730


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionsInput:
    """Conditions as they shall be. `deadlines` in any order: after each, cancelling costs its fee."""

    code: str
    name: str
    name_en: str = ""
    deadlines: tuple[Step, ...] = ()
    no_show: Fee = NO_FEE
    deposit: Fee = NO_FEE
    deposit_after: int | None = None
    deposit_before: int | None = None


@operation(Permission.SET_RATES)
def create_conditions(*, hotel_id: int, conditions: ConditionsInput, actor: Actor, now: datetime) -> int:
    """Make conditions that rates can be given; their id. They are never changed: others take their place.

    Raises InvalidInput at its field (a deadline's is `deadlines.0.fee`). Publishes RateRulesChanged.
    """
    currency = db.fetch_value("SELECT currency FROM property_hotel WHERE id = %s", [hotel_id])
    if currency is None:
        raise NotFound
    wanted = _checked(conditions, currency)
    first, *later = wanted.deadlines or [Step(0, time(18), NO_FEE)]
    try:
        policy = CancellationPolicy.objects.create(
            hotel_id=hotel_id,
            code=conditions.code,
            name=clean_text(conditions.name, field="name", limit=60, required=True),
            name_en=clean_text(conditions.name_en, field="name_en", limit=80),
            free_days=first.days_before,
            free_until=first.until,
            deposit_after=conditions.deposit_after,
            deposit_before=conditions.deposit_before,
            **_fee("fee", first.fee),
            **_fee("no_show", conditions.no_show),
            **_fee("deposit", conditions.deposit),
        )
    except IntegrityError as error:
        if db.constraint_of(error) == "cancellation_policy_code":
            raise InvalidInput(
                field="code", message=_("This code is taken. Conditions are never changed: make others.")
            ) from error
        raise
    CancellationStep.objects.bulk_create(
        CancellationStep(
            hotel_id=hotel_id, policy=policy, days_before=step.days_before, until=step.until, kind=step.fee.kind,
            percent=step.fee.percent, nights=step.fee.nights, amount=step.fee.amount,
        )
        for step in later
    )  # fmt: skip
    record(
        "conditions.created", subject="conditions", subject_id=policy.pk, hotel_id=hotel_id, actor=actor, now=now,
        after={"code": conditions.code, "deadlines": 1 + len(later), "deposit": conditions.deposit.kind},
        event=RateRulesChanged(hotel_id=hotel_id),
    )  # fmt: skip
    return policy.pk


def _fee(prefix: str, fee: Fee) -> dict[str, Any]:
    return {
        f"{prefix}_kind": fee.kind, f"{prefix}_percent": fee.percent, f"{prefix}_nights": fee.nights,
        f"{prefix}_amount": fee.amount,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Checked:
    deadlines: list[Step]


def _checked(conditions: ConditionsInput, currency: str) -> _Checked:
    try:
        validate_slug(conditions.code)
    except ValidationError as error:
        raise InvalidInput(field="code", message=_("Letters, digits, - and _ only.")) from error
    if len(conditions.code) > 20:
        raise InvalidInput(field="code", message=_("At most %(limit)s characters."), limit=20)
    if len(conditions.deadlines) > MOST_STEPS:
        raise InvalidInput(field="deadlines", message=_("At most %(most)s deadlines."), most=MOST_STEPS)
    seen = set()
    for place, step in enumerate(conditions.deadlines):
        field = f"deadlines.{place}"
        if not 0 <= step.days_before <= MOST_DAYS:
            raise InvalidInput(field=f"{field}.days_before", message=_("A number from 0 to %(most)s."), most=MOST_DAYS)
        if (step.days_before, step.until) in seen:
            raise InvalidInput(field=f"{field}.until", message=_("This deadline stands there twice."))
        seen.add((step.days_before, step.until))
        _check_fee(step.fee, f"{field}.", currency)
    _check_fee(conditions.no_show, "no_show_", currency)
    _check_fee(conditions.deposit, "deposit_", currency)
    for name in ("deposit_after", "deposit_before"):
        value = getattr(conditions, name)
        if value is not None and not 0 <= value <= MOST_DAYS:
            raise InvalidInput(field=name, message=_("A number from 0 to %(most)s."), most=MOST_DAYS)
    return _Checked(sorted(conditions.deadlines, key=lambda step: (-step.days_before, step.until)))


def _check_fee(fee: Fee, prefix: str, currency: str) -> None:
    if fee.kind not in FeeKind.values:
        raise InvalidInput(field=prefix + "kind")
    if fee.kind == FeeKind.PERCENT and not (fee.percent.is_finite() and 0 < fee.percent <= 100):
        raise InvalidInput(field=prefix + "percent", message=_("From 1 to 100 per cent."))
    if fee.kind == FeeKind.NIGHTS and not 1 <= fee.nights <= 99:
        raise InvalidInput(field=prefix + "nights", message=_("From 1 to %(most)s nights."), most=99)
    if fee.kind == FeeKind.FIXED:
        limits.check_price(fee.amount, currency=currency, field=prefix + "amount")


_PLAN = """
SELECT p.id, p.cancellation_policy_id AS old_id, c.id AS new_id
FROM reservations_rateplan p
LEFT JOIN reservations_cancellationpolicy c ON c.hotel_id = p.hotel_id AND c.code = %(code)s
WHERE p.hotel_id = %(hotel)s AND p.code = %(plan)s FOR UPDATE OF p
"""
# A booking carries what it was quoted under. Those that do not say so themselves are told before the rate changes;
# every room that can still be cancelled, come, or be taken up again is counted among those that keep theirs.
_KEEP = """
WITH told AS (
    UPDATE reservations_roomreservation SET policy_id = %(old_id)s
    WHERE hotel_id = %(hotel)s AND rate_plan_id = %(id)s AND policy_id IS NULL AND status <> 'checked_out'
    RETURNING id
)
SELECT (SELECT count(*) FROM told) + count(*) FROM reservations_roomreservation
WHERE hotel_id = %(hotel)s AND rate_plan_id = %(id)s AND policy_id = %(old_id)s AND status <> 'checked_out'
"""


@operation(Permission.SET_RATES)
def set_plan_conditions(*, hotel_id: int, rate_plan: str, code: str, actor: Actor, now: datetime) -> int:
    """Sell a rate under other conditions from now on; how many booked rooms keep those they were booked under.

    Raises InvalidInput at `rate_plan` or `code`. Publishes PlanConditionsChanged. Idempotent.
    """
    for field, value in (("rate_plan", rate_plan), ("code", code)):
        if not (value.isascii() and value.isprintable()):
            raise InvalidInput(field=field, message=_("The code %(code)s is not known."), code=ascii(value)[1:-1])
    row = db.fetch_one(_PLAN, {"hotel": hotel_id, "plan": rate_plan, "code": code})
    if row is None:
        raise InvalidInput(field="rate_plan", message=_("The code %(code)s is not known."), code=rate_plan)
    if row["new_id"] is None:
        raise InvalidInput(field="code", message=_("The code %(code)s is not known."), code=code)
    kept = 0
    if row["new_id"] != row["old_id"]:
        kept = db.fetch_value(_KEEP, {"hotel": hotel_id, **row})
        db.execute(
            "UPDATE reservations_rateplan SET cancellation_policy_id = %s WHERE id = %s", [row["new_id"], row["id"]]
        )
    record(
        "rate_plan.conditions_set", subject="rate_plan", subject_id=row["id"], hotel_id=hotel_id, actor=actor, now=now,
        before={"conditions": row["old_id"]}, after={"conditions": row["new_id"], "kept": kept},
        event=PlanConditionsChanged(hotel_id=hotel_id, rate_plan_id=row["id"]),
    )  # fmt: skip
    return kept


@operation(Billing.TAKE_DEPOSIT)
def take_deposit(*, hotel_id: int, reservation_id: int, deposit: DepositInput, actor: Actor, now: datetime) -> int:
    """Hold a deposit for a reservation whose guests are still expected, on the bill of its first room; the folio's id.

    Opens the bill where there is none. Locks day, reservation, folio. Raises NotFound, NothingToCancel (nobody is
    expected any more), InvalidInput at `amount` or `means`, FolioClosed. Publishes DepositTaken. Not idempotent.
    """
    rooms = [room for room in lock_reservation(hotel_id=hotel_id, reservation_id=reservation_id) if room.is_reserved]
    if not rooms:
        raise NothingToCancel
    room = next((one for one in rooms if one.folio_id is not None), rooms[0])
    folio_id = room.folio_id
    if folio_id is None:
        opened = ledger.open_folio(hotel_id=hotel_id, guest_id=room.guest_id, now=now)
        folio_id = opened.folio_id
        db.execute(
            "UPDATE reservations_roomreservation SET folio_id = %s, charge_account_id = %s WHERE id = %s",
            [folio_id, opened.account_id, room.id],
        )
    posted = payments.take_deposit(
        hotel_id=hotel_id, folio_id=folio_id, deposit=deposit, currency=room.currency, user_id=actor.user_id, now=now
    )
    record(
        "reservation.deposit_taken", subject="reservation", subject_id=reservation_id, hotel_id=hotel_id, actor=actor,
        now=now, after={"amount": deposit.amount, "means": deposit.means, "transaction": posted.transaction_id},
        event=DepositTaken(hotel_id=hotel_id, reservation_id=reservation_id),
    )  # fmt: skip
    return folio_id

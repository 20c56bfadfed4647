"""Saying what a rate contains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.billing.models import ChargeCode
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations import limits
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import PartPer, PartWhen
from binzhi.reservations.events import PlanPartsChanged
from binzhi.reservations.models import PackagePart
from binzhi.reservations.packages.plans import locked_plan

MOST_PARTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PartInput:
    """A part of a rate's price: to which code, for whom, how often; `amount` is the room's or an adult's."""

    charge_code: str
    name: str
    amount: Decimal
    name_en: str = ""
    per: str = PartPer.PERSON.value
    frequency: str = PartWhen.NIGHT.value
    child_amount: Decimal = Decimal(0)


# The statement's own time, as that of the nights agreed: a part holds for what is agreed from now on.
_END = "UPDATE reservations_packagepart SET ended_at = statement_timestamp() WHERE id = ANY (%s)"


@operation(Permission.SET_RATES)
def set_parts(*, hotel_id: int, rate_plan: str, parts: Sequence[PartInput], actor: Actor, now: datetime) -> int:
    """Make these the parts of a rate, in this order; how many there are.

    Parts that stay as they are go on, others end: what was booked keeps the parts it was booked with, and no price
    changes. Locks the rate. Raises InvalidInput at its field (`parts.0.amount`). Publishes PlanPartsChanged.
    Idempotent.
    """
    if len(parts) > MOST_PARTS:
        raise InvalidInput(field="parts", message=_("At most %(most)s parts."), most=MOST_PARTS)
    plan = locked_plan(hotel_id, rate_plan)
    codes = dict(
        ChargeCode.objects.filter(hotel_id=hotel_id, is_active=True, code__in=[part.charge_code for part in parts])
        .exclude(group="room")
        .values_list("code", "pk")
    )
    currency = db.fetch_value("SELECT currency FROM property_hotel WHERE id = %s", [hotel_id])
    wanted = [_clean(place, part, codes, currency) for place, part in enumerate(parts)]
    standing = {_key(part): part for part in PackagePart.objects.filter(rate_plan=plan, ended_at=None)}
    keys = {(codes[part.charge_code], place, part): place for place, part in enumerate(wanted)}
    db.execute(_END, [[part.pk for key, part in standing.items() if key not in keys]])
    for code_id, place, part in keys:
        if (code_id, place, part) not in standing:
            PackagePart.objects.create(
                hotel_id=hotel_id, rate_plan=plan, charge_code_id=code_id, name=part.name, name_en=part.name_en,
                per=part.per, frequency=part.frequency, amount=part.amount, child_amount=part.child_amount,
                position=place,
            )  # fmt: skip
    record(
        "rate_plan.parts_set", subject="rate_plan", subject_id=plan.pk, hotel_id=hotel_id, actor=actor, now=now,
        before={"parts": [_words(key[2]) for key in standing]}, after={"parts": [_words(part) for part in wanted]},
        event=PlanPartsChanged(hotel_id=hotel_id, rate_plan_id=plan.pk),
    )  # fmt: skip
    return len(wanted)


def _key(part: PackagePart) -> tuple[int, int, PartInput]:
    same = PartInput(
        charge_code="", name=part.name, name_en=part.name_en, per=part.per, frequency=part.frequency,
        amount=part.amount, child_amount=part.child_amount,
    )  # fmt: skip
    code = ChargeCode.objects.values_list("code", flat=True).get(pk=part.charge_code_id)
    return part.charge_code_id, part.position, replace(same, charge_code=code)


def _words(part: PartInput) -> str:
    return f"{part.charge_code} {part.amount} {part.child_amount} {part.per} {part.frequency}"


def _clean(place: int, part: PartInput, codes: dict[str, int], currency: str) -> PartInput:
    at = f"parts.{place}."
    if part.charge_code not in codes:
        raise InvalidInput(field=at + "charge_code", message=_("Choose a charge code that is not the room's."))
    if part.per not in PartPer.values:
        raise InvalidInput(field=at + "per")
    if part.frequency not in PartWhen.values:
        raise InvalidInput(field=at + "frequency")
    limits.check_price(part.amount, currency=currency, field=at + "amount")
    limits.check_price(part.child_amount, currency=currency, field=at + "child_amount")
    if not part.amount:
        raise InvalidInput(field=at + "amount", message=_("A part costs something; what is free needs no posting."))
    return replace(
        part, name=clean_text(part.name, field=at + "name", limit=40, required=True),
        name_en=clean_text(part.name_en, field=at + "name_en", limit=60),
        amount=part.amount.quantize(Decimal("0.01")), child_amount=part.child_amount.quantize(Decimal("0.01")),
    )  # fmt: skip

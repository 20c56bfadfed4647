"""Saying what extra beds and children cost under a rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.reservations import limits
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import BandKind
from binzhi.reservations.events import PlanExtrasChanged
from binzhi.reservations.models import ChildBand, PlanExtra
from binzhi.reservations.packages.plans import locked_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class BandInput:
    """Children from one age to another (both included): free, sharing the bed or in one of their own, at what price."""

    from_age: int
    until_age: int
    kind: str
    amount: Decimal = Decimal(0)


@operation(Permission.SET_RATES)
def set_extras(
    *, hotel_id: int, rate_plan: str, bed_price: Decimal | None, most_beds: int = 1, bands: Sequence[BandInput] = (),
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """Write what an extra bed (None: none to be had) and children of each age cost a night under a rate.

    A rate that says nothing has its parent's. Booked prices stay. Locks the rate. Raises InvalidInput at its field.
    Publishes PlanExtrasChanged. Idempotent.
    """
    currency = db.fetch_value("SELECT currency FROM property_hotel WHERE id = %s", [hotel_id])
    plan = locked_plan(hotel_id, rate_plan)
    if not 1 <= most_beds <= limits.MOST_BEDS:
        raise InvalidInput(field="most_beds", message=_("From 1 to %(most)s extra beds."), most=limits.MOST_BEDS)
    if bed_price is not None:
        limits.check_price(bed_price, currency=currency, field="bed_price")
    _check_bands(bands, currency)
    before = {"bed": PlanExtra.objects.filter(pk=plan.pk).values_list("bed_price", "most_beds").first()}
    PlanExtra.objects.filter(pk=plan.pk).delete()
    if bed_price is not None:
        PlanExtra.objects.create(rate_plan=plan, hotel_id=hotel_id, bed_price=bed_price, most_beds=most_beds)
    ChildBand.objects.filter(rate_plan=plan).delete()
    ChildBand.objects.bulk_create(
        ChildBand(
            hotel_id=hotel_id, rate_plan=plan, from_age=band.from_age, until_age=band.until_age, kind=band.kind,
            amount=band.amount,
        )
        for band in bands
    )  # fmt: skip
    record(
        "rate_plan.extras_set", subject="rate_plan", subject_id=plan.pk, hotel_id=hotel_id, actor=actor, now=now,
        before=before,
        after={
            "bed": bed_price, "most_beds": most_beds,
            "bands": [f"{band.from_age}-{band.until_age} {band.kind} {band.amount}" for band in bands],
        },
        event=PlanExtrasChanged(hotel_id=hotel_id, rate_plan_id=plan.pk),
    )  # fmt: skip


def _check_bands(bands: Sequence[BandInput], currency: str) -> None:
    last = -1
    for place, band in sorted(enumerate(bands), key=lambda one: one[1].from_age):
        at = f"bands.{place}."
        if not 0 <= band.from_age <= band.until_age <= limits.OLDEST_CHILD:
            raise InvalidInput(
                field=at + "until_age", message=_("Ages from 0 to %(most)s, the younger first."),
                most=limits.OLDEST_CHILD,
            )  # fmt: skip
        if band.from_age <= last:
            raise InvalidInput(
                field=at + "from_age",
                message=_("The age of %(age)s stands in another line already."),
                age=band.from_age,
            )
        if band.kind not in BandKind.values:
            raise InvalidInput(field=at + "kind")
        limits.check_price(band.amount, currency=currency, field=at + "amount")
        if band.kind == BandKind.FREE and band.amount:
            raise InvalidInput(field=at + "amount", message=_("Free children cost nothing."))
        last = band.until_age

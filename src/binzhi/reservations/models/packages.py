"""What a rate contains and what more people cost: parts of a package, extra beds, children by age; commissions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from binzhi.billing.models import ChargeCode
from binzhi.guests.models import Organisation
from binzhi.property.models import Hotel
from binzhi.reservations.enums import BandKind, CommissionState, PartPer, PartWhen


class PackagePart(models.Model):
    """A part of what a rate's price contains, posted to its own charge code. `packages.services` alone writes it.

    Never changed, only ended: what was agreed while it held keeps it (`StayNight.agreed_at`).
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    rate_plan = models.ForeignKey("RatePlan", on_delete=models.PROTECT, related_name="+")
    charge_code = models.ForeignKey(ChargeCode, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, db_default="")
    per = models.CharField(max_length=10, choices=PartPer)
    frequency = models.CharField(max_length=10, choices=PartWhen)
    amount = models.DecimalField(max_digits=10, decimal_places=2, help_text="of the room or of an adult")
    child_amount = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    position = models.SmallIntegerField(db_default=0)
    since = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(per__in=PartPer.values, frequency__in=PartWhen.values), name="package_part_words"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, child_amount__gte=0), name="package_part_costs"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")), name="package_part_ends_after"
            ),
        ]


class PlanExtra(models.Model):
    """What an extra bed costs a night under a rate, and how many fit. Without a row there is none to be had."""

    rate_plan = models.OneToOneField("RatePlan", on_delete=models.PROTECT, primary_key=True, related_name="+")
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    bed_price = models.DecimalField(max_digits=10, decimal_places=2)
    most_beds = models.SmallIntegerField(db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(bed_price__gte=0, most_beds__range=(1, 3)), name="extra_bed_sensible")
        ]


class ChildBand(models.Model):
    """What children of an age on the day of arrival cost a night; no two bands of a rate overlap (migration 0030)."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    rate_plan = models.ForeignKey("RatePlan", on_delete=models.PROTECT, related_name="+")
    from_age = models.SmallIntegerField()
    until_age = models.SmallIntegerField(help_text="this age included")
    kind = models.CharField(max_length=10, choices=BandKind)
    amount = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_age__gte=0, until_age__gte=F("from_age"), until_age__lte=17), name="child_band_ages"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=BandKind.values, amount__gte=0) & (~Q(kind="free") | Q(amount=0)),
                name="child_band_price",
            ),
        ]


class CommissionRate(models.Model):
    """An agency's share of room revenue net of tax for arrivals from a day on. Never changed: a later row follows."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    rate_plan = models.ForeignKey("RatePlan", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    from_date = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hotel", "organisation", "rate_plan", "from_date"],
                nulls_distinct=False,
                name="commission_rate_once",
            ),
            models.CheckConstraint(condition=Q(percent__range=(0, 100)), name="commission_percent"),
        ]


class Commission(models.Model):
    """A commission that was paid or waived, with what it was counted from; once per stay, for ever."""

    room_reservation = models.OneToOneField(
        "RoomReservation", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=CommissionState)
    base = models.DecimalField(max_digits=12, decimal_places=2)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reason = models.CharField(max_length=200, db_default="")
    business_date = models.DateField()
    settled_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CommissionState.values), name="commission_state"),
            models.CheckConstraint(condition=~Q(state="waived") | ~Q(reason=""), name="commission_waived_why"),
        ]
        indexes = [models.Index(fields=["hotel", "business_date"], name="commission_of_day")]

"""How far a post may go by itself, what waits for a second person, rates, price lists, house accounts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from binzhi.property.models import Hotel


def _hotel() -> models.ForeignKey[Hotel, Hotel]:
    return models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)


class AuthorityLimit(models.Model):
    """What a post may take off or lay out by itself in one go; above it a second person decides."""

    hotel = _hotel()
    post = models.ForeignKey("people.Post", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, help_text="adjustment, paid_out")
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "post", "kind"], name="authority_of_post"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="authority_not_negative"),
        ]


class Approval(models.Model):
    """An allowance or paid-out that waits for a second person; once decided it stays as decided."""

    hotel = _hotel()
    folio = models.ForeignKey("billing.Folio", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, help_text="adjustment, paid_out")
    account = models.ForeignKey("billing.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    charge_id = models.BigIntegerField(null=True, help_text="the charge that is to be lowered")
    means = models.CharField(max_length=20, db_default="")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(max_length=120)
    state = models.CharField(max_length=10, db_default="asked", help_text="asked, approved, refused")
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    posted_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None)
                | Q(state__in=["approved", "refused"], decided_at__isnull=False),
                name="approval_decided_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(asked_by=None) | ~Q(decided_by=F("asked_by")),
                name="approval_by_a_second_person",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="approval_of_something"),
        ]
        indexes = [models.Index(fields=["hotel"], condition=Q(state="asked"), name="approval_waiting")]


class CurrencyRate(models.Model):
    """What the hotel gives for one unit of foreign cash since then. Insert-only."""

    hotel = _hotel()
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=14, decimal_places=6)
    since = models.DateTimeField()
    set_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(rate__gt=0), name="currency_rate_positive")]
        indexes = [models.Index(fields=["hotel", "currency", "-since"], name="currency_rate_latest")]


class CurrencyNote(models.Model):
    """Foreign cash taken for a bill: how much, at which rate, what it was worth, what was given back. Insert-only."""

    hotel = _hotel()
    transaction = models.OneToOneField(
        "billing.Transaction", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    currency = models.CharField(max_length=3)
    foreign_amount = models.DecimalField(max_digits=14, decimal_places=2)
    rate = models.DecimalField(max_digits=14, decimal_places=6)
    value = models.DecimalField(max_digits=14, decimal_places=2)
    change = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(foreign_amount__gt=0, change__gte=0, value__gt=F("change")), name="currency_note_adds_up"
            )
        ]


class CompensationItem(models.Model):
    """What a guest pays who breaks or takes it."""

    hotel = _hotel()
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, db_default="")
    price = models.DecimalField(max_digits=12, decimal_places=2)
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "name"], name="compensation_item"),
            models.CheckConstraint(condition=Q(price__gt=0), name="compensation_price_positive"),
        ]


class LateFee(models.Model):
    """From this hour on a late departure costs so much of the night's price; for a plan or a level, or for all."""

    hotel = _hotel()
    plan_id = models.BigIntegerField(null=True)
    level = models.CharField(max_length=10, null=True)
    from_time = models.TimeField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hotel", "plan_id", "level", "from_time"], name="late_fee_step", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="late_fee_percent"),
        ]


class HouseAccount(models.Model):
    """假房: a bill that belongs to no guest, for what the house itself uses or a group shares."""

    hotel = _hotel()
    number = models.CharField(max_length=10)
    name = models.CharField(max_length=60)
    purpose = models.CharField(max_length=120, db_default="")
    folio = models.OneToOneField("billing.Folio", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "number"], name="house_account_number")]


class CounterSetting(models.Model):
    """How many days after a bill was closed a late charge may still be posted to it."""

    hotel = models.OneToOneField(Hotel, on_delete=models.PROTECT, related_name="+", primary_key=True)
    late_charge_days = models.SmallIntegerField(db_default=30)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(late_charge_days__gte=0), name="late_charge_days_not_negative")
        ]

"""Which receipt paid which item, until when a company has time, who was reminded, what was written off."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from binzhi.property.models import Hotel


def _hotel() -> models.ForeignKey[Hotel, Hotel]:
    return models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)


def _account() -> models.ForeignKey[models.Model, models.Model]:
    return models.ForeignKey("billing.Account", on_delete=models.PROTECT, related_name="+", db_index=False)


class Allocation(models.Model):
    """So much of a credit (a receipt, a write-off) pays so much of an item; taken back by its negative. Insert-only.

    Item and credit are postings on the company's account; the database holds both sums within what stands of them.
    """

    hotel = _hotel()
    account = _account()
    credit_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    takes_back = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")
    business_date = models.DateField()
    user_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    reason = models.CharField(max_length=120, db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(takes_back=None, amount__gt=0) | Q(takes_back__isnull=False, amount__lt=0),
                name="allocation_of_something",
            )
        ]
        indexes = [
            models.Index(fields=["account"], name="allocation_of_account"),
            models.Index(fields=["item_id"], name="allocation_of_item"),
            models.Index(fields=["credit_id"], name="allocation_of_credit"),
        ]


class CompanyTerms(models.Model):
    """How many days a company has at this hotel; without a row, thirty."""

    hotel = _hotel()
    organisation_id = models.BigIntegerField()
    days = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "organisation_id"], name="terms_of_company"),
            models.CheckConstraint(condition=Q(days__gte=0, days__lte=365), name="terms_in_days"),
        ]


class Dunning(models.Model):
    """A company was reminded of what was overdue then. Insert-only."""

    hotel = _hotel()
    account = _account()
    level = models.SmallIntegerField()
    overdue = models.DecimalField(max_digits=14, decimal_places=2)
    oldest = models.DateField()
    business_date = models.DateField()
    note = models.CharField(max_length=120, db_default="")
    user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(level__gte=1, overdue__gt=0), name="dunned_for_something")]
        indexes = [models.Index(fields=["account", "-id"], name="dunning_latest")]


class WriteOff(models.Model):
    """What a company will not pay any more: asked by one, decided by a second person; then it stays as decided."""

    hotel = _hotel()
    account = _account()
    item_id = models.BigIntegerField()
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
                condition=Q(state="asked", decided_at=None, posted_id=None)
                | Q(state="approved", decided_at__isnull=False, posted_id__isnull=False)
                | Q(state="refused", decided_at__isnull=False, posted_id=None),
                name="write_off_decided_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(asked_by=None) | ~Q(decided_by=F("asked_by")),
                name="write_off_by_a_second_person",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="write_off_of_something"),
        ]
        indexes = [
            models.Index(fields=["hotel"], condition=Q(state="asked"), name="write_off_waiting"),
            models.Index(fields=["account"], name="write_off_of_account"),
        ]

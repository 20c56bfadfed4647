"""Rules that send charges to other windows, and what they sent there."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from binzhi.property.models import Hotel


class RoutingRule(models.Model):
    """Of what is posted to `account`, `percent` of the named codes and families goes to `target`, up to `amount_limit`.

    Without codes and families it is about everything. What a rule says is never changed: it is ended and another
    begins (`routing.services`). `used` is what it sent and was not reversed; the posting statement counts it.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey("billing.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey("billing.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    codes = ArrayField(models.CharField(max_length=10), db_default=[])
    groups = ArrayField(models.CharField(max_length=20), db_default=[])
    percent = models.DecimalField(max_digits=5, decimal_places=2, db_default=100)
    amount_limit = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    used = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)
    first_date = models.DateField(null=True)
    last_date = models.DateField(null=True)
    note = models.CharField(max_length=120, db_default="")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(account=F("target")), name="routing_goes_elsewhere"),
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="routing_percent"),
            models.CheckConstraint(
                condition=Q(used__gte=0) & (Q(amount_limit=None) | Q(used__lte=F("amount_limit"))),
                name="routing_within_limit",
            ),
            models.CheckConstraint(
                condition=Q(first_date=None) | Q(last_date=None) | Q(first_date__lte=F("last_date")),
                name="routing_days_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["account"], name="routing_of_account"),
            models.Index(fields=["hotel", "account"], condition=Q(ended_at=None), name="routing_open"),
        ]


class Routed(models.Model):
    """What a rule sent of one charge, and where to. Insert-only; written by the posting statement."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    transaction = models.ForeignKey(
        "billing.Transaction", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    rule = models.ForeignKey(RoutingRule, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(
        "billing.Account", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        indexes = [models.Index(fields=["transaction"], name="routed_of_transaction")]

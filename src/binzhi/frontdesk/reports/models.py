"""What the night audit writes down of a day: its reports and its trial balance, never changed again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from binzhi.property.models import Hotel


class AuditReport(models.Model):
    """One report of a closed day, written by its night audit and never changed. It holds ids and figures, no names:
    who they are is looked up when it is read, so that an erased guest is erased here too.
    """

    pk = models.CompositePrimaryKey("hotel_id", "business_date", "kind")
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_date = models.DateField()
    kind = models.CharField(max_length=12, help_text="manager, rooms, balances, no_shows, variance, free")
    data = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())


class TrialLine(models.Model):
    """A line of the trial balance (试算平衡) of a closed day, debit positive: opening + debit − credit = closing.

    All windows of bills are one line, as are all deposits and all companies' accounts; for these `kept` is the sum of
    the running balances at the same moment, counted without the ledger's lines. The lines of a day add up to zero.
    """

    pk = models.CompositePrimaryKey("hotel_id", "business_date", "kind", "code")
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_date = models.DateField()
    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=40, db_default="")
    name = models.CharField(max_length=80, db_default="")
    opening = models.DecimalField(max_digits=16, decimal_places=2)
    debit = models.DecimalField(max_digits=16, decimal_places=2)
    credit = models.DecimalField(max_digits=16, decimal_places=2)
    closing = models.DecimalField(max_digits=16, decimal_places=2)
    kept = models.DecimalField(max_digits=16, decimal_places=2, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closing=F("opening") + F("debit") - F("credit"), debit__gte=0, credit__gte=0),
                name="trial_line_adds_up",
            )
        ]


class AuditSetting(models.Model):
    """What a hotel's night audit looks at; without a row the house's own figures hold."""

    hotel = models.OneToOneField(Hotel, on_delete=models.PROTECT, primary_key=True, related_name="+")
    high_balance = models.DecimalField(max_digits=12, decimal_places=2, help_text="owed beyond the deposit")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(high_balance__gte=0), name="high_balance_not_negative")]

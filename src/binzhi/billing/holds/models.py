"""Pre-authorisations, every request made of the acquirer about them, and who the acquirer is."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from binzhi.property.models import Hotel


class Acquirer(models.Model):
    """The one who holds money on cards for the hotel; its key is sealed. Without an address it is done by hand."""

    hotel = models.OneToOneField(Hotel, on_delete=models.PROTECT, related_name="+", primary_key=True)
    merchant_no = models.CharField(max_length=30)
    url = models.CharField(max_length=200, db_default="")
    key = models.BinaryField(null=True)
    hold_days = models.SmallIntegerField(db_default=30, help_text="how long one holds that was made by hand")
    warn_days = models.SmallIntegerField(db_default=3, help_text="how many days ahead its end is told")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hold_days__gte=1, hold_days__lte=180, warn_days__gte=0, warn_days__lte=30),
                name="acquirer_days",
            )
        ]


class Hold(models.Model):
    """An amount held on a guest's card for a bill. Nothing of the card is kept but its last four digits."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    folio = models.ForeignKey("billing.Folio", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(
        max_length=10, db_default="asked", help_text="asked, held, refused, captured, released, expired"
    )
    amount = models.DecimalField(max_digits=12, decimal_places=2, help_text="what is held, or was asked for")
    captured = models.DecimalField(max_digits=12, decimal_places=2, db_default=0)
    currency = models.CharField(max_length=3)
    card_tail = models.CharField(max_length=4, db_default="")
    auth_code = models.CharField(max_length=12, db_default="")
    by_hand = models.BooleanField(db_default=False)
    expires_on = models.DateField(null=True)
    note = models.CharField(max_length=120, db_default="")
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="hold_of_something"),
            models.CheckConstraint(
                condition=Q(captured__gte=0, captured__lte=F("amount"))
                & (Q(state="captured", captured__gt=0) | ~Q(state="captured") & Q(captured=0)),
                name="hold_captured_within_held",
            ),
            models.CheckConstraint(condition=Q(card_tail__regex=r"^(\d{4})?$"), name="hold_keeps_four_digits"),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(expires_on__isnull=False), name="hold_that_holds_ends"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "held", "refused", "captured", "released", "expired"]),
                name="hold_state",
            ),
        ]
        indexes = [
            models.Index(fields=["folio"], name="hold_of_folio"),
            models.Index(fields=["hotel", "-id"], name="hold_of_hotel"),
            models.Index(fields=["hotel", "expires_on"], condition=Q(state__in=["asked", "held"]), name="hold_open"),
        ]


class HoldStep(models.Model):
    """One request about a hold, kept before it is sent; `serial` is the key by which the acquirer does it once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="+", db_index=False)
    serial = models.CharField(max_length=32)
    kind = models.CharField(max_length=10, help_text="hold, extend, capture, release, refund")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    account = models.ForeignKey(
        "billing.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, db_default="asked", help_text="asked, giving_up, done, refused, given_up")
    auth_code = models.CharField(max_length=12, db_default="")
    reason = models.CharField(max_length=120, db_default="")
    error = models.CharField(max_length=120, db_default="")
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(db_default=0)
    next_at = models.DateTimeField(null=True)
    transaction_id = models.BigIntegerField(null=True, help_text="what a capture or refund became on the bill")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "serial"], name="hold_step_serial"),
            # One thing at a time is asked about a hold: what became of the last is known before the next.
            models.UniqueConstraint(
                fields=["hold"], condition=Q(state__in=["asked", "giving_up"]), name="hold_one_step_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, kind__in=["hold", "capture", "refund"])
                | Q(amount__gte=0, kind__in=["extend", "release"]),
                name="hold_step_amount",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["capture", "refund"]) | Q(account__isnull=False),
                name="hold_capture_pays_a_window",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "giving_up"], answered_at=None)
                | Q(state__in=["done", "refused", "given_up"], answered_at__isnull=False),
                name="hold_step_answered",
            ),
        ]
        indexes = [
            models.Index(fields=["hold", "id"], name="hold_step_of_hold"),
            models.Index(fields=["next_at"], condition=Q(state__in=["asked", "giving_up"]), name="hold_step_due"),
            models.Index(fields=["account"], condition=Q(kind="refund", state="asked"), name="hold_refund_waiting"),
        ]

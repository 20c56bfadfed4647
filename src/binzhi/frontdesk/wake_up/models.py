"""Wake-up calls."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from binzhi.property.models import Hotel
from binzhi.reservations.models import RoomReservation


class WakeUpCall(models.Model):
    """One call on one morning; `next_at` is when it is due now, the second try included."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    next_at = models.DateTimeField()
    state = models.CharField(max_length=10, db_default="due", help_text="due, done, failed, cancelled")
    tries = models.SmallIntegerField(db_default=0)
    note = models.CharField(max_length=80, db_default="")
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    done_by = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    seen_by = models.BigIntegerField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["room_reservation", "at"], condition=~Q(state="cancelled"), name="wake_up_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="due", done_at=None)
                | Q(state__in=["done", "failed", "cancelled"], done_at__isnull=False),
                name="wake_up_done_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | Q(escalated_at__isnull=False), name="wake_up_failed_told"
            ),
        ]
        indexes = [
            models.Index(fields=["hotel", "at"], name="wake_up_by_time"),
            models.Index(fields=["next_at"], condition=Q(state="due"), name="wake_up_due"),
        ]

"""Rooms that cost nothing: for a guest of the house (免费房) or for the house itself (自用房)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from binzhi.property.models import Hotel
from binzhi.reservations.models import RoomReservation


class FreeRoom(models.Model):
    """Nights `first` to `until` (not slept) of a stay that cost nothing: asked with a reason, approved by another.

    Approved, the nights' prices are nothing; `prices` are those they had. Ended, the nights that are left cost again.
    """

    class Kind(models.TextChoices):
        COMP = "comp", "Complimentary"
        HOUSE = "house", "House use"

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    first = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, db_default="asked", help_text="asked, approved, refused, ended")
    prices = models.JSONField(db_default=models.Value({}, models.JSONField()), help_text="price before, by night")
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)
    ended_on = models.DateField(null=True, help_text="the first night that costs again")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None) | (~Q(state="asked") & Q(decided_at__isnull=False)),
                name="free_room_decided_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(asked_by=None) | ~Q(decided_by=F("asked_by")),
                name="free_room_by_a_second_person",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("first")), name="free_room_has_nights"),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "approved", "refused", "ended"], kind__in=["comp", "house"])
                & ~Q(reason=""),
                name="free_room_known",
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_on__isnull=False) | (~Q(state="ended") & Q(ended_on=None)),
                name="free_room_ended_on",
            ),
            models.UniqueConstraint(
                fields=["room_reservation"], condition=Q(state="asked"), name="free_room_asked_once"
            ),
        ]
        indexes = [models.Index(fields=["hotel", "state", "until"], name="free_room_of_day")]

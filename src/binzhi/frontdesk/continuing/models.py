"""Stays that went on under another booking."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from binzhi.property.models import Hotel
from binzhi.reservations.models import RoomReservation


class Continuation(models.Model):
    """The guest of `stay` stayed on in the room under the booking `next_stay`. Written by `continuing.services`."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    stay = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+", db_index=False)
    next_stay = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stay"], condition=Q(undone_at=None), name="stay_continued_once"),
            models.UniqueConstraint(fields=["next_stay"], condition=Q(undone_at=None), name="stay_continues_one"),
            models.CheckConstraint(condition=~Q(stay=F("next_stay")), name="stay_continues_another"),
        ]

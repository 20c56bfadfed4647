"""Messages for guests."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from binzhi.property.models import Hotel
from binzhi.reservations.models import RoomReservation


class GuestMessage(models.Model):
    """A message for the guest of a stay: taken by somebody, handed over by somebody."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.CharField(max_length=500)
    from_whom = models.CharField(max_length=80, db_default="")
    is_urgent = models.BooleanField(db_default=False)
    taken_by = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField()
    how = models.CharField(max_length=10, db_default="", help_text="hand, phone, room, withdrawn")
    done_by = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(how="", done_at=None)
                | Q(how__in=["hand", "phone", "room", "withdrawn"], done_at__isnull=False),
                name="guest_message_done_once",
            )
        ]
        indexes = [
            models.Index(fields=["room_reservation"], name="guest_message_of_stay"),
            models.Index(fields=["hotel", "-id"], name="guest_message_of_hotel"),
            models.Index(fields=["hotel"], condition=Q(done_at=None), name="guest_message_open"),
        ]

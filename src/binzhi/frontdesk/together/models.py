"""Who shares a room and how much of it he pays; which rooms belong together."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from binzhi.property.models import Hotel
from binzhi.reservations.models import RoomReservation


class Sharer(models.Model):
    """A registered guest who pays a part of the room from a window of his own; whoever is main pays what is left."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+", db_index=False)
    registration = models.ForeignKey(
        "frontdesk.Registration", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    account = models.ForeignKey("billing.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule_id = models.BigIntegerField(null=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration"], condition=Q(ended_at=None), name="sharer_has_one_share"),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="sharer_percent"),
        ]
        indexes = [models.Index(fields=["room_reservation"], name="sharer_of_stay")]


class Party(models.Model):
    """Rooms that belong together (联房); `payer` is the stay whose bill takes what all owe."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    payer = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_by = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(db_default=Now())


class PartyRoom(models.Model):
    """A room in a party; it stays noted when it is parted."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="rooms", db_index=False)
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+", db_index=False)
    joined_at = models.DateTimeField()
    parted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room_reservation"], condition=Q(parted_at=None), name="room_in_one_party")
        ]
        indexes = [models.Index(fields=["party"], name="rooms_of_party")]

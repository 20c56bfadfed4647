"""Luggage and valuables in the house's keeping, and every hand they went through."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from binzhi.guests.models import Guest
from binzhi.property.models import Hotel
from binzhi.reservations.models import RoomReservation


class KeptThing(models.Model):
    """What a guest left, under the number of its receipt; collected once, by somebody who is named."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, help_text="luggage, valuables")
    number = models.CharField(max_length=12)
    room_reservation = models.ForeignKey(
        RoomReservation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    pieces = models.SmallIntegerField()
    description = models.CharField(max_length=200, db_default="")
    place = models.CharField(max_length=40)
    expected_on = models.DateField(null=True)
    kept_by = models.BigIntegerField(null=True)
    kept_at = models.DateTimeField()
    collected_by = models.CharField(max_length=60, db_default="")
    handed_by = models.BigIntegerField(null=True)
    collected_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "number"], name="kept_thing_number"),
            models.CheckConstraint(condition=Q(kind__in=["luggage", "valuables"]), name="kept_thing_kind"),
            models.CheckConstraint(condition=Q(pieces__gte=1, pieces__lte=99), name="kept_thing_pieces"),
            models.CheckConstraint(
                condition=Q(collected_at=None, collected_by="") | Q(collected_at__isnull=False),
                name="kept_thing_collected_once",
            ),
        ]
        indexes = [
            models.Index(fields=["hotel", "-id"], name="kept_thing_of_hotel"),
            models.Index(fields=["guest"], name="kept_thing_of_guest"),
            models.Index(fields=["room_reservation"], name="kept_thing_of_stay"),
            models.Index(fields=["hotel"], condition=Q(collected_at=None), name="kept_thing_here"),
        ]


class KeptMove(models.Model):
    """A thing taken in, moved or given out: when, where, by whom. Insert-only."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    thing = models.ForeignKey(KeptThing, on_delete=models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=10, help_text="taken_in, moved, given_out")
    place = models.CharField(max_length=40, db_default="")
    note = models.CharField(max_length=80, db_default="")
    by = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["thing", "id"], name="kept_move_of_thing")]

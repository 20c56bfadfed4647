"""Rooms sold by the hour (钟点房): the hotel's terms, prices of blocks of hours, and the hours that are sold."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from binzhi.property.models import Hotel, Room, RoomType


class DayUseTerms(models.Model):
    """Between which hours a hotel sells rooms by the hour, and under which rate such stays are counted."""

    hotel = models.OneToOneField(Hotel, on_delete=models.PROTECT, primary_key=True, related_name="+")
    rate_plan = models.ForeignKey("RatePlan", on_delete=models.PROTECT, related_name="+", db_index=False)
    opens = models.TimeField()
    closes = models.TimeField(help_text="the latest end")
    turnaround = models.SmallIntegerField(db_default=60, help_text="minutes to make the room ready again")
    grace = models.SmallIntegerField(db_default=15, help_text="minutes over that cost nothing")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens"), turnaround__range=(0, 480), grace__range=(0, 60)),
                name="day_use_terms",
            )
        ]


class DayUsePrice(models.Model):
    """What a block of hours in a room type costs, and each hour begun beyond it."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="+", db_index=False)
    hours = models.SmallIntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    overtime_price = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "room_type", "hours"], name="day_use_price_once"),
            models.CheckConstraint(
                condition=Q(hours__range=(1, 12), price__gt=0, overtime_price__gte=0), name="day_use_price"
            ),
        ]


class HourlyUse(models.Model):
    """Hours of a room, sold on one hotel day. No two that are open touch each other in a room, nor a night of it that
    begins before the room would be ready again (constraints and triggers of migration 0031).

    Minutes are counted from 1970. `holds_night`: they reach beyond check-in time, so a room of the type is held
    tonight.
    """

    room_reservation = models.OneToOneField(
        "RoomReservation", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="+", db_index=False)
    night = models.DateField(help_text="the hotel day")
    start_minute = models.IntegerField()
    end_minute = models.IntegerField()
    turnaround = models.SmallIntegerField()
    hours = models.SmallIntegerField()
    overtime_price = models.DecimalField(max_digits=10, decimal_places=2)
    holds_night = models.BooleanField(db_default=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end_minute__gt=F("start_minute"), turnaround__gte=0, hours__gte=1), name="hours_make_sense"
            )
        ]
        indexes = [
            models.Index(fields=["room", "night"], condition=Q(closed_at=None), name="hours_open_of_room"),
            models.Index(fields=["hotel", "night"], name="hours_of_day"),
        ]

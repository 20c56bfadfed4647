"""The house itself: group, hotel, floors, room types, rooms, business days."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from binzhi.property.enums import BedType, Housekeeping, Maintenance, Orientation


class HotelGroup(models.Model):
    """Hotels that share guest files and companies."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)


class Hotel(models.Model):
    """One hotel. `business_date` is the open hotel day: only the night audit moves it."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="hotels")
    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    timezone = models.CharField(max_length=40, default="Asia/Shanghai")
    currency = models.CharField(max_length=3, default="CNY")
    business_date = models.DateField()
    check_in_time = models.TimeField(default=time(14, 0))
    check_out_time = models.TimeField(default=time(12, 0))
    hold_until = models.TimeField(default=time(18, 0), help_text="unguaranteed reservations are held until then")
    prices_include_tax = models.BooleanField(default=True)
    documents_required = models.BooleanField(default=True, help_text="a check-in needs a checked identity document")
    inspection_required = models.BooleanField(default=False, help_text="only inspected rooms may be given to arrivals")
    longest_stay = models.PositiveSmallIntegerField(default=365, help_text="nights")
    booking_horizon = models.PositiveSmallIntegerField(default=730, help_text="days ahead that can be sold")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(longest_stay__gte=1), name="hotel_longest_stay")]


class BusinessDay(models.Model):
    """One hotel day: open, or closed for ever by the night audit (`closed_at`). At most one is open per hotel."""

    pk = models.CompositePrimaryKey("hotel_id", "date")
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel"], condition=models.Q(closed_at=None), name="one_open_business_day")
        ]


class Building(models.Model):
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)


class Floor(models.Model):
    """A floor as it stands on the lift buttons; `level` orders it."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="floors")
    name = models.CharField(max_length=10)
    level = models.SmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["building", "level"], name="floor_level")]


class RoomType(models.Model):
    """A type of room that is sold; how many adults its price covers and how many people it holds."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=12)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True)
    bed_type = models.CharField(max_length=10, choices=BedType, default=BedType.KING)
    area = models.DecimalField(max_digits=5, decimal_places=1, default=Decimal(0), help_text="square metres")
    included_adults = models.PositiveSmallIntegerField(default=2)
    max_adults = models.PositiveSmallIntegerField(default=2)
    max_guests = models.PositiveSmallIntegerField(default=3, help_text="adults and children together")
    position = models.SmallIntegerField(default=0)
    rank = models.SmallIntegerField(default=0, help_text="higher is better: upgrades go up")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "code"], name="room_type_code"),
            models.CheckConstraint(
                condition=models.Q(included_adults__gte=1)
                & models.Q(max_adults__gte=models.F("included_adults"))
                & models.Q(max_guests__gte=models.F("max_adults")),
                name="room_type_occupancy",
            ),
        ]


class Room(models.Model):
    """One room. Its axes are apart: housekeeping and maintenance here, occupancy only in stays."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="rooms")
    floor = models.ForeignKey(Floor, on_delete=models.PROTECT, related_name="rooms")
    number = models.CharField(max_length=10)
    orientation = models.CharField(max_length=10, choices=Orientation, default=Orientation.NONE, blank=True)
    features = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    smoking = models.BooleanField(default=False)
    accessible = models.BooleanField(default=False)
    connects_to = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    housekeeping = models.CharField(max_length=10, choices=Housekeeping, default=Housekeeping.INSPECTED)
    maintenance = models.CharField(max_length=15, choices=Maintenance, default=Maintenance.IN_SERVICE)
    do_not_disturb = models.BooleanField(default=False)
    condition_changed_at = models.DateTimeField(db_default=Now())
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "number"], name="room_number")]
        indexes = [models.Index(fields=["hotel", "room_type"], name="room_by_type")]


class RoomSeal(models.Model):
    """A room closed by a seal (封房) until it is broken with a reason or opened by the arrival it was made for.

    `stay_id` names that arrival (a room reservation; reservations see to it that it is one), `sealed_by` and
    `broken_by` users. An ended seal without a reason was opened by its own arrival.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+", db_index=False)
    stay_id = models.BigIntegerField(null=True)
    sealed_at = models.DateTimeField()
    sealed_by = models.BigIntegerField(null=True)
    broken_at = models.DateTimeField(null=True)
    broken_by = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room"], condition=models.Q(broken_at=None), name="one_seal_a_room"),
            models.CheckConstraint(
                condition=models.Q(broken_at__isnull=False) | models.Q(broken_by=None, reason=""),
                name="unbroken_seal_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(broken_at=None) | models.Q(stay_id__isnull=False) | ~models.Q(reason=""),
                name="broken_seal_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["hotel", "sealed_at"], name="seal_by_time")]

"""Groups: rooms kept together by type and night until people are named for them. `blocks` alone changes these rows."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from binzhi.billing.models import Folio
from binzhi.guests.models import Guest, Organisation
from binzhi.property.models import Hotel, RoomType
from binzhi.reservations.enums import BlockStatus, DenialReason, WaitStatus


class Block(models.Model):
    """A group's rooms (团队). Definite, what is not picked up yet stands in the nights' `held`.

    `cut_off` is the last hotel day on which the group may name people; what is left is released when it is over.
    `guest` is whom one speaks to about the group.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=10, choices=BlockStatus, default=BlockStatus.INQUIRY)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    rate_plan = models.ForeignKey("RatePlan", on_delete=models.PROTECT, related_name="+", db_index=False)
    market = models.CharField(max_length=20, db_default="")
    source = models.CharField(max_length=20, db_default="")
    arrival = models.DateField()
    departure = models.DateField()
    cut_off = models.DateField(null=True)
    folio = models.ForeignKey(Folio, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The rooms of the group are charged to its bill; so are the families of charges in `to_master`, at check-out.
    room_to_master = models.BooleanField(db_default=True)
    to_master = ArrayField(models.CharField(max_length=20), db_default=[])
    note = models.CharField(max_length=1000, db_default="")
    end_reason = models.CharField(max_length=200, db_default="")
    booked_on = models.DateField(help_text="business date of the first request")
    decided_on = models.DateField(null=True, help_text="business date on which it became definite")
    released_at = models.DateTimeField(null=True, help_text="when the cut-off released what was left")
    created_at = models.DateTimeField()
    version = models.IntegerField(db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "number"], name="block_number"),
            models.CheckConstraint(condition=Q(departure__gt=F("arrival")), name="block_has_a_night"),
            models.CheckConstraint(condition=Q(status__in=BlockStatus.values), name="block_status"),
        ]
        indexes = [
            models.Index(fields=["hotel", "arrival"], name="block_by_arrival"),
            models.Index(
                fields=["hotel", "cut_off"], condition=Q(status="definite", released_at=None), name="block_by_cut_off"
            ),
        ]


class BlockNight(models.Model):
    """Rooms of one type on one night of a group: as agreed, kept now (after wash and release), taken up by people.

    `price` is for two, none: the plan's price of that night. Children are free.
    """

    pk = models.CompositePrimaryKey("block_id", "night", "room_type_id")
    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="nights", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    night = models.DateField()
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="+", db_index=False)
    agreed = models.IntegerField()
    rooms = models.IntegerField()
    picked_up = models.IntegerField(db_default=0)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    single_price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    extra_adult = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(picked_up__gte=0, rooms__gte=F("picked_up"), agreed__gte=F("rooms")),
                name="block_never_overdrawn",
            ),
            models.CheckConstraint(
                condition=(Q(price=None) | Q(price__gte=0))
                & (Q(single_price=None) | Q(single_price__gte=0))
                & Q(extra_adult__gte=0),
                name="block_price_not_negative",
            ),
        ]


class BlockPickup(models.Model):
    """A night of a room that came out of a group's rooms: what `picked_up` counts."""

    pk = models.CompositePrimaryKey("room_reservation_id", "night")
    room_reservation = models.ForeignKey("RoomReservation", on_delete=models.PROTECT, related_name="+", db_index=False)
    night = models.DateField()
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="+")
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="+", db_index=False)


class ExpectedGuest(models.Model):
    """Who is announced for a room besides or as the guest it is booked for: registered together when they come."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey("RoomReservation", on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room_reservation", "guest"], name="expected_once"),
        ]


class WaitlistEntry(models.Model):
    """Somebody who wants nights that are not to be had (候补). An offer keeps its rooms in the nights' `held`."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=10, choices=WaitStatus, default=WaitStatus.WAITING)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    phone_sealed = models.BinaryField(null=True)
    phone_masked = models.CharField(max_length=30, db_default="")
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="+", db_index=False)
    rate_plan = models.ForeignKey("RatePlan", on_delete=models.PROTECT, related_name="+", db_index=False)
    arrival = models.DateField()
    departure = models.DateField()
    rooms = models.SmallIntegerField(db_default=1)
    adults = models.SmallIntegerField(db_default=2)
    children = models.SmallIntegerField(db_default=0)
    priority = models.SmallIntegerField(db_default=2, help_text="1 first, 3 last")
    hold_minutes = models.SmallIntegerField(db_default=120)
    note = models.CharField(max_length=300, db_default="")
    offered_at = models.DateTimeField(null=True)
    offer_until = models.DateTimeField(null=True)
    reservation = models.ForeignKey("Reservation", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=WaitStatus.values), name="wait_status"),
            models.CheckConstraint(
                condition=Q(departure__gt=F("arrival"), rooms__gte=1, priority__range=(1, 3), hold_minutes__gte=5),
                name="wait_makes_sense",
            ),
            models.CheckConstraint(condition=~Q(status="offered") | Q(offer_until__isnull=False), name="offer_has_end"),
            models.CheckConstraint(
                condition=~Q(status="booked") | Q(reservation__isnull=False), name="booked_is_booked"
            ),
        ]
        indexes = [
            models.Index(
                fields=["hotel", "priority", "created_at"], condition=Q(status__in=["waiting", "offered"]),
                name="wait_open",
            ),
        ]  # fmt: skip


class Denial(models.Model):
    """A stay that was asked for and not sold (拒客): when, what, why. Names nobody; insert-only."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_date = models.DateField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=12, choices=DenialReason)
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    arrival = models.DateField()
    departure = models.DateField()
    rooms = models.SmallIntegerField()
    value = models.DecimalField(max_digits=12, decimal_places=2, null=True, help_text="what it would have brought")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=DenialReason.values), name="denial_reason"),
            models.CheckConstraint(condition=Q(departure__gte=F("arrival"), rooms__gte=1), name="denial_makes_sense"),
        ]
        indexes = [models.Index(fields=["hotel", "business_date"], name="denial_by_day")]


class PartnerHotel(models.Model):
    """A house nearby that takes guests we cannot house."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200, db_default="")
    phone = models.CharField(max_length=30, db_default="", help_text="the desk's, around the clock")
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True, help_text="agreed for a night")
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "name"], name="partner_once")]


class Walk(models.Model):
    """A guest with a reservation who was housed elsewhere (外送): where, for how long, what it cost."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey("RoomReservation", on_delete=models.PROTECT, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    partner = models.ForeignKey(PartnerHotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_date = models.DateField()
    nights = models.SmallIntegerField()
    returns_on = models.DateField(null=True)
    transport = models.CharField(max_length=60, db_default="")
    compensation = models.CharField(max_length=100, db_default="")
    room_cost = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    transport_cost = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    compensation_cost = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    other_cost = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    reason = models.CharField(max_length=200)
    note = models.CharField(max_length=300, db_default="")
    user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    undone_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    nights__gte=1, room_cost__gte=0, transport_cost__gte=0, compensation_cost__gte=0, other_cost__gte=0
                ),
                name="walk_makes_sense",
            ),
        ]
        indexes = [models.Index(fields=["hotel", "business_date"], name="walk_by_day")]

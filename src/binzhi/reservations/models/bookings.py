"""Nights, rates, reservations. Statuses and counters are changed by this context's services only."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from binzhi.billing.models import Account, Folio
from binzhi.guests.models import Guest, Organisation
from binzhi.property.models import Hotel, Room, RoomType
from binzhi.reservations.enums import CodeKind, FeeKind, Guarantee, PlanKind, Status


class Night(models.Model):
    """Rooms of one type on one night: the counter that makes overselling impossible.

    `closed` stops the sale of the type for that night (stop sell).
    """

    pk = models.CompositePrimaryKey("night", "hotel_id", "room_type_id")
    night = models.DateField()
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="+", db_index=False)
    rooms = models.IntegerField()
    out_of_order = models.IntegerField(db_default=0)
    sold = models.IntegerField(db_default=0)
    held = models.IntegerField(db_default=0)
    overbooking = models.IntegerField(db_default=0)
    closed = models.BooleanField(db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sold__gte=0, held__gte=0, out_of_order__gte=0, rooms__gte=0, overbooking__gte=0),
                name="night_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(sold__lte=F("rooms") - F("out_of_order") + F("overbooking") - F("held")),
                name="night_never_oversold",
            ),
        ]


class CancellationPolicy(models.Model):
    """The conditions a rate is booked under: what cancelling costs from when on, what a no-show costs, what deposit.

    Free until `free_days` days before arrival at `free_until` hotel time, then the fee; later deadlines with a fee of
    their own are its steps. Conditions are never changed, a rate is given others (`conditions.services`).
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, db_default="")
    free_days = models.SmallIntegerField(db_default=0)
    free_until = models.TimeField(default="18:00")
    fee_kind = models.CharField(max_length=12, choices=FeeKind, default=FeeKind.NONE)
    fee_percent = models.DecimalField(max_digits=5, decimal_places=2, db_default=0)
    fee_nights = models.SmallIntegerField(db_default=1)
    fee_amount = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    no_show_kind = models.CharField(max_length=12, choices=FeeKind, default=FeeKind.NONE)
    no_show_percent = models.DecimalField(max_digits=5, decimal_places=2, db_default=0)
    no_show_nights = models.SmallIntegerField(db_default=1)
    no_show_amount = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    deposit_kind = models.CharField(max_length=12, choices=FeeKind, db_default=FeeKind.NONE)
    deposit_percent = models.DecimalField(max_digits=5, decimal_places=2, db_default=0)
    deposit_nights = models.SmallIntegerField(db_default=1)
    deposit_amount = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    deposit_after = models.SmallIntegerField(null=True, help_text="due so many days after the booking")
    deposit_before = models.SmallIntegerField(null=True, help_text="due so many days before arrival, if sooner")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "code"], name="cancellation_policy_code")]


class RatePlan(models.Model):
    """A price under conditions. A plan with a `parent` takes the parent's nightly price × (1 + percent/100) + amount,
    rounded to `round_to`; its own RateNight rows (price empty) may add restrictions for a night. One level only.

    A negotiated plan is offered to the organisations of its agreements only.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, db_default="")
    kind = models.CharField(max_length=10, choices=PlanKind, default=PlanKind.BASE)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    percent = models.DecimalField(max_digits=6, decimal_places=2, db_default=0)
    amount = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    round_to = models.DecimalField(max_digits=6, decimal_places=2, db_default=1)
    cancellation_policy = models.ForeignKey(CancellationPolicy, on_delete=models.PROTECT, related_name="+")
    guarantee_required = models.BooleanField(db_default=False)
    breakfasts = models.SmallIntegerField(db_default=0, help_text="included per night")
    member_tiers = ArrayField(
        models.CharField(max_length=10), db_default=[], help_text="of a plan for members; empty: every member"
    )
    min_nights = models.SmallIntegerField(null=True, blank=True)
    max_nights = models.SmallIntegerField(null=True, blank=True)
    min_advance = models.SmallIntegerField(null=True, blank=True, help_text="days before arrival")
    max_advance = models.SmallIntegerField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    position = models.SmallIntegerField(db_default=0)
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "code"], name="rate_plan_code"),
            models.CheckConstraint(condition=Q(round_to__gt=0), name="rate_plan_round_to"),
            models.CheckConstraint(condition=~Q(kind="derived") | Q(parent__isnull=False), name="derived_has_parent"),
        ]


class Agreement(models.Model):
    """An organisation may book a negotiated plan, at its own distance to the parent's price where one was agreed."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    rate_plan = models.ForeignKey(RatePlan, on_delete=models.PROTECT, related_name="agreements")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    valid_until = models.DateField(null=True, blank=True)
    percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, help_text="instead of the plan's")
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True, help_text="instead of the plan's")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rate_plan", "organisation"], name="agreement_once")]


class RateNight(models.Model):
    """Price and restrictions of one plan, type and night. `price` covers the type's included adults."""

    pk = models.CompositePrimaryKey("night", "hotel_id", "rate_plan_id", "room_type_id")
    night = models.DateField()
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    rate_plan = models.ForeignKey(RatePlan, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="+", db_index=False)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    single_price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    extra_adult = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    extra_child = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    min_nights = models.SmallIntegerField(null=True, help_text="asked of stays that arrive this night")
    max_nights = models.SmallIntegerField(null=True)
    closed = models.BooleanField(db_default=False)
    closed_to_arrival = models.BooleanField(db_default=False)
    closed_to_departure = models.BooleanField(db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(price=None) | Q(price__gte=0))
                & (Q(single_price=None) | Q(single_price__gte=0))
                & Q(extra_adult__gte=0, extra_child__gte=0),
                name="rate_not_negative",
            )
        ]


class Code(models.Model):
    """A hotel's code of market, source, channel, special request or reason of cancellation."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=15, choices=CodeKind)
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, db_default="")
    position = models.SmallIntegerField(db_default=0)
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "kind", "code"], name="code_once")]


class Reservation(models.Model):
    """What was booked together: one or several rooms, one booker, one number. `version` counts the changes (ETag)."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    booker_name = models.CharField(max_length=120)
    booker_phone_sealed = models.BinaryField(null=True)
    booker_phone_masked = models.CharField(max_length=30, db_default="")
    market = models.CharField(max_length=20, db_default="")
    source = models.CharField(max_length=20, db_default="")
    channel = models.CharField(max_length=20, db_default="")
    channel_number = models.CharField(max_length=60, null=True)
    guarantee = models.CharField(max_length=10, choices=Guarantee, default=Guarantee.NONE)
    special_requests = ArrayField(models.CharField(max_length=20), db_default=[])
    remarks = models.CharField(max_length=1000, db_default="")
    expected_at = models.TimeField(null=True, help_text="expected time of arrival, hotel time")
    confirmed_at = models.DateTimeField(null=True)
    booked_on = models.DateField(help_text="business date of the booking")
    created_at = models.DateTimeField()
    version = models.IntegerField(db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "number"], name="reservation_number"),
            # Kept for ever: a channel's order is never taken twice.
            models.UniqueConstraint(
                fields=["hotel", "channel", "channel_number"],
                condition=Q(channel_number__isnull=False),
                name="channel_order_once",
            ),
        ]


class RoomReservation(models.Model):
    """One room of a reservation and, from check-in to check-out, one stay.

    `room_type` is what the counters hold (it follows an upgrade); `priced_type` is what the price was agreed for.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="rooms")
    position = models.SmallIntegerField(db_default=1)
    status = models.CharField(max_length=12, choices=Status, default=Status.RESERVED)
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="+", db_index=False)
    priced_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="+", db_index=False)
    rate_plan = models.ForeignKey(RatePlan, on_delete=models.PROTECT, related_name="+", db_index=False)
    policy = models.ForeignKey(
        CancellationPolicy, on_delete=models.PROTECT, null=True, related_name="+", db_index=False,
        help_text="the conditions it was booked under, once its rate has others",
    )  # fmt: skip
    arrival = models.DateField()
    departure = models.DateField()
    adults = models.SmallIntegerField()
    children = models.SmallIntegerField(db_default=0)
    infants = models.SmallIntegerField(db_default=0)
    child_ages = ArrayField(models.SmallIntegerField(), db_default=[], help_text="on the day of arrival, where told")
    extra_beds = models.SmallIntegerField(db_default=0)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    room_fixed = models.CharField(
        max_length=200, db_default="", help_text="why nobody may give it another room; empty: anybody may"
    )
    types_mixed = models.BooleanField(db_default=False, help_text="was split over room types: ask night by night")
    folio = models.ForeignKey(Folio, on_delete=models.PROTECT, null=True, related_name="+")
    charge_account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    walk_in = models.BooleanField(db_default=False)
    block = models.ForeignKey("Block", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    checked_in_at = models.DateTimeField(null=True)
    checked_out_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True, help_text="business date of check-out, cancellation or no-show")
    end_reason = models.CharField(max_length=20, db_default="")
    end_note = models.CharField(max_length=300, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reservation", "position"], name="room_position"),
            models.CheckConstraint(condition=Q(departure__gte=F("arrival")), name="departure_not_before_arrival"),
            models.CheckConstraint(
                condition=Q(adults__gte=0, children__gte=0, infants__gte=0)
                & (Q(adults__gt=0) | Q(children__gt=0) | Q(infants__gt=0)),
                name="somebody_comes",
            ),
            models.CheckConstraint(
                condition=Q(child_ages=[]) | Q(child_ages__len=F("children")), name="every_child_has_an_age"
            ),
            models.CheckConstraint(condition=Q(extra_beds__range=(0, 3)), name="extra_beds_sensible"),
            # Two stays never share a room, whatever the dates say; day use included.
            models.UniqueConstraint(fields=["room"], condition=Q(status="in_house"), name="one_stay_in_a_room"),
            models.CheckConstraint(
                condition=~Q(status="in_house") | Q(room__isnull=False, checked_in_at__isnull=False),
                name="in_house_has_a_room",
            ),
            models.CheckConstraint(
                condition=Q(room_fixed="") | Q(room__isnull=False) | ~Q(status__in=["reserved", "in_house"]),
                name="fixed_room_is_given",
            ),
        ]
        indexes = [
            models.Index(fields=["hotel", "arrival"], condition=Q(status="reserved"), name="room_res_due_in"),
            models.Index(fields=["hotel", "departure"], condition=Q(status="in_house"), name="room_res_in_house"),
            models.Index(fields=["hotel", "arrival", "status"], name="room_res_by_arrival"),
            models.Index(fields=["hotel", "ended_on", "status"], name="room_res_by_end"),
            models.Index(fields=["block"], condition=Q(block__isnull=False), name="room_res_of_block"),
        ]


class StayNight(models.Model):
    """The price agreed for one night of a room reservation (before or with tax as the hotel's prices are)."""

    pk = models.CompositePrimaryKey("room_reservation_id", "night")
    room_reservation = models.ForeignKey(
        RoomReservation, on_delete=models.PROTECT, related_name="nights", db_index=False
    )
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    night = models.DateField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    rate_plan = models.ForeignKey(RatePlan, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The parts of a package that held at this instant are part of the price.
    agreed_at = models.DateTimeField(db_default=Now())
    priced_type = models.ForeignKey(
        RoomType, on_delete=models.PROTECT, null=True, related_name="+", db_index=False,
        help_text="where the price was agreed for another type than the stay's",
    )  # fmt: skip

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(price__gte=0), name="night_price_not_negative")]


class OutOfOrder(models.Model):
    """A room taken out of the inventory for nights `start` to `until` (not slept); back when `returned_at` is set."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=200)
    returned_at = models.DateTimeField(null=True)


class RoomNight(models.Model):
    """A room on a night is given to one reservation or is out of order: the key makes a second one impossible."""

    pk = models.CompositePrimaryKey("room_id", "night")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+", db_index=False)
    night = models.DateField()
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey(
        RoomReservation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    out_of_order = models.ForeignKey(OutOfOrder, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(room_reservation__isnull=False, out_of_order__isnull=True)
                | Q(room_reservation__isnull=True, out_of_order__isnull=False),
                name="room_night_has_one_reason",
            )
        ]
        indexes = [
            models.Index(fields=["room_reservation"], name="room_night_of_stay"),
            models.Index(fields=["hotel", "night"], name="room_night_of_hotel"),
        ]

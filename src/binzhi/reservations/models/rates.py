"""Rules of prices, floors, and the record of what was painted."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from binzhi.people.models import User
from binzhi.property.models import Hotel, RoomType
from binzhi.reservations.calendar.days import DayKind
from binzhi.reservations.enums import FeeKind


class CalendarDay(models.Model):
    """A day that the hotel sees otherwise than the public calendar, or one that no calendar tells yet."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    kind = models.CharField(max_length=10, choices=DayKind)
    name = models.CharField(max_length=40, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "day"], name="calendar_day_once")]


class CancellationStep(models.Model):
    """A later deadline of a policy: after it, cancelling costs this instead."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    policy = models.ForeignKey("reservations.CancellationPolicy", on_delete=models.PROTECT, related_name="steps")
    days_before = models.SmallIntegerField()
    until = models.TimeField()
    kind = models.CharField(max_length=12, choices=FeeKind)
    percent = models.DecimalField(max_digits=5, decimal_places=2, db_default=0)
    nights = models.SmallIntegerField(db_default=1)
    amount = models.DecimalField(max_digits=10, decimal_places=2, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "days_before", "until"], name="cancellation_step_once"),
            models.CheckConstraint(
                condition=Q(days_before__gte=0, percent__gte=0, percent__lte=100, nights__gte=1, amount__gte=0),
                name="cancellation_step_possible",
            ),
        ]


class Season(models.Model):
    """A span of nights that rules speak of by its name (both days included)."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, db_default="")
    first = models.DateField()
    last = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "code"], name="season_code"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="season_last_not_before_first"),
        ]


class BasePrice(models.Model):
    """From what the rules of a plan reckon for a type, and the floor below which only a manager may sell it."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    rate_plan = models.ForeignKey("reservations.RatePlan", on_delete=models.PROTECT, related_name="+", db_index=False)
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="+", db_index=False)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    floor = models.DecimalField(max_digits=10, decimal_places=2, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rate_plan", "room_type"], name="base_price_once"),
            models.CheckConstraint(
                condition=(Q(price=None) | Q(price__gte=0)) & (Q(floor=None) | Q(floor__gte=0)),
                name="base_price_not_negative",
            ),
        ]


class RateRule(models.Model):
    """What makes a night dearer or cheaper than the base. Rules of a plan are applied in order of `position`.

    Empty `room_types` or `night_kinds`: all of them. A rule writes nothing by itself: it is applied to a range.
    """

    class Action(models.TextChoices):
        SET = "set", _("is")
        PERCENT = "percent", _("per cent more or less")
        AMOUNT = "amount", _("more or less")

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    rate_plan = models.ForeignKey("reservations.RatePlan", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    position = models.SmallIntegerField(db_default=0)
    season = models.ForeignKey(Season, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    room_types = ArrayField(models.CharField(max_length=20), db_default=[])
    weekdays = ArrayField(models.SmallIntegerField(), db_default=[1, 2, 3, 4, 5, 6, 7], help_text="1 is Monday")
    night_kinds = ArrayField(models.CharField(max_length=10), db_default=[])
    action = models.CharField(max_length=10, choices=Action)
    value = models.DecimalField(max_digits=10, decimal_places=2)
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(action="set") | Q(value__gte=0), name="rule_price_not_negative")
        ]


class Painting(models.Model):
    """Prices and restrictions written over nights in one go; insert-only. An undoing is a painting too."""

    class Source(models.TextChoices):
        HAND = "hand", _("By hand")
        RULES = "rules", _("By the rules")
        UNDO = "undo", _("Taken back")

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    source = models.CharField(max_length=10, choices=Source)
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    first = models.DateField()
    last = models.DateField()
    cells = models.IntegerField()
    under_floor = models.IntegerField(db_default=0)
    reason = models.CharField(max_length=200, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["undoes"], name="painting_undone_once")]
        indexes = [models.Index(fields=["hotel", "-id"], name="painting_of_hotel")]


class PaintedCell(models.Model):
    """One night of a type, under a plan or (without one) its limits of sale: the values touched, before and after."""

    painting = models.ForeignKey(Painting, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    night = models.DateField()
    room_type = models.ForeignKey(RoomType, on_delete=models.PROTECT, related_name="+", db_index=False)
    rate_plan = models.ForeignKey(
        "reservations.RatePlan", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["painting", "night", "room_type", "rate_plan"], name="cell_painted_once", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["hotel", "night", "room_type", "rate_plan"], name="painted_cell_of_night")]


class Promotion(models.Model):
    """A code that opens a plan: for which stays, booked when, how many times. `uses` is raised with the booking."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    rate_plan = models.ForeignKey("reservations.RatePlan", on_delete=models.PROTECT, related_name="+", db_index=False)
    stay_from = models.DateField(null=True)
    stay_until = models.DateField(null=True)
    book_from = models.DateField(null=True)
    book_until = models.DateField(null=True)
    most_uses = models.IntegerField(null=True)
    uses = models.IntegerField(db_default=0)
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "code"], name="promotion_code"),
            models.CheckConstraint(
                condition=Q(uses__gte=0) & (Q(most_uses=None) | Q(uses__lte=F("most_uses"))),
                name="promotion_not_overused",
            ),
        ]


class PromotionUse(models.Model):
    """A reservation was booked with a code; insert-only. A cancelled one has used it nevertheless."""

    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="+")
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    reservation = models.OneToOneField("reservations.Reservation", on_delete=models.PROTECT, related_name="+")


class PromotionTries(models.Model):
    """Codes that somebody tried in vain since `since`: whoever guesses is stopped."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    caller = models.CharField(max_length=60)
    since = models.DateTimeField()
    wrong = models.IntegerField()
    last = models.CharField(max_length=20, db_default="", help_text="the same once more is no new guess")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "caller"], name="promotion_tries_once")]

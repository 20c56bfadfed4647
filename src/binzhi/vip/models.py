"""Visits of honoured guests: levels, who decided them, notices, menus, purchases, cards. Changed by services only."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from binzhi.guests.models import Guest, Organisation
from binzhi.people.models import Department, Staff, User
from binzhi.promises.models import Run, Task
from binzhi.property.models import Hotel
from binzhi.reservations.models import RoomReservation
from binzhi.vip.enums import (
    AmenityKind,
    CardFor,
    Happening,
    NoticeKind,
    PurchaseKind,
    PurchaseState,
    Route,
    VisitStatus,
)


class Level(models.Model):
    """A level of reception by the hotel's own name; higher `rank` is received higher.

    `sealed`: its rooms are sealed, by the post `sealed_by` where the protocol names none; `protocol` receives its
    guests; `letter` is the general manager's letter to them (empty: the house's standard text).
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.SlugField(max_length=10)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, db_default="")
    rank = models.SmallIntegerField()
    sealed = models.BooleanField(db_default=False)
    sealed_by = models.CharField(max_length=40, db_default="", help_text="code of a post")
    protocol = models.CharField(max_length=60, db_default="vip-reception", help_text="code of a protocol")
    letter = models.CharField(max_length=2000, db_default="")
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "code"], name="level_code"),
            models.UniqueConstraint(fields=["hotel", "rank"], condition=Q(is_active=True), name="level_rank"),
        ]


class Amenity(models.Model):
    """What guests of a level find: `value` is the class (A, B, C) or yes and no."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="amenities", db_index=False)
    kind = models.CharField(max_length=10, choices=AmenityKind)
    value = models.CharField(max_length=40)
    note = models.CharField(max_length=200, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "kind"], name="amenity_once")]


class StandingEntry(models.Model):
    """A person or a unit on the standing list (常客贵宾名单): put forward by a department, approved by the GM."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    post = models.CharField(max_length=60, db_default="", help_text="what the guest is")
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(guest__isnull=False, organisation=None) | Q(guest=None, organisation__isnull=False),
                name="standing_is_a_person_or_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="standing_approved_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["hotel", "guest"], condition=Q(ended_at=None, guest__isnull=False), name="standing_guest_once"
            ),
            models.UniqueConstraint(
                fields=["hotel", "organisation"],
                condition=Q(ended_at=None, organisation__isnull=False),
                name="standing_unit_once",
            ),
        ]


class Visit(models.Model):
    """One guest's coming, staying and going, received by a level. `title` is how the guest is addressed.

    Without `guest` it is known by its room alone: a unit on the standing list has booked and not yet said for whom. A
    level is on it only after an approved request for that very level (a trigger sees to it); `version` counts changes.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    room_reservation = models.ForeignKey(
        RoomReservation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    level = models.ForeignKey(Level, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    host_department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    standing = models.ForeignKey(
        StandingEntry, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, help_text="why proposed"
    )
    title = models.CharField(max_length=60)
    arrival_at = models.DateTimeField()
    departure_at = models.DateTimeField()
    stay_arrival = models.DateField(null=True, help_text="the dates of the stay that the times were set by")
    stay_departure = models.DateField(null=True)
    party_size = models.SmallIntegerField(db_default=1)
    needs = models.CharField(max_length=1000, db_default="")
    cautions = models.CharField(max_length=1000, db_default="")
    letter = models.CharField(max_length=2000, db_default="", help_text="to this guest; empty: the letter of the level")
    file_level_before = models.CharField(max_length=10, null=True)
    file_rank_before = models.SmallIntegerField(db_default=0)
    status = models.CharField(max_length=10, choices=VisitStatus, default=VisitStatus.PROPOSED)
    run = models.OneToOneField(Run, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    proposed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    version = models.IntegerField(db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["room_reservation"],
                condition=Q(room_reservation__isnull=False) & ~Q(status="cancelled"),
                name="one_visit_a_room",
            ),
            models.CheckConstraint(
                condition=Q(guest__isnull=False) | Q(room_reservation__isnull=False), name="visit_is_of_somebody"
            ),
            models.CheckConstraint(condition=Q(departure_at__gt=F("arrival_at")), name="visit_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(party_size__gte=1), name="visit_of_somebody"),
            models.CheckConstraint(
                condition=Q(status="cancelled")
                | Q(status__in=["proposed", "asked"], level=None, run=None)
                | Q(
                    status__in=["approved", "noticed", "in_house", "gone"],
                    level__isnull=False,
                    run__isnull=False,
                    host_department__isnull=False,
                ),
                name="approved_visit_has_level_and_run",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["gone", "cancelled"], ended_at__isnull=False)
                | (~Q(status__in=["gone", "cancelled"]) & Q(ended_at=None)),
                name="visit_ended",
            ),
        ]
        indexes = [models.Index(fields=["hotel", "arrival_at"], name="visit_by_arrival")]


class LevelRequest(models.Model):
    """Who asked for which level and why, and what the general manager decided. Decided once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="requests")
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="+", db_index=False)
    route = models.CharField(max_length=12, choices=Route)
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit"], condition=Q(approved=None), name="one_open_request"),
            models.CheckConstraint(condition=~Q(reason=""), name="level_has_a_reason"),
            models.CheckConstraint(
                condition=Q(approved=None, decided_by=None, decided_at=None)
                | Q(approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="level_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(route="gm") | Q(approved=True, decided_by=F("asked_by")), name="gm_decides_at_once"
            ),
        ]


class Meeting(models.Model):
    """一会一案: the departments went through this visit. Written once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="meetings")
    held_at = models.DateTimeField()
    minutes = models.TextField()
    attendees = models.CharField(max_length=500)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    noted_at = models.DateTimeField()


class Decision(models.Model):
    """What a meeting agreed a department would do; it became a task of the run. Written once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="+")


class Notice(models.Model):
    """《贵宾接待通知单》 or 《贵宾抵离通知单》 exactly as it went out: `content` is what it said. Written once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="notices", db_index=False)
    kind = models.CharField(max_length=10, choices=NoticeKind)
    number = models.SmallIntegerField(help_text="counts up within the visit and kind")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "kind", "number"], name="notice_number")]


class Menu(models.Model):
    """A meal of a visit; `occurrence` is the meal's in the run. Approved dishes change no more."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="menus", db_index=False)
    occurrence = models.SmallIntegerField()
    meal_at = models.DateTimeField()
    private_room = models.CharField(max_length=40, db_default="")
    dishes = models.TextField(db_default="")
    seats = models.CharField(max_length=2000, db_default="", help_text="one name to a line, from the seat of honour")
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    drafted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "occurrence"], name="menu_of_a_meal"),
            models.CheckConstraint(
                condition=Q(approved_at=None) | Q(drafted_at__isnull=False, approved_by__isnull=False),
                name="menu_drafted_before_approved",
            ),
        ]


class Purchase(models.Model):
    """Something bought or made for a visit, until housekeeping (or whoever it is for) has received it."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="purchases")
    kind = models.CharField(max_length=10, choices=PurchaseKind)
    quality = models.CharField(max_length=40, db_default="", help_text="the class of the level's standard")
    needed_by = models.DateTimeField()
    state = models.CharField(max_length=10, choices=PurchaseState, default=PurchaseState.ORDERED)
    ordered_at = models.DateTimeField()
    delivered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    delivered_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    received_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="ordered", delivered_at=None, received_at=None)
                | Q(state="delivered", delivered_at__isnull=False, received_at=None)
                | Q(state="received", delivered_at__isnull=False, received_at__isnull=False),
                name="purchase_state",
            )
        ]


class KeyCard(models.Model):
    """One of the two cards made before the guest comes, and who has it."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="cards", db_index=False)
    purpose = models.CharField(max_length=6, choices=CardFor)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    received_by = models.CharField(max_length=60, db_default="")
    received_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "purpose"], name="card_once"),
            models.CheckConstraint(
                condition=Q(received_at=None, received_by="") | (Q(received_at__isnull=False) & ~Q(received_by="")),
                name="card_received_by_somebody",
            ),
        ]


class VisitEvent(models.Model):
    """What happened while the visit was on: where the guest is, what was wished, who receives. Written once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=15, choices=Happening)
    text = models.CharField(max_length=300, db_default="")
    leader = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, help_text="who receives instead"
    )
    at = models.DateTimeField()
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    noted_at = models.DateTimeField(db_default=Now())

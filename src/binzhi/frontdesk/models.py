"""What the desk writes itself: registrations at check-in, night audits, the day's statistics."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from binzhi.frontdesk.police.tables import PoliceAttempt, PoliceLink, PoliceReport
from binzhi.frontdesk.registration.enums import IdentityBy, RoomRelation
from binzhi.frontdesk.registration.tables import (
    DocumentImage,
    MinorAlarm,
    MinorPatrol,
    RegistrationCard,
    RegistrationRules,
    Visitor,
)
from binzhi.guests.models import Guest, GuestDocument
from binzhi.property.models import Hotel
from binzhi.reservations.models import RoomReservation

# Registration and the police keep their tables in packages of their own.
__all__ = [
    "AssignmentWeight",
    "DayStatistics",
    "DocumentImage",
    "MinorAlarm",
    "MinorPatrol",
    "NightAudit",
    "PoliceAttempt",
    "PoliceLink",
    "PoliceReport",
    "Registration",
    "RegistrationCard",
    "RegistrationRules",
    "Visitor",
]


class Registration(models.Model):
    """One person registered in a stay, as the law asks (办法 art. 6): who, by which document, from when to when."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="registrations")
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey(GuestDocument, on_delete=models.PROTECT, null=True, related_name="+")
    is_main = models.BooleanField(db_default=False)
    is_minor = models.BooleanField(db_default=False)
    guardian_name = models.CharField(max_length=60, db_default="")
    guardian_phone_sealed = models.BinaryField(null=True)
    guardian_relation = models.CharField(max_length=30, db_default="")
    guardian_reached = models.BooleanField(null=True)
    room_relation = models.CharField(max_length=15, choices=RoomRelation, db_default="")
    identity_by = models.CharField(max_length=15, choices=IdentityBy, db_default="")
    # What is asked of foreigners besides, sealed under the row's id: see registration.particulars.
    particulars_sealed = models.BinaryField(null=True)
    registered_by = models.BigIntegerField(null=True)
    registered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["room_reservation"], condition=models.Q(is_main=True), name="one_main_guest"
            )
        ]


class NightAudit(models.Model):
    """The audit of one hotel day; the row is there once, finished once."""

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        FAILED = "failed", "Failed"
        DONE = "done", "Done"

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    business_date = models.DateField()
    status = models.CharField(max_length=10, choices=Status)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    started_by = models.BigIntegerField(null=True)
    attempts = models.SmallIntegerField(db_default=1)
    result = models.JSONField(db_default=models.Value({}, models.JSONField()))
    failure = models.CharField(max_length=300, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "business_date"], name="night_audit_once")]


class DayStatistics(models.Model):
    """The figures of a closed day, written by its night audit and never changed. Room nights and money net of tax."""

    pk = models.CompositePrimaryKey("hotel_id", "business_date")
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_date = models.DateField()
    rooms = models.IntegerField()
    out_of_order = models.IntegerField()
    sold = models.IntegerField(help_text="rooms slept in")
    guests = models.IntegerField()
    arrivals = models.IntegerField()
    walk_ins = models.IntegerField()
    departures = models.IntegerField()
    cancellations = models.IntegerField()
    no_shows = models.IntegerField()
    room_revenue = models.DecimalField(max_digits=14, decimal_places=2)
    other_revenue = models.DecimalField(max_digits=14, decimal_places=2)
    tax = models.DecimalField(max_digits=14, decimal_places=2)
    payments = models.DecimalField(max_digits=14, decimal_places=2)
    created_at = models.DateTimeField(db_default=Now())
    comp = models.IntegerField(db_default=0, help_text="of those slept in: complimentary")
    house_use = models.IntegerField(db_default=0, help_text="of those slept in: the house's own")
    day_uses = models.IntegerField(db_default=0, help_text="rooms used without a night; not among those slept in")
    day_use_revenue = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)
    no_show_revenue = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)


# ---------------------------------------------------------------- assignment


class AssignmentWeight(models.Model):
    """How much a wish weighs at a hotel when rooms are proposed; without a row the house's own weight holds."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=20)
    weight = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "code"], name="assignment_weight_once"),
            models.CheckConstraint(condition=models.Q(weight__gte=0, weight__lte=200), name="assignment_weight_range"),
        ]


# The tables of this context's packages.
from binzhi.frontdesk.continuing.models import Continuation  # noqa: E402
from binzhi.frontdesk.free_rooms.models import FreeRoom  # noqa: E402
from binzhi.frontdesk.kept.models import KeptMove, KeptThing  # noqa: E402
from binzhi.frontdesk.keys.models import KeyCard, LockSystem  # noqa: E402
from binzhi.frontdesk.notes.models import GuestMessage  # noqa: E402
from binzhi.frontdesk.reports.models import AuditReport, AuditSetting, TrialLine  # noqa: E402
from binzhi.frontdesk.together.models import Party, PartyRoom, Sharer  # noqa: E402
from binzhi.frontdesk.wake_up.models import WakeUpCall  # noqa: E402

__all__ = [
    "AssignmentWeight",
    "AuditReport",
    "AuditSetting",
    "Continuation",
    "DayStatistics",
    "FreeRoom",
    "GuestMessage",
    "KeptMove",
    "KeptThing",
    "KeyCard",
    "LockSystem",
    "NightAudit",
    "Party",
    "PartyRoom",
    "Registration",
    "Sharer",
    "TrialLine",
    "WakeUpCall",
]

"""The queue of reports to the police. Changed by the services of this package only."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from binzhi.frontdesk.police.enums import OWED, ReportKind, ReportState, TryOutcome
from binzhi.guests.models import Guest
from binzhi.property.models import Hotel, Room
from binzhi.reservations.models import RoomReservation


class PoliceLink(models.Model):
    """How a hotel reports: region, address, limits. Without a row, or switched off, nothing is queued."""

    hotel = models.OneToOneField(Hotel, on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField(db_default=False)
    region = models.CharField(max_length=20)
    url = models.CharField(max_length=300, db_default="")
    key_sealed = models.BinaryField(null=True)
    station = models.CharField(max_length=40, db_default="", help_text="the hotel's code with the police")
    also_asks = ArrayField(models.CharField(max_length=20), db_default=[], help_text="fields besides the region's")
    alarm_minutes = models.IntegerField(db_default=30)
    limit_minutes = models.IntegerField(db_default=1440)
    foreign_minutes = models.IntegerField(db_default=1440)
    version = models.IntegerField(db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    alarm_minutes__gte=1, alarm_minutes__lte=1440, limit_minutes__gte=1, limit_minutes__lte=1440,
                    foreign_minutes__gte=1, foreign_minutes__lte=1440,
                ),
                name="police_limits_within_a_day",
            ),
        ]  # fmt: skip


class PoliceReport(models.Model):
    """One thing the police must be told about one person. `source` names what set it off: the same never makes two.

    What is told is sealed under the row's id at the first try; `serial` goes with every try, so that the other side can
    tell a second one. `about` is the report of the arrival that this one follows.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=5, choices=ReportKind)
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+")
    registration_id = models.BigIntegerField(help_text="outlives the registration, which a check-in taken back removes")
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+", db_index=False)
    about = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    is_foreign = models.BooleanField()
    source = models.CharField(max_length=80)
    serial = models.UUIDField(unique=True)
    state = models.CharField(max_length=10, choices=ReportState, default=ReportState.WAITING)
    reason = models.CharField(max_length=80, db_default="", help_text="code: what is missing, why sent back or delayed")
    content_sealed = models.BinaryField(null=True)
    attempts = models.IntegerField(db_default=0)
    occurred_at = models.DateTimeField()
    due_at = models.DateTimeField()
    alarm_at = models.DateTimeField()
    limit_at = models.DateTimeField()
    alarmed_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=80, db_default="")
    received_at = models.DateTimeField(null=True)
    received_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "source"], name="police_report_once_by_source"),
            models.CheckConstraint(
                condition=Q(state="sending", claimed_until__isnull=False)
                | (~Q(state="sending") & Q(claimed_until=None)),
                name="police_report_is_claimed_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state="received", received_at__isnull=False) | (~Q(state="received") & Q(received_at=None)),
                name="police_report_received_once",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="police_report_due"),
            models.Index(fields=["claimed_until"], condition=Q(state="sending"), name="police_report_claimed"),
            models.Index(fields=["hotel", "limit_at"], condition=Q(state__in=OWED), name="police_report_owed"),
            models.Index(fields=["registration_id"], name="police_report_of_person"),
            models.Index(fields=["hotel", "state", "-occurred_at"], name="police_report_list"),
        ]


class PoliceAttempt(models.Model):
    """One try to report and how it ended. Written once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    report = models.ForeignKey(PoliceReport, on_delete=models.PROTECT, related_name="tries")
    number = models.IntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=TryOutcome)
    code = models.CharField(max_length=80, db_default="")

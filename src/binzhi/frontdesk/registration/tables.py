"""What registration keeps besides the registration itself. Changed by the services of this package only."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import F, Q

from binzhi.frontdesk.registration.enums import AlarmOutcome, AlarmReason
from binzhi.guests.enums import DocumentKind
from binzhi.guests.models import Guest
from binzhi.property.models import Hotel, Room
from binzhi.reservations.models import RoomReservation


class RegistrationRules(models.Model):
    """A hotel's rules of registration; without a row: no pictures of documents, visits from 8 to 23."""

    hotel = models.OneToOneField(Hotel, on_delete=models.PROTECT, related_name="+")
    keep_images = models.BooleanField(db_default=False)
    image_hours = models.SmallIntegerField(db_default=24, help_text="after check-out")
    visits_from = models.TimeField(default=time(8))
    visits_until = models.TimeField(default=time(23))
    version = models.IntegerField(db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(image_hours__gte=0, image_hours__lte=720), name="registration_image_hours"
            ),
            models.CheckConstraint(condition=Q(visits_from__lt=F("visits_until")), name="visits_end_after_they_begin"),
        ]


class MinorAlarm(models.Model):
    """A guest under 18 for whom nobody answers in the room: open until somebody says what was found."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=15, choices=AlarmReason)
    raised_at = models.DateTimeField()
    outcome = models.CharField(max_length=15, choices=AlarmOutcome, db_default="")
    police_no = models.CharField(max_length=40, db_default="")
    note = models.CharField(max_length=200, db_default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", closed_at=None) | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="minor_alarm_closes_with_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["hotel"], condition=Q(closed_at=None), name="minor_alarm_open")]


class MinorPatrol(models.Model):
    """Somebody went and looked (五必须, 4). Written once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    alarm = models.ForeignKey(MinorAlarm, on_delete=models.PROTECT, related_name="patrols")
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, db_default="")


class Visitor(models.Model):
    """Somebody who visits a guest: name and number sealed, in and out. Who stays the night is registered as a guest."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+", db_index=False)
    name_sealed = models.BinaryField(null=True)
    name_masked = models.CharField(max_length=20, db_default="")
    kind = models.CharField(max_length=15, choices=DocumentKind)
    number_sealed = models.BinaryField(null=True)
    number_masked = models.CharField(max_length=30, db_default="")
    came_at = models.DateTimeField()
    came_by = models.BigIntegerField(null=True)
    left_at = models.DateTimeField(null=True)
    left_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("came_at")), name="visitor_leaves_after_coming"
            ),
        ]
        indexes = [
            models.Index(fields=["hotel", "-came_at"], name="visitor_by_day"),
            models.Index(fields=["hotel"], condition=Q(left_at=None), name="visitor_inside"),
        ]


class RegistrationCard(models.Model):
    """A registration card as it was signed: what it said and the strokes of the pen, both sealed. Written once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    content_sealed = models.BinaryField(null=True)
    signature_sealed = models.BinaryField(null=True)
    signed_at = models.DateTimeField()
    taken_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room_reservation", "number"], name="registration_card_once")]


class DocumentImage(models.Model):
    """A picture of a document, where the hotel's local rule asks for one: sealed, and cleared soon after check-out."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    image_sealed = models.BinaryField(null=True)
    taken_at = models.DateTimeField()
    taken_by = models.BigIntegerField(null=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(image_sealed=None, cleared_at__isnull=False)
                | Q(image_sealed__isnull=False, cleared_at=None),
                name="document_image_is_there_until_cleared",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(cleared_at=None), name="document_image_kept")]

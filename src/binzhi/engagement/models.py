"""Messages to guests: the hotel's words, what waits to go out, what became of each try. Changed by services only."""

from __future__ import annotations

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from binzhi.engagement.enums import Kind, Outcome, Route, Security, State, Way
from binzhi.guests.models import Guest
from binzhi.people.models import User
from binzhi.property.models import Hotel
from binzhi.reservations.models import Reservation, RoomReservation, WaitlistEntry


class Messaging(models.Model):
    """How a hotel sends: mail server, gateway, quiet hours, what goes out by itself. Without a row nothing does."""

    hotel = models.OneToOneField(Hotel, on_delete=models.PROTECT, related_name="+")
    email_on = models.BooleanField(db_default=False)
    smtp_host = models.CharField(max_length=200, db_default="")
    smtp_port = models.IntegerField(db_default=465)
    smtp_security = models.CharField(max_length=10, choices=Security, default=Security.TLS)
    smtp_user = models.CharField(max_length=200, db_default="")
    smtp_password_sealed = models.BinaryField(null=True)
    from_address = models.CharField(max_length=200, db_default="")
    sms_on = models.BooleanField(db_default=False)
    sms_url = models.CharField(max_length=300, db_default="")
    sms_key_sealed = models.BinaryField(null=True)
    sms_signature = models.CharField(max_length=20, db_default="", help_text="in 【】 before every text")
    route = models.CharField(max_length=12, choices=Route, default=Route.EMAIL_FIRST)
    automatic = ArrayField(models.CharField(max_length=15, choices=Kind), db_default=[])
    quiet_from = models.TimeField(default=time(21))
    quiet_until = models.TimeField(default=time(8))
    reminder_days = models.SmallIntegerField(db_default=1)
    reminder_at = models.TimeField(default=time(10))
    version = models.IntegerField(db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(smtp_port__gte=1, smtp_port__lte=65535), name="messaging_port_is_a_port"
            ),
            models.CheckConstraint(
                condition=Q(reminder_days__gte=1, reminder_days__lte=30), name="messaging_reminder_days"
            ),
        ]


class Template(models.Model):
    """The hotel's own words for a kind, way and language; without a row the shipped ones stand."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=15, choices=Kind)
    way = models.CharField(max_length=5, choices=Way)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200, db_default="")
    body = models.CharField(max_length=4000)
    version = models.IntegerField(db_default=1)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "kind", "way", "language"], name="template_once"),
        ]


class Message(models.Model):
    """One message on its way. `source` names what set it off: the same never makes a second one on the same way.

    Address and text are sealed under the row's id. `serial` goes with every try (Message-ID, the gateway's serial), so
    that whoever receives it twice can tell. `due_at` is the next try; `claimed_until` the end of a sender's turn.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=15, choices=Kind)
    way = models.CharField(max_length=5, choices=Way)
    language = models.CharField(max_length=10)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(WaitlistEntry, on_delete=models.PROTECT, null=True, related_name="+")
    room_reservation = models.ForeignKey(
        RoomReservation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    source = models.CharField(max_length=100)
    serial = models.UUIDField(unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(
        max_length=40, db_default="", help_text="code: why withheld, cancelled, delayed, given up"
    )
    address_sealed = models.BinaryField(null=True)
    address_masked = models.CharField(max_length=200, db_default="")
    content_sealed = models.BinaryField(null=True)
    provider_ref = models.CharField(max_length=100, db_default="")
    attempts = models.SmallIntegerField(db_default=0)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "source", "way"], name="message_once_by_source"),
            models.CheckConstraint(
                condition=Q(state="sending", claimed_until__isnull=False)
                | (~Q(state="sending") & Q(claimed_until=None)),
                name="message_is_claimed_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("queued", "sending", "dead"), ended_at=None)
                | Q(state__in=("sent", "cancelled", "withheld"), ended_at__isnull=False),
                name="message_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(reservation__isnull=False, entry=None) | Q(reservation=None, entry__isnull=False),
                name="message_is_about_something",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="message_due"),
            models.Index(fields=["claimed_until"], condition=Q(state="sending"), name="message_claimed"),
            models.Index(fields=["hotel", "state", "-created_at"], name="message_log"),
        ]


class Attempt(models.Model):
    """One try to send a message and how it ended. Written once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tries")
    number = models.SmallIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    code = models.CharField(max_length=40, db_default="")

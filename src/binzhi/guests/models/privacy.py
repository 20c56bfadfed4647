"""Privacy: what a guest agreed to, who looked, how long data stays, what a guest asked for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from binzhi.guests.enums import ConsentAnswer, RightsKind, RightsState
from binzhi.guests.models.files import Guest
from binzhi.property.models import Hotel, HotelGroup


class ConsentText(models.Model):
    """The words a purpose is asked with, one row per version and language. Written once (`consents.publish_text`)."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=30)
    version = models.IntegerField()
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=2000)
    made_by = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "purpose", "version", "language"], name="consent_text_once")
        ]


class ConsentEntry(models.Model):
    """One answer of a guest to one purpose. Written once (`consents.note_consent`); the last one of a purpose holds."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=30)
    answer = models.CharField(max_length=10, choices=ConsentAnswer)
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    language = models.CharField(max_length=10, db_default="")
    channel = models.CharField(max_length=10)
    user_id = models.BigIntegerField(null=True)
    guardian_sealed = models.BinaryField(null=True)
    guardian_relation = models.CharField(max_length=30, db_default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["group", "purpose", "answer"], name="consent_by_purpose")]


class Lookup(models.Model):
    """Somebody opened a file, or found it by phone or document: once per person, file, kind and hour. Insert-only."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    user_id = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    hour = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "user_id", "hour", "guest", "kind"], name="lookup_once_an_hour")
        ]


class RetentionSetting(models.Model):
    """How many months a hotel keeps a class of data, where it differs from the house's rule."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    data_class = models.CharField(max_length=30)
    months = models.SmallIntegerField()
    set_by = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "data_class"], name="retention_once"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=1200), name="retention_months"),
        ]


class RetentionRun(models.Model):
    """What one night's clock cleared of one class: rows older than `before`. Insert-only."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    data_class = models.CharField(max_length=30)
    before = models.DateTimeField()
    cleared = models.IntegerField()
    held = models.IntegerField(db_default=0)
    at = models.DateTimeField()


class LegalHold(models.Model):
    """Nothing of this file may be deleted, whoever asks, until the day (or until it is lifted)."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    until = models.DateField(null=True)
    set_by = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()
    lifted_by = models.BigIntegerField(null=True)
    lifted_at = models.DateTimeField(null=True)


class RightsRequest(models.Model):
    """A guest asks for the data, for erasure or for an end of use. One person notes it, a second decides."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=RightsKind)
    state = models.CharField(max_length=10, choices=RightsState, default=RightsState.ASKED)
    channel = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    due_on = models.DateField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, db_default="")
    done_at = models.DateTimeField(null=True)
    waits_until = models.DateField(null=True, help_text="erasure: the day the law lets it happen")
    secret_hash = models.BinaryField(null=True, help_text="of the link that opens an export")
    link_ends_at = models.DateTimeField(null=True)
    fetched = models.SmallIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guest", "kind"], condition=Q(state__in=["asked", "waiting"]), name="rights_request_open_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(asked_by=None) | ~Q(decided_by=models.F("asked_by")),
                name="rights_request_two_people",
            ),
        ]
        indexes = [models.Index(fields=["group", "state", "due_on"], name="rights_request_by_state")]


class FileState(models.Model):
    """A file whose use has stopped (`restricted_at`), whose notes were cleared, or that is empty (`erased_at`)."""

    guest = models.OneToOneField(Guest, on_delete=models.PROTECT, primary_key=True, related_name="+")
    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+")
    restricted_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    profile_cleared_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

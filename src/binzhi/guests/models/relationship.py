"""The relationship with a guest or an organisation: how it stands, what binds it, when somebody calls."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from binzhi.guests.enums import AssessmentKind, ContactChannel, ContactOutcome, RelationshipLevel
from binzhi.guests.models.files import Guest, Organisation
from binzhi.property.models import Hotel, HotelGroup

_ONE_OF_BOTH = Q(guest__isnull=False, organisation=None) | Q(guest=None, organisation__isnull=False)


class Assessment(models.Model):
    """Ten answers of 1 to 5 (0: not known) by one person on one day. Insert-only: the history is the record."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=AssessmentKind)
    answers = ArrayField(models.SmallIntegerField(), size=10)
    user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()


class RelationshipCheck(models.Model):
    """Which signs of firmness were seen, what they suggest, and the level a person confirmed. Insert-only."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    signs = ArrayField(models.CharField(max_length=20))
    suggested = models.CharField(max_length=12, choices=RelationshipLevel)
    level = models.CharField(max_length=12, choices=RelationshipLevel)
    user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=_ONE_OF_BOTH, name="check_of_one_account")]


class SwitchingMeans(models.Model):
    """A means of binding (转移成本) in use for one account, from a day until it is ended."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    means = models.CharField(max_length=20)
    note = models.CharField(max_length=200, db_default="")
    since = models.DateField()
    set_by = models.BigIntegerField(null=True)
    ended_on = models.DateField(null=True)
    ended_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_ONE_OF_BOTH, name="means_of_one_account"),
            models.UniqueConstraint(
                fields=["guest", "means"], condition=Q(ended_on=None, guest__isnull=False), name="means_of_guest_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "means"], condition=Q(ended_on=None, organisation__isnull=False),
                name="means_of_organisation_once",
            ),
        ]  # fmt: skip


class PlannedContact(models.Model):
    """A visit or call that is planned (有计划拜访), and what came of it. `every_days`: done, it plans the next."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=10, choices=ContactChannel)
    purpose = models.CharField(max_length=200)
    due_on = models.DateField()
    owner_id = models.BigIntegerField(null=True, help_text="user who goes")
    every_days = models.SmallIntegerField(null=True)
    made_by = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=ContactOutcome, db_default="")
    result = models.CharField(max_length=1000, db_default="")
    spent = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.BigIntegerField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_ONE_OF_BOTH, name="contact_of_one_account"),
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="") | (Q(done_at__isnull=False) & ~Q(outcome="")),
                name="contact_done_with_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["hotel", "due_on"], condition=Q(done_at=None, cancelled_at=None), name="contact_due"
            )
        ]  # fmt: skip

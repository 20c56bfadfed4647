"""What is known of guests and organisations beyond the file's own columns, who belongs to whom, and warnings.

`binzhi.guests.profile` alone changes these rows.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from binzhi.guests.models.files import Guest, Organisation
from binzhi.property.models import Hotel, HotelGroup


class ProfileValue(models.Model):
    """One value of a field of the catalogue, as somebody noted it; the newest of a guest and key stands.

    Of a secret the text lies in `sealed`, and `value` holds its mask.
    """

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=14)
    value = models.CharField(max_length=1000, db_default="")
    sealed = models.BinaryField(null=True)
    noted_by = models.BigIntegerField(null=True)
    noted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["guest", "key", "-id"], name="profile_value_newest")]


class ProfileSwitch(models.Model):
    """A hotel wants a field that is off by default, or does not want one that is on."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=14)
    is_on = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "key"], name="profile_switch_once")]


class OrganisationValue(models.Model):
    """One value of an organisation's field, as somebody noted it; the newest stands."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=14)
    value = models.CharField(max_length=1000, db_default="")
    noted_by = models.BigIntegerField(null=True)
    noted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "key", "-id"], name="organisation_value_newest")]


class Contact(models.Model):
    """A person of the file whom one speaks to at an organisation, and as what."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=60)
    decides = models.BooleanField(db_default=False)
    noted_by = models.BigIntegerField(null=True)
    noted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Relation(models.Model):
    """`other` is the guest's wife, driver, secretary ...; read from the other side it is the inverse."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    decides = models.BooleanField(db_default=False, help_text="the other decides for the guest")
    note = models.CharField(max_length=200, db_default="")
    noted_by = models.BigIntegerField(null=True)
    noted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Warning(models.Model):
    """What staff must know before they serve this guest, or that he is not to be received (`blacklist`).

    A blacklist counts once a second person has agreed. `ends_on` is the first day it no longer counts.
    """

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_blacklist = models.BooleanField(db_default=False)
    severity = models.SmallIntegerField(help_text="1 to know, 2 to heed, 3 danger")
    text = models.CharField(max_length=200)
    ends_on = models.DateField(null=True)
    status = models.CharField(max_length=10)
    raised_by = models.BigIntegerField(null=True)
    raised_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["guest"], name="warning_of_guest"),
            models.Index(fields=["group"], condition=Q(status="proposed"), name="warning_waiting"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(severity__range=(1, 3)), name="warning_severity"),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "active", "refused", "ended"]), name="warning_status"
            ),
            # Nobody puts a guest on the list alone.
            models.CheckConstraint(
                condition=Q(is_blacklist=False)
                | Q(status__in=["proposed", "ended"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("raised_by"))),
                name="blacklist_by_two",
            ),
        ]

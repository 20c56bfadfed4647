"""Two files of one person: what was suggested, what was decided, what a merge moved and wrote."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from binzhi.guests.enums import PairState
from binzhi.guests.models.files import Guest
from binzhi.property.models import HotelGroup


class DuplicatePair(models.Model):
    """Two files that may be one person's, the lower id first. What somebody decided is remembered for ever.

    `weight` is the evidence in bits, `reasons` names what was compared and how it came out, without the values.
    """

    State = PairState

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    first = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    weight = models.FloatField()
    reasons = models.JSONField()
    state = models.CharField(max_length=10, choices=PairState, db_default=PairState.OPEN)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["group", "-weight", "id"], condition=Q(state="open"), name="pair_open"),
        ]


class Merge(models.Model):
    """`merged` was found to be the person of `survivor` and forwards there, until it is undone."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    survivor = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    stays = models.IntegerField(help_text="stays of the merged file, counted with those of the survivor since")
    undone_by = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at=None), name="merged_once"),
            models.CheckConstraint(condition=~Q(survivor=F("merged")), name="merge_of_two"),
        ]


class MergedRow(models.Model):
    """A row of some table that named the merged file. `moved` false: the survivor had its like, so it stayed."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="rows")
    table_name = models.CharField(max_length=63)
    column_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    moved = models.BooleanField()


class MergedField(models.Model):
    """What a merge wrote into the survivor: the columns as they were before and after, values as JSON text.

    The sealed phone is apart, so that a new data key reaches it; it stays bound to the survivor's file.
    """

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="fields")
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=30)
    before = models.JSONField()
    after = models.JSONField()
    before_sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merge", "field"], name="merged_field_once")]

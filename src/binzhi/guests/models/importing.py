"""Guest files that came as a table: the file as it was sent, how its columns were read, what became of each row."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from binzhi.guests.enums import ImportState, RowOutcome
from binzhi.property.models import Hotel, HotelGroup


class Import(models.Model):
    """One file. `read_rows` and `next_row` say how far the worker is: a killed run goes on from there.

    `problem` is the code of what stopped it. `profile` names the headings, so that the next file is read alike.
    """

    State = ImportState

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+")
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=ImportState, db_default=ImportState.SENT)
    problem = models.CharField(max_length=40, db_default="")
    header = models.JSONField(default=list)
    header_row = models.IntegerField(db_default=0)
    mapping = models.JSONField(default=list)
    profile = models.CharField(max_length=64, db_default="")
    rows = models.IntegerField(db_default=0)
    next_row = models.IntegerField(db_default=0)
    made = models.IntegerField(db_default=0)
    known = models.IntegerField(db_default=0)
    refused = models.IntegerField(db_default=0)
    cells_wrong = models.IntegerField(db_default=0)
    suspected = models.IntegerField(db_default=0)
    undone = models.IntegerField(db_default=0)
    kept = models.IntegerField(db_default=0)
    user_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True, help_text="when the file itself was thrown away")


class ImportPart(models.Model):
    """A piece of the file (`kind` raw) or of its rows as read (rows: from row `first` on), sealed."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="parts", db_index=False)
    kind = models.CharField(max_length=4)
    first = models.BigIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "kind", "first"], name="import_part_once")]


class ImportRow(models.Model):
    """What became of a row. `issues`: [column, code] of each cell that could not be taken, never the value.

    `guest_id` is a number, not a reference: the file of an import that was undone is gone.
    """

    Outcome = RowOutcome

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="results", db_index=False)
    line = models.IntegerField()
    outcome = models.CharField(max_length=8, choices=RowOutcome)
    guest_id = models.BigIntegerField(null=True)
    issues = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="import_row_once")]


class ImportProfile(models.Model):
    """How a hotel group reads files with these headings."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    headings = models.CharField(max_length=64)
    mapping = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "headings"], name="import_profile_once")]

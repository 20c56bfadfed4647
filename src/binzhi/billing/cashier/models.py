"""Drawers, the shifts at them, and what was counted when a shift ended."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from binzhi.property.models import Hotel


def _hotel() -> models.ForeignKey[Hotel, Hotel]:
    return models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)


class Till(models.Model):
    """A drawer at the counter; one cashier has it at a time."""

    hotel = _hotel()
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=40)
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "code"], name="till_code")]


class CashierSetting(models.Model):
    """Whether money is taken only while the one who takes it has a shift open. Without a row: no."""

    hotel = models.OneToOneField(Hotel, on_delete=models.PROTECT, related_name="+", primary_key=True)
    must_be_open = models.BooleanField(db_default=False)


class CashierShift(models.Model):
    """One cashier at one drawer, from float to count. Once closed it stays as closed."""

    hotel = _hotel()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+", db_index=False)
    user_id = models.BigIntegerField()
    business_date = models.DateField()
    opening_float = models.DecimalField(max_digits=12, decimal_places=2)
    opened_at = models.DateTimeField()
    taken_over_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)
    left_in_drawer = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    note = models.CharField(max_length=120, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["till"], condition=Q(closed_at=None), name="one_shift_per_till"),
            models.UniqueConstraint(fields=["hotel", "user_id"], condition=Q(closed_at=None), name="one_shift_each"),
            models.CheckConstraint(condition=Q(opening_float__gte=0), name="float_not_negative"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, left_in_drawer=None)
                | Q(closed_at__isnull=False, left_in_drawer__gte=0),
                name="shift_closed_with_a_count",
            ),
        ]
        indexes = [models.Index(fields=["hotel", "-id"], name="shift_latest")]


class ShiftCount(models.Model):
    """What was counted of one means, beside what the books had; foreign cash in its own money. Insert-only."""

    hotel = _hotel()
    shift = models.ForeignKey(CashierShift, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=40)
    expected = models.DecimalField(max_digits=14, decimal_places=2)
    counted = models.DecimalField(max_digits=14, decimal_places=2)
    difference = models.DecimalField(max_digits=14, decimal_places=2)
    transaction_id = models.BigIntegerField(null=True, help_text="the difference, in the books")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shift", "code"], name="counted_once"),
            models.CheckConstraint(condition=Q(counted__gte=0), name="count_not_negative"),
            models.CheckConstraint(
                condition=Q(difference=F("counted") - F("expected")), name="count_difference_adds_up"
            ),
        ]


class ShiftPiece(models.Model):
    """How many notes or coins of one value were in the drawer. Insert-only."""

    hotel = _hotel()
    shift = models.ForeignKey(CashierShift, on_delete=models.PROTECT, related_name="+", db_index=False)
    face = models.DecimalField(max_digits=8, decimal_places=2)
    pieces = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shift", "face"], name="piece_counted_once"),
            models.CheckConstraint(condition=Q(face__gt=0, pieces__gt=0), name="pieces_of_something"),
        ]

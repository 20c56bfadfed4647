"""Key cards as they were made, for whom and by whom, and the lock system that makes them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from binzhi.property.models import Hotel, Room
from binzhi.reservations.models import RoomReservation


class LockSystem(models.Model):
    """The lock system of a hotel; its key is sealed. Without an address cards are made at its own station."""

    hotel = models.OneToOneField(Hotel, on_delete=models.PROTECT, related_name="+", primary_key=True)
    url = models.CharField(max_length=200, db_default="")
    key = models.BinaryField(null=True)
    most_cards = models.SmallIntegerField(db_default=4, help_text="cards of one stay that open its door")
    grace_minutes = models.SmallIntegerField(db_default=30, help_text="so long after check-out time they open it")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(most_cards__gte=1, most_cards__lte=20, grace_minutes__gte=0, grace_minutes__lte=720),
                name="lock_system_range",
            )
        ]


class KeyCard(models.Model):
    """A card: asked for, made, made void; never removed. `serial` is the key by which the lock system makes it once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    room_reservation = models.ForeignKey(RoomReservation, on_delete=models.PROTECT, related_name="+", db_index=False)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+", db_index=False)
    serial = models.CharField(max_length=32)
    is_copy = models.BooleanField(help_text="those made before go on opening the door")
    state = models.CharField(max_length=10, db_default="asked", help_text="asked, made, failed, voiding, void")
    by_hand = models.BooleanField(db_default=False)
    card_no = models.CharField(max_length=32, db_default="")
    valid_until = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    void_reason = models.CharField(
        max_length=10, db_default="", help_text="left, moved, reverted, lost, back, wrong, unmade"
    )
    voided_by = models.BigIntegerField(null=True)
    void_asked_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=120, db_default="")
    attempts = models.SmallIntegerField(db_default=0)
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "serial"], name="key_card_serial"),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "failed"], void_reason="")
                | Q(state="made", void_reason="", made_at__isnull=False)
                | Q(state__in=["voiding", "void"], void_asked_at__isnull=False) & ~Q(void_reason=""),
                name="key_card_state",
            ),
            models.CheckConstraint(condition=~Q(state="void") | Q(voided_at__isnull=False), name="key_card_voided"),
        ]
        indexes = [
            models.Index(fields=["room_reservation"], name="key_card_of_stay"),
            models.Index(fields=["hotel", "-id"], name="key_card_of_hotel"),
            models.Index(fields=["room", "-id"], name="key_card_of_room"),
            models.Index(fields=["next_at"], condition=Q(state__in=["asked", "voiding"]), name="key_card_due"),
        ]

"""What the house learns about a guest: what was seen, what it means, what was made of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from binzhi.guests.learning import Basis, EvidenceKind, Outcome, Scope, State
from binzhi.guests.models.files import Guest
from binzhi.property.models import Hotel, HotelGroup


class ObservationChip(models.Model):
    """Something that is often seen, to be noted with one press; a hotel's own words.

    `meanings`: what it says of the guest, a list of {wish, value, never}. `once`: it is of this stay only.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=40)
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=80, db_default="")
    places = ArrayField(models.CharField(max_length=20), default=list)
    moments = ArrayField(models.CharField(max_length=20), default=list)
    meanings = models.JSONField(default=list)
    once = models.BooleanField(db_default=False)
    position = models.SmallIntegerField(db_default=0)
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "code"], name="observation_chip_code")]


class LearningRule(models.Model):
    """How much a hotel wants to have seen before it takes something for a habit."""

    hotel = models.OneToOneField(Hotel, on_delete=models.PROTECT, related_name="+", primary_key=True)
    sightings = models.SmallIntegerField(db_default=3)
    stays = models.SmallIntegerField(db_default=2)
    people = models.SmallIntegerField(db_default=2)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sightings__range=(1, 20), stays__range=(1, 10), people__range=(1, 10)),
                name="learning_rule_sane",
            )
        ]


class ObservationPicture(models.Model):
    """A picture taken with an observation, sealed; empty when it was erased."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    sealed = models.BinaryField(null=True)
    width = models.SmallIntegerField()
    height = models.SmallIntegerField()
    made_at = models.DateTimeField()


class Observation(models.Model):
    """What somebody of the house saw or was told. Written once: it can only be taken back, cleared, or follow its
    guest into another file.

    `stay_id` is the room reservation, which a context above owns. `once`: it holds for that stay only and is cleared
    when that is over.
    """

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+", db_index=False)
    stay_id = models.BigIntegerField(null=True)
    room = models.CharField(max_length=10, db_default="")
    place = models.CharField(max_length=20, db_default="")
    moment = models.CharField(max_length=20, db_default="")
    kind = models.CharField(max_length=12, db_default="")
    chips = ArrayField(models.CharField(max_length=40), default=list)
    text = models.CharField(max_length=300, db_default="")
    basis = models.CharField(max_length=8, choices=Basis)
    once = models.BooleanField(db_default=False)
    picture = models.ForeignKey(ObservationPicture, on_delete=models.PROTECT, null=True, related_name="+")
    user_id = models.BigIntegerField(null=True)
    staff_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["guest", "-at"], name="observation_of_guest"),
            models.Index(fields=["hotel", "stay_id"], condition=Q(stay_id__isnull=False), name="observation_of_stay"),
        ]


class Preference(models.Model):
    """What a guest likes, or does not want again. Its services hold the guest's row while they change one.

    `wish` is a code of the catalogue, or `own` with `text`. `scope` stay: for the stay `stay_id` alone; a habit keeps
    there the stay it was first seen in. `at_once`: acted upon in that stay before anybody confirmed it.
    """

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    stay_id = models.BigIntegerField(null=True)
    wish = models.SlugField(max_length=40, db_index=False)
    kind = models.CharField(max_length=12)
    department = models.SlugField(max_length=30, db_index=False)
    value = models.CharField(max_length=40, db_default="")
    text = models.CharField(max_length=120, db_default="")
    never = models.BooleanField(db_default=False)
    scope = models.CharField(max_length=5, choices=Scope, db_default=Scope.HABIT)
    state = models.CharField(max_length=10, choices=State, db_default=State.SUGGESTED)
    at_once = models.BooleanField(db_default=False)
    confidence = models.SmallIntegerField(db_default=0)
    source = models.CharField(max_length=8, choices=Basis)
    created_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, db_default="")
    expires_on = models.DateField(null=True)
    version = models.IntegerField(db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(confidence__range=(0, 100)), name="preference_confidence"),
            models.CheckConstraint(
                condition=Q(scope=Scope.HABIT) | Q(scope=Scope.STAY, stay_id__isnull=False), name="preference_of_stay"
            ),
            models.CheckConstraint(
                condition=Q(state=State.ENDED, ended_at__isnull=False)
                | (~Q(state=State.ENDED) & Q(ended_at__isnull=True)),
                name="preference_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["guest", "wish"], name="preference_of_guest"),
            models.Index(
                fields=["hotel", "last_seen_at"], condition=Q(state=State.SUGGESTED), name="preference_to_confirm"
            ),
            models.Index(
                fields=["stay_id"], condition=Q(scope=Scope.STAY) & ~Q(state=State.ENDED), name="preference_passing"
            ),
            models.Index(
                fields=["expires_on"], condition=Q(state=State.CONFIRMED, expires_on__isnull=False),
                name="preference_expiring",
            ),
        ]  # fmt: skip


class PreferenceEvidence(models.Model):
    """Why the house believes it, or no longer does. Insert-only."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    preference = models.ForeignKey(Preference, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=EvidenceKind)
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, null=True, related_name="+")
    stay_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    staff_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()


class PreferenceUse(models.Model):
    """A task that followed from a preference was done; `outcome`: whether it pleased, once somebody asked."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    preference = models.ForeignKey(Preference, on_delete=models.PROTECT, related_name="+", db_index=False)
    stay_id = models.BigIntegerField()
    task_id = models.BigIntegerField()
    staff_id = models.BigIntegerField(null=True)
    done_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, db_default="")
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["preference", "task_id"], name="preference_used_once"),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at=None) | (~Q(outcome="") & Q(answered_at__isnull=False)),
                name="preference_use_answered",
            ),
        ]
        indexes = [models.Index(fields=["hotel", "stay_id"], name="preference_use_of_stay")]

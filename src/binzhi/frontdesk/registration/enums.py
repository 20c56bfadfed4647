"""Words of registration."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RoomRelation(models.TextChoices):
    """What a guest under 18 is to the people in the room (五必须, 3)."""

    PARENT = "parent", pgettext_lazy("in the room", "A parent is in the room")
    GUARDIAN = "guardian", pgettext_lazy("in the room", "The guardian is in the room")
    RELATIVE = "relative", pgettext_lazy("in the room", "Another relative is in the room")
    TEACHER = "teacher", pgettext_lazy("in the room", "A teacher or trainer leads the group")
    FRIEND = "friend", pgettext_lazy("in the room", "With friends of the same age")
    UNRELATED = "unrelated", pgettext_lazy("in the room", "With an adult who is no relative")
    ALONE = "alone", pgettext_lazy("in the room", "Alone")


# Nobody answers for the child in the room: looked after at once, and until it is known to be well.
UNGUARDED = (RoomRelation.FRIEND, RoomRelation.UNRELATED, RoomRelation.ALONE)


class IdentityBy(models.TextChoices):
    """How it is known who a minor is that carries no document."""

    NONE = "", "—"
    HOUSEHOLD = "household", _("Household register")
    BIRTH = "birth", _("Birth certificate")
    POLICE = "police", _("Confirmed by the police")
    PARENT = "parent", _("Said by the parent in the room")


class VisaKind(models.TextChoices):
    NONE = "", "—"
    VISA = "visa", _("Visa")
    FREE = "free", _("Visa-free entry")
    TRANSIT = "transit", _("Transit without a visa")
    RESIDENCE = "residence", _("Residence permit")
    PERMANENT = "permanent", _("Permanent residence")


class AlarmReason(models.TextChoices):
    ALONE = "alone", _("Under 18 and alone")
    UNRELATED = "unrelated", _("Under 18 with an adult who is no relative")
    FRIEND = "friend", _("Under 18 with friends of the same age")
    NOT_REACHED = "not_reached", _("Under 18, the guardian was not reached")


class AlarmOutcome(models.TextChoices):
    OPEN = "", "—"
    REACHED = "reached", _("Guardian reached, all is well")
    COLLECTED = "collected", _("Guardian came")
    REPORTED = "reported", _("Reported to the police")
    LEFT = "left", _("Has left the house")
    UNDONE = "undone", _("The check-in was taken back")


BY_HAND = (AlarmOutcome.REACHED, AlarmOutcome.COLLECTED, AlarmOutcome.REPORTED)

"""Words of what the house learns: kinds, places, moments, bases, states."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What an observation is about; the first question on the phone."""

    SLEEP = "sleep", pgettext_lazy("observation", "Sleep")
    TEMPERATURE = "temperature", pgettext_lazy("observation", "Temperature")
    DRINK = "drink", pgettext_lazy("observation", "Drinks")
    FOOD = "food", pgettext_lazy("observation", "Food")
    TABOO = "taboo", pgettext_lazy("observation", "To avoid")
    COMPANY = "company", pgettext_lazy("observation", "Company")
    LIKING = "liking", pgettext_lazy("observation", "Likings")
    RHYTHM = "rhythm", pgettext_lazy("observation", "Rhythm")


class Place(models.TextChoices):
    ROOM = "room", pgettext_lazy("place", "Room")
    RESTAURANT = "restaurant", pgettext_lazy("place", "Restaurant")
    DESK = "desk", pgettext_lazy("place", "Front desk")
    LOBBY = "lobby", pgettext_lazy("place", "Lobby")
    RECREATION = "recreation", pgettext_lazy("place", "Recreation")
    TELEPHONE = "telephone", pgettext_lazy("place", "Telephone")
    CAR = "car", pgettext_lazy("place", "Car")


class Moment(models.TextChoices):
    ARRIVAL = "arrival", pgettext_lazy("moment", "Arrival")
    CLEANING = "cleaning", pgettext_lazy("moment", "Cleaning")
    TURNDOWN = "turndown", pgettext_lazy("moment", "Turndown")
    MEAL = "meal", pgettext_lazy("moment", "Meal")
    REQUEST = "request", pgettext_lazy("moment", "Request")
    DEPARTURE = "departure", pgettext_lazy("moment", "Departure")


class Basis(models.TextChoices):
    """How one knows."""

    SEEN = "seen", _("Seen with own eyes")
    SAID = "said", _("The guest said so")
    INFERRED = "inferred", _("Supposed")


class Scope(models.TextChoices):
    HABIT = "habit", _("Every stay")
    STAY = "stay", _("This stay only")


class State(models.TextChoices):
    SUGGESTED = "suggested", _("To be confirmed")
    CONFIRMED = "confirmed", pgettext_lazy("preference", "Confirmed")
    REFUSED = "refused", pgettext_lazy("preference", "Not so")
    ENDED = "ended", pgettext_lazy("preference", "Ended")


class EvidenceKind(models.TextChoices):
    SEEN = "seen", pgettext_lazy("evidence", "seen")
    SAID = "said", pgettext_lazy("evidence", "said by the guest")
    INFERRED = "inferred", pgettext_lazy("evidence", "supposed")
    CONFIRMED = "confirmed", pgettext_lazy("evidence", "confirmed by a supervisor")
    DENIED = "denied", pgettext_lazy("evidence", "denied by the guest")
    PLEASED = "pleased", pgettext_lazy("evidence", "it pleased")
    UNNOTICED = "unnoticed", pgettext_lazy("evidence", "not noticed")
    UNWANTED = "unwanted", pgettext_lazy("evidence", "not wanted again")
    TAKEN_BACK = "taken_back", pgettext_lazy("evidence", "taken back")


class Outcome(models.TextChoices):
    """What the guest made of what was prepared."""

    PLEASED = "pleased", pgettext_lazy("outcome", "Pleased")
    UNNOTICED = "unnoticed", pgettext_lazy("outcome", "Did not notice")
    UNWANTED = "unwanted", pgettext_lazy("outcome", "Not again")

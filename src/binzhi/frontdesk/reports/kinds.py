"""The reports of the night audit's pack, in the order in which they are read."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """Each is a snapshot of its own; the trial balance is kept as lines (`TrialLine`)."""

    MANAGER = "manager", _("Daily report")
    TRIAL = "trial", _("Trial balance")
    ROOMS = "rooms", _("Room charges")
    BALANCES = "balances", _("High balances")
    NO_SHOWS = "no_shows", _("No-shows of the day")
    VARIANCE = "variance", _("Rate variance")
    FREE = "free", _("Free and house-use rooms")

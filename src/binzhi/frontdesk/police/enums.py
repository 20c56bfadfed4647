"""Words of the police reports."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class ReportKind(models.TextChoices):
    IN = "in", pgettext_lazy("police report", "Arrival")
    MOVE = "move", pgettext_lazy("police report", "Room change")
    OUT = "out", pgettext_lazy("police report", "Departure")
    VOID = "void", pgettext_lazy("police report", "Arrival taken back")
    FIX = "fix", pgettext_lazy("police report", "Correction")


class ReportState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("police report", "Waiting")
    SENDING = "sending", pgettext_lazy("police report", "Being sent")
    INCOMPLETE = "incomplete", pgettext_lazy("police report", "Something is missing")
    REFUSED = "refused", pgettext_lazy("police report", "Sent back")
    RECEIVED = "received", pgettext_lazy("police report", "Received")
    WITHDRAWN = "withdrawn", pgettext_lazy("police report", "Not needed any more")


# A report is owed to the police in these.
OWED = (ReportState.WAITING, ReportState.SENDING, ReportState.INCOMPLETE, ReportState.REFUSED)


class TryOutcome(models.TextChoices):
    """How one try ended. Unknown: the sender died between sending and noting it."""

    RECEIVED = "received", pgettext_lazy("police report", "received")
    TEMPORARY = "temporary", pgettext_lazy("police report", "not now")
    REFUSED = "refused", pgettext_lazy("police report", "sent back")
    INCOMPLETE = "incomplete", pgettext_lazy("police report", "not sent, something is missing")
    UNKNOWN = "unknown", pgettext_lazy("police report", "unknown")
    BY_HAND = "by_hand", pgettext_lazy("police report", "noted by hand")

"""Kinds of messages, ways they take, states they are in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    CONFIRMATION = "confirmation", _("Confirmation of the reservation")
    REMINDER = "reminder", _("Reminder before arrival")
    ARRANGEMENT = "arrangement", _("Room arrangement notice")
    THANKS = "thanks", _("Thanks after the stay")
    WAITLIST = "waitlist", _("Offer to who waited")
    NOTE = "note", _("A message by hand")


class Way(models.TextChoices):
    EMAIL = "email", pgettext_lazy("message", "E-mail")
    SMS = "sms", pgettext_lazy("message", "Text message")


class Route(models.TextChoices):
    """Which way a message takes that goes out by itself."""

    EMAIL_FIRST = "email_first", _("by e-mail, without an address by text message")
    SMS_FIRST = "sms_first", _("by text message, without a number by e-mail")
    BOTH = "both", _("both ways")


class State(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("message", "Waiting")
    SENDING = "sending", pgettext_lazy("message", "Being sent")
    SENT = "sent", pgettext_lazy("message", "Sent")
    DEAD = "dead", pgettext_lazy("message", "Given up")
    CANCELLED = "cancelled", pgettext_lazy("message", "Cancelled")
    WITHHELD = "withheld", pgettext_lazy("message", "Not sent")


class Outcome(models.TextChoices):
    """How one try ended. Unknown: the sender died between sending and noting it."""

    SENT = "sent", pgettext_lazy("try", "taken")
    TEMPORARY = "temporary", pgettext_lazy("try", "not now")
    PERMANENT = "permanent", pgettext_lazy("try", "refused")
    UNKNOWN = "unknown", pgettext_lazy("try", "unknown")


class Security(models.TextChoices):
    """How the connection to the mail server is guarded."""

    TLS = "tls", _("TLS from the beginning")
    STARTTLS = "starttls", _("STARTTLS")
    NONE = "none", _("none (only on this machine)")


LANGUAGES = (("zh-hans", "中文"), ("en", "English"))
LANGUAGE_CODES = tuple(code for code, _name in LANGUAGES)
# What goes out by itself; a note is always somebody's own.
AUTOMATIC = (Kind.CONFIRMATION, Kind.REMINDER, Kind.ARRANGEMENT, Kind.THANKS, Kind.WAITLIST)
OPEN = (State.QUEUED, State.SENDING)

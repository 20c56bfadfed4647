"""Words of reservations."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """State of one room of a reservation. Due in and due out are derived from the business date, never stored."""

    RESERVED = "reserved", _("Reserved")
    IN_HOUSE = "in_house", _("In house")
    CHECKED_OUT = "checked_out", _("Checked out")
    CANCELLED = "cancelled", _("Cancelled")
    NO_SHOW = "no_show", _("No-show")


class Guarantee(models.TextChoices):
    """What stands behind a reservation; without any it is held until the hotel's hold time."""

    NONE = "none", _("Not guaranteed, held until the hold time")
    DEPOSIT = "deposit", _("Deposit")
    CARD = "card", _("Card")
    COMPANY = "company", _("Company")


class PlanKind(models.TextChoices):
    BASE = "base", _("Base")
    DERIVED = "derived", _("Derived")
    NEGOTIATED = "negotiated", _("Negotiated")
    MEMBER = "member", _("For members")
    PROMOTION = "promotion", _("With a promotion code")


class FeeKind(models.TextChoices):
    """How a cancellation or no-show fee is counted."""

    NONE = "none", _("No fee")
    FIRST_NIGHT = "first_night", _("First night")
    NIGHTS = "nights", _("So many nights")
    FIXED = "fixed", _("A fixed amount")
    PERCENT = "percent", _("Per cent of the stay")
    ALL = "all", _("The whole stay")


class CodeKind(models.TextChoices):
    MARKET = "market", _("Market")
    SOURCE = "source", _("Source")
    CHANNEL = "channel", _("Channel")
    SPECIAL = "special", _("Special request")
    CANCEL_REASON = "cancel_reason", _("Reason of cancellation")


# Groups.
class BlockStatus(models.TextChoices):
    """Where a group stands. Only a definite one takes rooms out of what is for sale."""

    INQUIRY = "inquiry", _("Inquiry")
    TENTATIVE = "tentative", _("Tentative")
    DEFINITE = "definite", _("Definite")
    LOST = "lost", _("Lost")
    REFUSED = "refused", pgettext_lazy("group", "Refused")
    CANCELLED = "cancelled", _("Cancelled")


class WaitStatus(models.TextChoices):
    """Where somebody on the waitlist stands."""

    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", pgettext_lazy("waitlist", "Offered")
    BOOKED = "booked", _("Booked")
    LAPSED = "lapsed", _("Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class DenialReason(models.TextChoices):
    """Why a stay that was asked for was not sold."""

    SOLD_OUT = "sold_out", _("Sold out")
    PRICE = "price", _("Too dear")
    CLOSED = "closed", _("Closed or restricted")
    TYPE = "type", _("Not the room wanted")
    OTHER = "other", _("Other reason")


# Packages, more people, commissions.
class PartPer(models.TextChoices):
    """For whom a part of a package is."""

    ROOM = "room", _("Per room")
    PERSON = "person", _("Per person")


class PartWhen(models.TextChoices):
    """When a part of a package is posted."""

    NIGHT = "night", _("Every night")
    ARRIVAL = "arrival", _("Once, on arrival")


class BandKind(models.TextChoices):
    """How a child of an age sleeps and pays."""

    FREE = "free", _("Free, no bed of its own")
    SHARE = "share", _("Shares the bed")
    BED = "bed", _("Has a bed of its own")


class CommissionState(models.TextChoices):
    PAID = "paid", pgettext_lazy("commission", "Paid")
    WAIVED = "waived", pgettext_lazy("commission", "Waived")

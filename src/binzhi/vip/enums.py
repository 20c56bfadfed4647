"""The words of the reception of honoured guests."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VisitStatus(models.TextChoices):
    """Without a level until it is approved; from then on the protocol runs."""

    PROPOSED = "proposed", pgettext_lazy("visit", "Proposed")
    ASKED = "asked", pgettext_lazy("visit", "Level asked for")
    APPROVED = "approved", pgettext_lazy("visit", "Approved")
    NOTICED = "noticed", pgettext_lazy("visit", "Notice issued")
    IN_HOUSE = "in_house", pgettext_lazy("visit", "In house")
    GONE = "gone", pgettext_lazy("visit", "Departed")
    CANCELLED = "cancelled", pgettext_lazy("visit", "Cancelled")


class Route(models.TextChoices):
    """The three ways to a level; there is no other."""

    GM = "gm", _("Decided by the general manager")
    OWNER = "owner", _("Guest of the owner: the GM's office asks")
    KEY_ACCOUNT = "key_account", _("Key account: sales and marketing asks")


class AmenityKind(models.TextChoices):
    FRUIT = "fruit", _("Fruit")
    FLOWERS = "flowers", _("Flowers")
    BANNER = "banner", _("Banner")
    BOARD = "board", _("Welcome board")
    GM = "gm", _("General manager's welcome")


class NoticeKind(models.TextChoices):
    RECEPTION = "reception", _("Reception notice")
    DEPARTURE = "departure", _("Notice of arrival and departure")


class PurchaseKind(models.TextChoices):
    FLOWERS = "flowers", _("Flowers")
    FRUIT = "fruit", _("Fruit")
    BANNER = "banner", _("Banner")
    BOARD = "board", _("Welcome board")
    OTHER = "other", pgettext_lazy("purchase", "Other")


class PurchaseState(models.TextChoices):
    ORDERED = "ordered", pgettext_lazy("purchase", "Ordered")
    DELIVERED = "delivered", pgettext_lazy("purchase", "Delivered")
    RECEIVED = "received", pgettext_lazy("purchase", "Received")


class CardFor(models.TextChoices):
    LEADER = "leader", _("For the leader who escorts the guest")
    ROOM = "room", _("In the room")


class Happening(models.TextChoices):
    """What is noted while the guest is here."""

    ARRIVED = "arrived", pgettext_lazy("happening", "Arrived")
    FIRST_ENTRY = "first_entry", pgettext_lazy("happening", "First entry")
    MOVING = "moving", pgettext_lazy("happening", "About to move on")
    LEISURE = "leisure", pgettext_lazy("happening", "Leisure")
    LEFT_ROOM = "left_room", pgettext_lazy("happening", "Left the room")
    LEFT_UNPLANNED = "left_unplanned", pgettext_lazy("happening", "Left the room unplanned")
    BACK = "back", pgettext_lazy("happening", "Back in the room")
    VISITOR = "visitor", pgettext_lazy("happening", "Visitor")
    CHECK_OUT = "check_out", pgettext_lazy("happening", "Check-out")
    DEPARTED = "departed", pgettext_lazy("happening", "Left the hotel")
    WISH = "wish", pgettext_lazy("happening", "Wish served before it was asked about")
    FEEDBACK = "feedback", pgettext_lazy("happening", "What the guest said")
    GM_AWAY = "gm_away", pgettext_lazy("happening", "General manager away")
    SEAL_BROKEN = "seal_broken", pgettext_lazy("happening", "Seal broken")

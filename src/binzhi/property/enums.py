"""Words of the house: what a room can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Housekeeping(models.TextChoices):
    """Condition of a room as housekeeping sees it; occupancy is another axis, derived from stays."""

    DIRTY = "dirty", pgettext_lazy("room condition", "Dirty")
    CLEAN = "clean", pgettext_lazy("room condition", "Clean")
    INSPECTED = "inspected", pgettext_lazy("room condition", "Inspected")


class Maintenance(models.TextChoices):
    """Whether a room can be sold: out of order leaves the inventory, out of service only flags the room."""

    IN_SERVICE = "in_service", _("In service")
    OUT_OF_ORDER = "out_of_order", _("Out of order")
    OUT_OF_SERVICE = "out_of_service", _("Out of service")


class BedType(models.TextChoices):
    KING = "king", _("King bed")
    QUEEN = "queen", _("Queen bed")
    TWIN = "twin", _("Twin beds")
    FAMILY = "family", _("King bed and child bed")


class Orientation(models.TextChoices):
    NONE = "", _("Not stated")
    SOUTH = "south", _("South")
    NORTH = "north", _("North")
    EAST = "east", _("East")
    WEST = "west", _("West")

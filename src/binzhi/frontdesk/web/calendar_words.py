"""What the grid of the calendar says, in the language of the screen."""

from __future__ import annotations

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def words() -> str:
    """Words by their name in frontend/src/calendar; `{name}` is filled in there."""
    return orjson.dumps({
        "rooms": _("Room / date"), "house": _("Whole house"), "full": pgettext("share", "occupied"),
        "waiting": _("Without a room"), "drop": _("drag to a room"), "none": pgettext("type", "full"),
        "short": pgettext("rooms short", "{n} over"), "today": _("Today"),
        "inspected": pgettext("room condition, short", "insp."), "clean": pgettext("room condition, short", "clean"),
        "dirty": pgettext("room condition, short", "dirty"), "sealed": pgettext("room condition, short", "sealed"),
        "out_of_order": pgettext("room condition, short", "repair"),
        "out_of_service": pgettext("room condition, short", "stopped"),
        "ih": _("In house"), "du": _("Due out"), "lt": pgettext("room mark", "Overdue"),
        "la": pgettext("arrival", "Overdue"), "ar": pgettext("room mark", "Due in"), "rs": _("Reserved"),
        "tn": _("Not confirmed"),
        "co": pgettext("stay", "Checked out"), "oo": _("Out of order"), "move": _("moves today"),
        "on": pgettext("stay", "Stays on"),
        "bar": _("{name}, room {room}, {first} to {last}, {state}"), "noroom": _("no room yet"),
        "help": _(
            "Arrows: next stay. Alt and arrows: another room or other dates. Shift and left or right: longer or"
            " shorter. S: split here. Enter: drop or open. Escape: put back."
        ),
        "lifted": _("{name}: room {room}, {first} to {last}. Enter drops, Escape puts back."),
        "put_back": _("Put back"),
        "offline": pgettext("calendar", "No connection. Nothing was lost; please try again."),
    }).decode()  # fmt: skip

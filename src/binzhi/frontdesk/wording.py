"""The desk's sentences: how late, how many nights, why a room was proposed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from binzhi.frontdesk.assignment import Proposal, Reason
from binzhi.frontdesk.assignment.obstacles import Obstacle
from binzhi.frontdesk.features import feature_label
from binzhi.kernel.ui.formats import day_text

AN_HOUR, A_DAY = 60, 24 * 60
REASONS = {
    "inspected": gettext_lazy("inspected"),
    "clean": gettext_lazy("clean"),
    "dirty": gettext_lazy("still to be cleaned"),
    "occupied": gettext_lazy("guest leaves today"),
    "vip": gettext_lazy("better room for a VIP"),
    "long_stay": gettext_lazy("better room for a long stay"),
    "beside": gettext_lazy("next to the other room of this reservation"),
    "near": gettext_lazy("on the floor of the others of this reservation"),
    "last_room": gettext_lazy("the room of the last stay"),
    "stays_on": gettext_lazy("the guest is in it and stays on"),
    "locked": gettext_lazy("fixed by you"),
    "upgrade": gettext_lazy("better type: none of the booked one is left"),
}
GUARANTEES = {
    "none": pgettext_lazy("guarantee", "None"),
    "deposit": pgettext_lazy("guarantee", "Deposit"),
    "card": pgettext_lazy("guarantee", "Card"),
    "company": pgettext_lazy("guarantee", "Company"),
}
TIERS = {
    "silver": gettext_lazy("Silver"),
    "gold": gettext_lazy("Gold"),
    "platinum": gettext_lazy("Platinum"),
    "diamond": gettext_lazy("Diamond"),
}


def late_text(minutes: int) -> str:
    """`late 42 min`, `late 2 h 12 min`, `late 3 d`."""
    if minutes >= A_DAY:
        return _("late %(days)s d") % {"days": minutes // A_DAY}
    if minutes >= AN_HOUR:
        return _("late %(hours)s h %(minutes)s min") % {"hours": minutes // AN_HOUR, "minutes": minutes % AN_HOUR}
    return _("late %(minutes)s min") % {"minutes": minutes}


def nights_text(nights: int) -> str:
    if nights == 0:
        return _("day use")
    return ngettext("%(n)s night", "%(n)s nights", nights) % {"n": nights}


def reasons_text(proposal: Proposal) -> str:
    """Why a room was proposed, and what was asked for and is not there: `quiet, inspected; not: high floor`."""
    comma = pgettext("between reasons", ", ")
    told = [_reason(reason) for reason in proposal.reasons if reason.code != "lacks"]
    lacking = [feature_label(reason.subject) for reason in proposal.reasons if reason.code == "lacks"]
    if not lacking:
        return comma.join(told)
    unmet = _("not: %(wishes)s") % {"wishes": comma.join(lacking)}
    return pgettext("between sentences", "; ").join([comma.join(told), unmet])


def _reason(reason: Reason) -> str:
    return feature_label(reason.subject) if reason.code == "has" else str(REASONS[reason.code])


OBSTACLES = {
    "given": gettext_lazy("%(room)s has it and goes to %(other)s: swap the two"),
    "taken": gettext_lazy("%(room)s has it and is promised from %(day)s on: move that stay first"),
    "stays": gettext_lazy("%(room)s has it, its guest stays until %(day)s"),
    "out": gettext_lazy("%(room)s has it and is not in service"),
    "better": gettext_lazy("%(room)s of a better type has it and is free"),
    "none": gettext_lazy("no room of this type has it"),
    "full": gettext_lazy("no room of this type or better is left: another date, or walk"),
}
FREE = {
    "given": gettext_lazy("%(room)s goes to %(other)s"),
    "taken": gettext_lazy("%(room)s is promised from %(day)s on: move that stay first"),
    "stays": gettext_lazy("%(room)s: its guest stays until %(day)s"),
    "out": gettext_lazy("%(room)s is not in service: return it"),
    "better": gettext_lazy("%(room)s of a better type is free"),
}


def obstacle_text(obstacle: Obstacle, *, names: Mapping[int, str], reference: date) -> str:
    """`quiet: 1501 has it, its guest stays until 11-23`."""
    words = {
        "room": obstacle.room, "other": names.get(obstacle.other or 0, ""),
        "day": day_text(obstacle.day, reference=reference) if obstacle.day else "",
    }  # fmt: skip
    if not obstacle.wish:
        return str(FREE.get(obstacle.code, OBSTACLES[obstacle.code])) % words
    sentence = str(OBSTACLES[obstacle.code]) % words
    return pgettext("wish and what stands against it", "%(wish)s: %(why)s") % {
        "wish": feature_label(obstacle.wish), "why": sentence,
    }  # fmt: skip

"""The desk's sentences: how late, how many nights, why a room was proposed."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from binzhi.frontdesk.assignment import Proposal, Reason
from binzhi.frontdesk.features import feature_label

AN_HOUR, A_DAY = 60, 24 * 60
REASONS = {
    "inspected": gettext_lazy("inspected"),
    "clean": gettext_lazy("clean"),
    "dirty": gettext_lazy("still to be cleaned"),
    "occupied": gettext_lazy("guest leaves today"),
    "vip": gettext_lazy("better room for a VIP"),
    "long_stay": gettext_lazy("better room for a long stay"),
    "beside": gettext_lazy("next to the other room of this reservation"),
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


def reason_text(reason: Reason) -> str:
    """One reason of a proposal."""
    if reason.code == "has":
        return feature_label(reason.subject)
    if reason.code == "lacks":
        return _("not: %(wish)s") % {"wish": feature_label(reason.subject)}
    return str(REASONS[reason.code])


def reasons_text(proposal: Proposal) -> list[str]:
    return [reason_text(reason) for reason in proposal.reasons]

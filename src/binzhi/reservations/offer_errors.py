"""Refusals of extra beds, of commissions and of rooms sold by the hour."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import DomainError
from binzhi.reservations.errors import NoPrice


class NoExtraBed(NoPrice):
    """The rate has no extra bed, or not so many."""

    code = "no_extra_bed"
    field = "extra_beds"
    message = _("This rate has no extra bed, or not so many.")


class NoCommission(DomainError):
    """A stay for which no agency is owed anything: still under way, without an agency, or promised nothing."""

    code = "no_commission"
    field = "stays"
    message = _("For a stay among them no commission is owed.")


class CommissionSettled(DomainError):
    code = "commission_settled"
    field = "stays"
    message = _("The commission for %(number)s was settled already.")


class HoursNotForSale(DomainError):
    """The hotel, the room or this number of hours is not sold by the hour."""

    code = "hours_not_for_sale"
    field = "hours"
    message = _("This room is not sold for so many hours.")


class HoursOutsideTerms(DomainError):
    code = "hours_outside_terms"
    field = "hours"
    message = _("Rooms are sold by the hour from %(opens)s to %(closes)s.")


class HoursTaken(DomainError):
    """Somebody has the room in these hours, or it must be ready for tonight's guest by then."""

    code = "hours_taken"
    field = "room"
    message = _("Somebody has this room in these hours, or it must be ready for tonight by then.")


class HoursFixed(DomainError):
    """A day use keeps its day and its kind of room."""

    code = "hours_fixed"
    message = _("A day use keeps its day and its room type: end it and sell another.")


class RoomNotOfType(DomainError):
    code = "room_not_of_type"
    field = "room"
    message = _("This room is of another type.")

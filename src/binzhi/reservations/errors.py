"""Refusals of this context, one class each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import DomainError, InvalidInput


class RoomTypeSoldOut(DomainError):
    """No room of the type is left on a night; `night` names the first."""

    code = "sold_out"
    field = "room_type"
    message = _("No room of this type is left on %(night)s.")


class RoomTypeClosed(DomainError):
    """The sale of the type is stopped on a night."""

    code = "closed"
    field = "room_type"
    message = _("The sale of this room type is stopped on %(night)s.")


class NotOnSale(DomainError):
    """The nights of the stay are not (all) open for sale, or the type is not sold at all."""

    code = "not_on_sale"
    field = "departure"
    message = _("This room type is not on sale on %(night)s.")


class StayRefused(DomainError):
    """A rate plan cannot be booked for this stay; `code` is the reason that an offer shows too."""

    code = "not_bookable"
    status = 409
    field = "rate_plan"


class PlanClosed(StayRefused):
    code = "plan_closed"
    message = _("This rate is closed for a night of the stay.")


class ClosedToArrival(StayRefused):
    code = "closed_to_arrival"
    field = "arrival"
    message = _("This rate does not allow arrival on %(arrival)s.")


class ClosedToDeparture(StayRefused):
    code = "closed_to_departure"
    field = "departure"
    message = _("This rate does not allow departure on %(departure)s.")


class StayTooShort(StayRefused):
    code = "min_nights"
    field = "departure"
    message = _("This rate asks for at least %(nights)s nights.")


class StayTooLong(StayRefused):
    code = "max_nights"
    field = "departure"
    message = _("This rate is for at most %(nights)s nights.")


class BookedTooLate(StayRefused):
    code = "min_advance"
    field = "arrival"
    message = _("This rate must be booked at least %(days)s days before arrival.")


class BookedTooEarly(StayRefused):
    code = "max_advance"
    field = "arrival"
    message = _("This rate can be booked at most %(days)s days before arrival.")


class PlanNotValid(StayRefused):
    code = "not_valid"
    message = _("This rate is not valid for these dates.")


class PlanNotForGuest(StayRefused):
    code = "not_for_guest"
    message = _("This rate is for organisations with an agreement only.")


class NoPrice(StayRefused):
    code = "no_price"
    message = _("This rate has no price for a night of the stay.")


class TooManyGuests(StayRefused):
    code = "too_many_guests"
    status = 422
    field = "adults"
    message = _("This room type holds at most %(adults)s adults and %(guests)s guests.")


class PriceChanged(DomainError):
    """The total differs from what the caller expected; `total` is the price of now."""

    code = "price_changed"
    field = "expected_total"
    message = _("The price has changed: it is now %(total)s.")


class GuaranteeRequired(InvalidInput):
    code = "guarantee_required"
    field = "guarantee"
    message = _("This rate needs a guarantee.")


class ChannelOrderTaken(DomainError):
    """A channel's order was booked before; it is never booked twice."""

    code = "channel_order_taken"
    field = "channel_number"
    message = _("This channel order has been booked already.")


class NothingToCancel(DomainError):
    code = "nothing_to_cancel"
    message = _("No room of this reservation can be cancelled any more.")


class WrongStatus(DomainError):
    """The room reservation is not in a status in which this can be done."""

    code = "wrong_status"
    message = _("This cannot be done with a room reservation in this status: %(status)s.")


class AlreadyConfirmed(DomainError):
    code = "already_confirmed"
    message = _("This reservation has been confirmed already.")


class NotDueIn(DomainError):
    code = "not_due_in"
    field = "arrival"
    message = _("The guest is not expected today: the arrival date is %(arrival)s.")


class NotYetDue(DomainError):
    """A no-show can only be noted from the day of arrival on."""

    code = "not_yet_due"
    message = _("The guest is expected on %(arrival)s and cannot be a no-show before.")


class TooLateToReinstate(DomainError):
    code = "too_late_to_reinstate"
    message = _("The dates of this reservation have passed. Please make a new one.")


class NightsSlept(DomainError):
    """Nights that were slept cannot be changed or given back."""

    code = "nights_slept"
    field = "departure"
    message = _("The nights before %(today)s have been slept and cannot be changed.")


class MoveInstead(DomainError):
    """The type of a guest in house changes with the room."""

    code = "move_instead"
    field = "room_type"
    message = _("The guest is in house: move to another room to change the type.")


class RoomTaken(DomainError):
    """The room is given to somebody else, or out of order, on a night."""

    code = "room_taken"
    field = "room"
    message = _("Room %(number)s is not free on %(night)s.")


class RoomOccupied(DomainError):
    """Somebody is still in the room."""

    code = "room_occupied"
    field = "room"
    message = _("Somebody is still in this room.")


class NoRoomAssigned(DomainError):
    code = "no_room_assigned"
    field = "room"
    message = _("No room has been assigned yet.")


class AlreadyReturned(DomainError):
    code = "already_returned"
    message = _("This room has been returned to service already.")


class LimitBelowSold(DomainError):
    """Fewer rooms would be sellable than are sold."""

    code = "limit_below_sold"
    message = _("On %(night)s more rooms are sold than this would leave.")


# Groups.
class BlockEnded(DomainError):
    """The group was lost, refused or cancelled."""

    code = "block_ended"
    message = _("This group has ended: %(status)s.")


class WrongBlockStatus(DomainError):
    code = "wrong_block_status"
    field = "status"
    message = _("A group that is %(status)s cannot become this.")


class BlockReleasedAlready(DomainError):
    code = "block_released"
    field = "cut_off"
    message = _("The cut-off has passed and the rooms are released. Move the cut-off first.")


class BelowPickedUp(DomainError):
    """Fewer rooms than people are named for already."""

    code = "below_picked_up"
    field = "rooms"
    message = _("On %(night)s %(rooms)s rooms are picked up already.")


class NotOfBlock(DomainError):
    """The group has no room of the type left on a night, and none may come from the house."""

    code = "not_of_block"
    field = "room_type"
    message = _("The group has no room of this type left on %(night)s.")


class BlockNotDefinite(DomainError):
    code = "block_not_definite"
    field = "status"
    message = _("Only a definite group can be picked up from.")


# The waitlist.
class WrongWaitStatus(DomainError):
    code = "wrong_wait_status"
    message = _("This entry of the waitlist is %(status)s.")


class OfferOver(DomainError):
    code = "offer_over"
    message = _("The offer was good until %(until)s. Somebody else may have the room now.")

"""Refusals of this context, one class each."""

from __future__ import annotations

from typing import Any

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


# Rates and rules


class FloorBroken(DomainError):
    """A price would fall below the floor of its plan and type; `cells` says where, for the grid."""

    code = "floor_broken"
    status = 422
    field = "price"
    message = _("On %(night)s the price would be %(price)s, below the floor of %(floor)s.")

    def __init__(self, *, field: str | None = None, cells: tuple[Any, ...] = (), **params: Any) -> None:
        self.cells = cells
        super().__init__(field=field, **params)


class PaintedSince(DomainError):
    """What is to be taken back was changed again: `painting` names by which painting, 0 where it was none."""

    code = "painted_since"
    message = _(
        "%(nights)s nights were changed again since then, the first on %(night)s (%(by)s). Take that back first."
    )


class AlreadyUndone(DomainError):
    code = "already_undone"
    message = _("This was taken back already.")


class EffectChanged(DomainError):
    """What would be written differs from what was shown; look again."""

    code = "effect_changed"
    field = "shown"
    message = _("The prices have changed since you looked. This is the effect now.")


class NothingPainted(InvalidInput):
    code = "nothing_painted"
    message = _("Nothing would change.")


class SeasonInUse(DomainError):
    code = "season_in_use"
    message = _("A rule speaks of this season. Change the rule first.")


class MembersOnly(StayRefused):
    """The guest has no membership, or not the level that the rate is for."""

    code = "members_only"
    message = _("This rate is for members only.")


class CodeNeeded(StayRefused):
    code = "code_needed"
    message = _("This rate needs a promotion code.")


class PromotionNotKnown(InvalidInput):
    """No such code, or not one that books today: which of the two is not told."""

    code = "promotion_not_known"
    field = "promotion_code"
    message = _("This promotion code is not valid.")


class PromotionNotForStay(DomainError):
    code = "promotion_not_for_stay"
    field = "promotion_code"
    message = _("This promotion code is for other dates of stay.")


class PromotionUsedUp(DomainError):
    """The code was used as many times as it may be."""

    code = "promotion_used_up"
    field = "promotion_code"
    message = _("This promotion code has been used up.")


class TooManyTries(DomainError):
    """Too many codes were tried in vain; the next one is looked at later."""

    code = "too_many_tries"
    status = 429
    field = "promotion_code"
    message = _("Too many codes were tried. Try again in a quarter of an hour.")
    retry_after_seconds = 900


# ---------------------------------------------------------------- a stay over two rooms


class NightCannotSplit(InvalidInput):
    """A stay is split at a night that is still to come, and neither at its first nor after its last."""

    code = "night_cannot_split"
    field = "night"
    message = _("A stay is split at one of its nights to come, not at the first.")


class SplitChangesType(InvalidInput):
    """The second room is of another type: the agreed price (`total`) stays, or that type's is asked (`new_total`)."""

    code = "split_changes_type"
    field = "room"
    message = _(
        "Room %(number)s is of another type (%(room_type)s). At the agreed price the stay costs %(total)s, at that"
        " type's price %(new_total)s. Choose which."
    )


class SplitChangesTypeUnpriced(SplitChangesType):
    """The rate has no price for the second room's type: only the agreed one can stay."""

    message = _(
        "Room %(number)s is of another type (%(room_type)s), for which the rate has no price. Choose whether the"
        " agreed price of %(total)s stays."
    )


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


class RoomFixed(DomainError):
    """The room was promised to this guest; it must be let go first."""

    code = "room_fixed"
    field = "room"
    message = _("This room is fixed for the guest: %(reason)s")


# The waitlist.
class WrongWaitStatus(DomainError):
    code = "wrong_wait_status"
    message = _("This entry of the waitlist is %(status)s.")


class OfferOver(DomainError):
    code = "offer_over"
    message = _("The offer was good until %(until)s. Somebody else may have the room now.")

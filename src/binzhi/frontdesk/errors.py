"""Refusals of the desk, each a sentence a clerk can act on. Those of rooms and dates: `reservations.errors`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, DomainError, InvalidInput


class RoomNotReady(Conflict):
    """The room is dirty, or not inspected where the hotel asks for it."""

    code = "room_not_ready"
    field = "room"
    message = _("Room %(number)s is not ready: it is still to be cleaned or inspected.")


class RoomOutOfOrder(Conflict):
    code = "room_out_of_order"
    field = "room"
    message = _("Room %(number)s is out of order.")


class SameRoom(InvalidInput):
    code = "same_room"
    field = "room"
    message = _("The guest is in this room already.")


class WrongRoomType(InvalidInput):
    """The room is of another type than booked; taking it moves the counters and must be asked for."""

    code = "wrong_room_type"
    field = "room"
    message = _("Room %(number)s is of another type (%(room_type)s). Tick “change the room type” to take it.")


class GuestRequired(InvalidInput):
    code = "guest_required"
    field = "registrations.0.name"
    message = _("Register at least one guest.")


class GuestsNotRegistered(InvalidInput):
    """The law lets nobody stay whose identity is not known."""

    code = "guests_not_registered"
    message = _("This guest is not registered yet. Register everybody, or say that somebody comes later.")


class DocumentRequired(InvalidInput):
    code = "document_required"
    message = _("The law asks for an identity document of every adult.")


class GuardianRequired(InvalidInput):
    """Guests under 18: the parent's or guardian's contact and the relation must be asked and kept."""

    code = "guardian_required"
    message = _("A guest under 18: ask for a parent or guardian, how to reach them and the relation.")


class TooManyGuests(InvalidInput):
    code = "too_many_guests"
    message = _("This room type holds %(limit)s people.")


class GuestRegisteredTwice(InvalidInput):
    code = "guest_registered_twice"
    message = _("This guest is registered already.")


class DocumentOfAnotherGuest(Conflict):
    """The number is in the file of somebody with another name."""

    code = "document_of_another_guest"
    message = _("This document is in the file of %(name)s. Choose that guest, or compare the number with the card.")


class AlreadyCharged(DomainError):
    """A check-in can be taken back only while nothing was posted."""

    code = "already_charged"
    message = _("Something was posted to the bill since check-in. Reverse it or return the deposit first.")


class BalanceOpen(DomainError):
    code = "balance_open"
    field = "balance"
    message = _("The bill is not settled: %(balance)s is still open.")


class DepositHeld(DomainError):
    code = "deposit_held"
    field = "deposit"
    message = _("A deposit of %(amount)s is still held. Use it for the bill or return it first.")


class AnotherBusinessDay(DomainError):
    code = "another_business_day"
    message = _("This can be taken back only on the same hotel day.")


class NothingToTakeBack(DomainError):
    code = "nothing_to_take_back"
    message = _("There is nothing to take back any more.")


class ReasonRequired(InvalidInput):
    code = "reason_required"
    field = "reason"
    message = _("Say why.")


class NothingToAssign(DomainError):
    code = "nothing_to_assign"
    message = _("No arrival waits for a room, or no free room fits.")


# ---------------------------------------------------------------- room calendar


class PriceToConfirm(Conflict):
    """Other nights cost something else: said before it is done, and done with the total that was confirmed."""

    code = "price_to_confirm"
    field = "expected_total"
    message = _("These dates change the price from %(before)s to %(total)s. Confirm the new total.")


# ---------------------------------------------------------------- late departure


class NoLateFee(DomainError):
    code = "no_late_fee"
    message = _("Leaving at this hour costs nothing more.")


# ---------------------------------------------------------------- rooms that cost nothing


class FreeRoomWaits(Conflict):
    code = "free_room_waits"
    message = _("For this room it is asked already; somebody has to decide first.")


class FreeRoomDecidedAlready(Conflict):
    code = "free_room_decided"
    message = _("This was decided already.")


class OwnFreeRoom(DomainError):
    """Who asks does not decide."""

    code = "own_free_room"
    message = _("You asked for it yourself: somebody else decides.")


class NothingToGiveAway(InvalidInput):
    code = "nothing_to_give_away"
    field = "until"
    message = _("No night of the stay that is still to be charged lies in these dates.")


# ---------------------------------------------------------------- key cards


class LocksMissing(InvalidInput):
    code = "locks_missing"
    field = "by_hand"
    message = _("No lock system is connected: make the card at its own station and note it here.")


class TooManyKeys(DomainError):
    code = "too_many_keys"
    field = "count"
    message = _("At most %(most)s cards open this door; there are %(live)s. Take one back first.")


class KeyCannotBeVoid(Conflict):
    code = "key_cannot_be_void"
    message = _("This card opens nothing any more.")


class KeyAnswered(Conflict):
    code = "key_answered"
    message = _("The lock system has answered already.")


class NumberOutOfRange(InvalidInput):
    code = "number_out_of_range"
    message = _("Enter a number from %(least)s to %(most)s.")


# ---------------------------------------------------------------- together


class MoreThanAll(InvalidInput):
    code = "more_than_all"
    field = "shares"
    message = _("Together the shares are more than the whole room.")


class MainGuestStays(InvalidInput):
    code = "main_guest_stays"
    field = "shares"
    message = _("The main guest pays what is left of the room, and leaves by checking out.")


class RoomPaidElsewhere(Conflict):
    code = "room_paid_elsewhere"
    message = _("This room is charged to another bill: shares and transfers are made there.")


class TwoRoomsToJoin(InvalidInput):
    code = "two_rooms_to_join"
    field = "room"
    message = _("Name another room or reservation to join with.")


class NotJoined(Conflict):
    code = "not_joined"
    message = _("This room is not joined with another.")


# ---------------------------------------------------------------- registration


class RoomRelationRequired(InvalidInput):
    """五必须, 3: what the minor is to the people in the room is asked and kept."""

    code = "room_relation_required"
    field = "room_relation"
    message = _("A guest under 18: ask what the people in the room are to the child.")


class MinorIdentityRequired(InvalidInput):
    """五必须, 1: the law wants to know who the child is, by a document or in another stated way."""

    code = "minor_identity_required"
    field = "number"
    message = _("Look at a document of the guest under 18, or say how it is known who the child is.")


class ParentNotThere(InvalidInput):
    code = "parent_not_there"
    field = "identity_by"
    message = _("Only a parent or guardian in the room can say who the child is.")


class VisitsOver(DomainError):
    """Outside the hours of visits; who stays the night is registered as a guest."""

    code = "visits_over"
    field = "name"
    message = _("Visits are from %(first)s to %(last)s. Who stays longer is registered as a guest.")


class ConsentOfGuestRequired(InvalidInput):
    code = "consent_of_guest_required"
    field = "agreed"
    message = _("Ask the guest first: a visitor is let in only with the guest's consent.")


class VisitorLeft(Conflict):
    code = "visitor_left"
    message = _("This visitor has left already.")


class AlarmClosed(Conflict):
    code = "alarm_closed"
    message = _("This was settled meanwhile.")


class SignatureMissing(InvalidInput):
    code = "signature_missing"
    field = "signature"
    message = _("Nobody has signed yet.")


class CardChanged(Conflict):
    """What stands on the card now is not what the guest saw."""

    code = "card_changed"
    message = _("The registration has changed meanwhile. Let the guest look at the card again.")


class ImagesOff(DomainError):
    code = "images_off"
    field = "image"
    message = _("This hotel keeps no pictures of documents.")


class ImageCleared(Conflict):
    code = "image_cleared"
    message = _("This picture was cleared, as it must be.")


# ---------------------------------------------------------------- police


class ReportSettled(Conflict):
    code = "report_settled"
    message = _("This report is %(state)s; nothing can be done about it any more.")


class ReportNotHeld(Conflict):
    code = "report_not_held"
    message = _("Only what was sent back or lacks something is sent again: this report is %(state)s.")


# ---------------------------------------------------------------- messages, wake-up calls, things in keeping


class MessageDone(Conflict):
    code = "message_done"
    message = _("This message was handed over already.")


class OutsideStay(InvalidInput):
    code = "outside_stay"
    field = "days"
    message = _("Choose days of the stay.")


class TimePassed(InvalidInput):
    code = "time_passed"
    field = "at"
    message = _("This time is past.")


class CallTwice(Conflict):
    code = "call_twice"
    field = "at"
    message = _("There is a call to this room at this time already.")


class NoCallToAnybody(InvalidInput):
    code = "no_call_to_anybody"
    field = "at"
    message = _("Nobody of this group is in the house then, or all have a call at this time.")


class CallDone(Conflict):
    code = "call_done"
    message = _("This call was seen to already.")


class ThingCollected(Conflict):
    code = "thing_collected"
    message = _("This was collected already.")


class ReceiptDiffers(InvalidInput):
    code = "receipt_differs"
    field = "receipt"
    message = _("The receipt has another number. Without the receipt leave this empty and note why.")


class NobodyThere(InvalidInput):
    code = "nobody_there"
    field = "room"
    message = _("Nobody is in this room, and no reservation has this number.")


# ---------------------------------------------------------------- staying on under the next booking


class NothingToContinue(Conflict):
    """No stay of this guest ends today in the house that this booking goes on from."""

    code = "nothing_to_continue"
    message = _("No stay of this guest in the house ends today where this booking begins.")


class NotContinued(Conflict):
    code = "not_continued"
    message = _("This stay did not go on from another one.")


class StayedOn(Conflict):
    """The guest stayed on from another booking: only that can be taken back."""

    code = "stayed_on"
    message = _("This guest stayed on from another booking. Take that back instead.")

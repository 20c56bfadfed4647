"""Refusals of the desk, each a sentence a clerk can act on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, DomainError, InvalidInput


class NotReserved(Conflict):
    """Only a reservation that is due can be given a room or be checked in."""

    code = "not_reserved"
    message = _("This reservation is no longer waiting for its guest. Please look again.")


class NotInHouse(Conflict):
    code = "not_in_house"
    message = _("This guest is not in the house. Please look again.")


class NotCheckedOut(Conflict):
    code = "not_checked_out"
    message = _("This stay has not been checked out.")


class ArrivesLater(DomainError):
    """Check-in before the day of arrival."""

    code = "arrives_later"
    field = "arrival"
    message = _("This reservation arrives on %(arrival)s. Change its dates first if the guest is here already.")


class StayIsOver(DomainError):
    code = "stay_is_over"
    field = "departure"
    message = _("The booked departure %(departure)s is past. Change the dates first.")


class RoomRequired(InvalidInput):
    code = "room_required"
    field = "room"
    message = _("Choose a room.")


class RoomNotFound(InvalidInput):
    code = "room_not_found"
    field = "room"
    message = _("There is no room %(number)s.")


class RoomTaken(Conflict):
    """The room is given to somebody else for one of the nights."""

    code = "room_taken"
    field = "room"
    message = _("Room %(number)s is already given to somebody else. Choose another one.")


class RoomOccupied(Conflict):
    code = "room_occupied"
    field = "room"
    message = _("Somebody is still staying in room %(number)s.")


class RoomNotReady(Conflict):
    """The room is dirty, or not inspected where the hotel asks for it."""

    code = "room_not_ready"
    field = "room"
    message = _("Room %(number)s is not ready: it is still being cleaned or waits for inspection.")


class RoomOutOfOrder(Conflict):
    code = "room_out_of_order"
    field = "room"
    message = _("Room %(number)s is out of order.")


class SameRoom(InvalidInput):
    code = "same_room"
    field = "room"
    message = _("The guest is in this room already.")


class WrongRoomType(InvalidInput):
    """The room is of another type than booked; taking it moves the counters and needs to be asked for."""

    code = "wrong_room_type"
    field = "room"
    message = _("Room %(number)s is %(room_type)s, not the booked type. Confirm the change of type to take it.")


class MainGuestRequired(InvalidInput):
    code = "main_guest_required"
    field = "registrations-0-name"
    message = _("Register at least one guest.")


class DocumentRequired(InvalidInput):
    """The law lets nobody stay whose identity is not known."""

    code = "document_required"
    field = "document_number"
    message = _("The law asks for an identity document of every guest.")


class GuardianRequired(InvalidInput):
    """Guests under 18: the parent's or guardian's contact and the relation must be asked and kept."""

    code = "guardian_required"
    field = "guardian_name"
    message = _("A guest under 18: ask for a parent or guardian, how to reach them and the relation.")


class TooManyGuests(InvalidInput):
    code = "too_many_guests"
    field = "registrations"
    message = _("This room type holds %(limit)s people.")


class GuestStaysTwice(InvalidInput):
    """The same file twice in one room."""

    code = "guest_registered_twice"
    field = "registrations"
    message = _("The same guest is registered twice.")


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


class NotLonger(InvalidInput):
    code = "not_longer"
    field = "departure"
    message = _("The new departure must be after %(departure)s.")


class NotShorter(InvalidInput):
    code = "not_shorter"
    field = "departure"
    message = _("The new departure must be from today until before %(departure)s.")


class ReasonRequired(InvalidInput):
    code = "reason_required"
    field = "reason"
    message = _("Say why.")


class NothingToAssign(DomainError):
    code = "nothing_to_assign"
    message = _("There is no arrival without a room, or no room that fits.")

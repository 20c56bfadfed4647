"""Refusals of this context, one class each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, DomainError, InvalidInput


class VisitEnded(DomainError):
    code = "visit_ended"
    message = _("This visit is over or cancelled.")


class NotApproved(DomainError):
    """It has no level yet, so no protocol runs."""

    code = "not_approved"
    message = _("The general manager has not approved a level for this visit yet.")


class LevelGiven(DomainError):
    """The level stands: what changes it is a new request for another one."""

    code = "level_given"
    field = "level"
    message = _("The visit has this level already.")


class RequestOpen(Conflict):
    code = "request_open"
    message = _("A level has been asked for already; the general manager decides first.")


class AlreadyDecided(Conflict):
    code = "already_decided"
    message = _("The general manager has decided this already.")


class PersonNeeded(DomainError):
    """Deciding a level is a person's, never a program's."""

    code = "person_needed"
    status = 403
    message = _("A level is asked for and decided by a person.")


class UnknownLevel(InvalidInput):
    code = "unknown_level"
    field = "level"
    message = _("This hotel has no level “%(level)s”.")


class RankTaken(InvalidInput):
    code = "rank_taken"
    field = "rank"
    message = _("Another level has this rank.")


class UnknownDepartment(InvalidInput):
    code = "unknown_department"
    field = "department"
    message = _("This hotel has no department “%(department)s”.")


class RoomHasVisit(Conflict):
    code = "room_has_visit"
    field = "room_reservation"
    message = _("There is a visit for this room already.")


class OnListAlready(Conflict):
    code = "on_list_already"
    message = _("The guest or organisation is on the list already.")


class EntryEnded(DomainError):
    code = "entry_ended"
    message = _("This entry of the list has ended.")


class NoRoomYet(DomainError):
    code = "no_room_yet"
    field = "room"
    message = _("The visit has no room yet.")


class NotSealedByLevel(DomainError):
    """Its level's rooms are checked and not sealed."""

    code = "not_sealed_by_level"
    field = "room"
    message = _("Rooms of this level are checked, not sealed.")


class NothingOfThisKind(DomainError):
    """The protocol that runs does not ask for this."""

    code = "nothing_of_this_kind"
    message = _("The protocol of this visit does not ask for this.")


class MenuApproved(DomainError):
    code = "menu_approved"
    field = "dishes"
    message = _("The menu is approved and changes no more.")


class MenuNotDrafted(DomainError):
    code = "menu_not_drafted"
    message = _("There is no draft to approve yet.")


class CardsMade(Conflict):
    code = "cards_made"
    message = _("The key cards are made already.")


class AlreadyReceived(Conflict):
    code = "already_received"
    message = _("This was received already.")


class NotDelivered(DomainError):
    code = "not_delivered"
    message = _("This has not been delivered yet.")


class NobodyOnDuty(DomainError):
    code = "nobody_on_duty"
    message = _("The roster names nobody who is at work now.")


class GmOnDuty(DomainError):
    code = "gm_on_duty"
    message = _("By the roster the general manager is at work: note the absence first.")


class AlreadyArrived(DomainError):
    code = "already_arrived"
    field = "arrival_at"
    message = _("The guest has arrived.")


class NotArrived(DomainError):
    code = "not_arrived"
    message = _("The guest has not arrived yet.")


class NotDeparted(DomainError):
    code = "not_departed"
    message = _("The guest has not left yet.")

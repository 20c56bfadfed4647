"""Refusals of this context, one class each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, DomainError, InvalidInput


class UnknownField(InvalidInput):
    """A template asks for something that nobody can fill in."""

    code = "unknown_field"
    message = _("Line %(line)s, character %(column)s: “{%(name)s}” cannot be filled in. There are: %(known)s.")


class BraceLeftOpen(InvalidInput):
    code = "brace_left_open"
    message = _("Line %(line)s, character %(column)s: this brace has no partner.")


class NoWay(DomainError):
    """There is nowhere to send it."""

    code = "no_way"
    field = "way"
    message = _("Neither an e-mail address nor a telephone number of the guest is on file for this way.")


class WayNotSetUp(DomainError):
    code = "way_not_set_up"
    field = "way"
    message = _("This way is not switched on in the settings of messages.")


class TestNotTaken(DomainError):
    """The mail server or the gateway did not take a test message."""

    __test__ = False
    code = "test_not_taken"
    field = "to"
    message = _("It was not taken: %(reason)s.")


class NothingToTell(DomainError):
    """The message speaks of a stay that is not, or no longer, to come."""

    code = "nothing_to_tell"
    field = "kind"
    message = _("This message does not fit how the reservation stands now.")


class NotAgreed(DomainError):
    code = "not_agreed"
    message = _("The guest has not agreed to be written to after the stay.")


class MessageSettled(Conflict):
    code = "message_settled"
    message = _("This message is %(state)s; nothing can be done about it any more.")


class NotGivenUp(Conflict):
    code = "not_given_up"
    message = _("Only what was given up is sent again: this message is %(state)s.")


class AlreadyQueued(Conflict):
    """What set it off has set it off before."""

    code = "already_queued"
    message = _("This message is on its way already.")

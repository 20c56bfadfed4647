"""Refusals of this context."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import DomainError


class CodeTaken(DomainError):
    """A code or number that must be unique in its hotel or group is in use."""

    code = "code_taken"
    status = 409
    field = "code"
    message = _("%(code)s is already in use.")


class RoomSealed(DomainError):
    """The room is closed by a seal: nobody enters, cleans or assigns it but for the arrival it waits for."""

    code = "room_sealed"
    field = "room"
    message = _("Room %(number)s is sealed. Only its guest's arrival opens it, or breaking the seal with a reason.")


class AlreadySealed(DomainError):
    code = "already_sealed"
    field = "room"
    message = _("Room %(number)s is sealed already.")


class NotSealed(DomainError):
    code = "not_sealed"
    field = "room"
    message = _("Room %(number)s is not sealed.")


class NotFitToSeal(DomainError):
    """Dirty, out of order or with somebody in it."""

    code = "not_fit_to_seal"
    field = "room"
    message = _("Room %(number)s cannot be sealed: it must be clean, in order and empty.")

"""Refusals a person can act on. Anything else is a bug and must crash."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal: a stable `code`, an HTTP `status`, the `field` it belongs to, and a translated sentence.

    Subclasses set the class attributes; `message` may name the keyword arguments as `%(name)s`.
    """

    code: str = "refused"
    status: int = 409
    field: str = ""
    message: str | Promise = _("This cannot be done.")

    def __init__(self, *, field: str | None = None, message: str | Promise | None = None, **params: Any) -> None:
        self.params = params
        if field is not None:
            self.field = field
        if message is not None:
            self.message = message
        super().__init__(self.code)

    @property
    def text(self) -> str:
        """The sentence in the active language."""
        sentence = str(self.message)
        return sentence % self.params if self.params else sentence

    def __str__(self) -> str:
        return self.text


class NotFound(DomainError):
    """What was asked for does not exist, or not for this actor: both look the same from outside."""

    code = "not_found"
    status = 404
    message = _("Not found.")


class Forbidden(DomainError):
    code = "forbidden"
    status = 403
    message = _("Your post does not include this right.")


class InvalidInput(DomainError):
    """A value that cannot be taken, at its field."""

    code = "invalid"
    status = 422
    message = _("This value is not valid.")


class Conflict(DomainError):
    """Somebody else was first."""

    code = "conflict"
    status = 409
    message = _("Somebody else changed this at the same time. Please look again.")


class EditConflict(Conflict):
    """The form was filled in on a version that is no longer the last; `current` holds the saved values."""

    code = "edit_conflict"
    status = 412
    message = _("This was changed by somebody else after you opened it. Compare, then save again.")

    def __init__(self, *, current: dict[str, Any] | None = None, **params: Any) -> None:
        self.current = current or {}
        super().__init__(**params)


class Busy(DomainError):
    """A lock was not got in time; the same request may be sent again."""

    code = "busy"
    status = 409
    message = _("The hotel is very busy at this moment. Please try again.")
    retry_after_seconds = 1

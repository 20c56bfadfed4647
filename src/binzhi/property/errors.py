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

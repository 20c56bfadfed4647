"""Refusals of this context."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, InvalidInput


class UsernameTaken(Conflict):
    code = "username_taken"
    field = "username"
    message = _("This sign-in name is in use.")


class EmployeeNumberTaken(Conflict):
    code = "employee_no_taken"
    field = "employee_no"
    message = _("This employee number is in use.")


class UnknownPost(InvalidInput):
    code = "unknown_post"
    field = "post"
    message = _("This hotel has no post “%(post)s”.")


class ScopeNotHeld(InvalidInput):
    """A token can never do more than the one who makes it."""

    code = "scope_not_held"
    field = "scopes"
    message = _("Your post does not include “%(scope)s”, so a token of yours cannot either.")


class UnknownShift(InvalidInput):
    code = "unknown_shift"
    field = "shift"
    message = _("This hotel has no shift “%(shift)s”.")


class UnknownDepartment(InvalidInput):
    code = "unknown_department"
    field = "department"
    message = _("This hotel has no department “%(department)s”.")


class AlreadyOnDuty(Conflict):
    """A person cannot be at work twice at a time."""

    code = "already_on_duty"
    field = "shift"
    message = _("%(name)s is on duty already at this time: %(day)s.")


class NotEmployedThen(InvalidInput):
    code = "not_employed"
    field = "days"
    message = _("%(name)s does not work here on %(day)s.")


class AbsenceEnded(Conflict):
    code = "absence_ended"
    message = _("This absence has ended already.")

"""Refusals of this context, one class each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, DomainError, InvalidInput, NotFound
from binzhi.kernel.pictures import NotAPicture as NotAPicture
from binzhi.kernel.pictures import TooLarge as TooLarge
from binzhi.promises.protocols.problems import Problem

# ---------------------------------------------------------------- runs and tasks


class RunEnded(DomainError):
    """The run is done or cancelled."""

    code = "run_ended"
    message = _("This has ended; nothing of it can be changed any more.")


class UnknownAnchor(InvalidInput):
    code = "unknown_anchor"
    field = "anchor"
    message = _("This protocol has no moment “%(anchor)s”.")


class NotPlanned(InvalidInput):
    """An event happens; it cannot be put at another time."""

    code = "not_planned"
    field = "anchor"
    message = _("“%(anchor)s” is noted when it happens; it has no planned time.")


class AlreadyHappened(Conflict):
    code = "already_happened"
    field = "anchor"
    message = _("“%(anchor)s” was noted before.")


class DepartmentMissing(InvalidInput):
    """A protocol asks for a department this hotel has not."""

    code = "department_missing"
    field = "department"
    message = _("This hotel has no department “%(department)s”.")


class HostMissing(InvalidInput):
    code = "host_missing"
    field = "host_department"
    message = _("Name the department that receives the guest.")


class TaskEnded(DomainError):
    code = "task_ended"
    message = _("This task is no longer open.")


class TaskNotEnded(DomainError):
    code = "task_not_ended"
    message = _("Only what was done or waived can be opened again.")


class TaskWaiting(DomainError):
    """What it is counted from has not happened yet."""

    code = "task_waiting"
    message = _("This task has not begun: “%(anchor)s” has not happened yet.")


class WrongPost(DomainError):
    """Somebody whose post does not do this; `posts` are those that do."""

    code = "wrong_post"
    status = 403
    message = _("Your post does not do this: it is for %(posts)s.")


class Ineligible(DomainError):
    """The post is right and the person is not: grade or time in the job; `clause` is the rule that says so."""

    code = "ineligible"
    status = 403
    field = "staff"


class GradeTooLow(Ineligible):
    message = _("Clause %(clause)s: only grade %(least)s or above may do this.")


class TooNewInJob(Ineligible):
    message = _("Clause %(clause)s: only who has been %(least)s months in the job may do this.")


class DependencyOpen(DomainError):
    """Something must be done before; `keys` are the tasks, `task` the first of them by name."""

    code = "dependency_open"
    message = _("First to be done: %(task)s.")


class NobodyNamed(DomainError):
    """Every task of the department is to have its person before this one is done; `keys` are those that have none."""

    code = "nobody_named"
    message = _("Nobody who may do it is named yet for: %(tasks)s.")


class AssignedToAnother(Conflict):
    code = "assigned_to_another"
    message = _("This task was given to somebody else.")


class NotWaivable(DomainError):
    code = "not_waivable"
    message = _("This task cannot be waived.")


class NothingToCountersign(DomainError):
    code = "nothing_to_countersign"
    message = _("There is nothing to countersign yet: the one who does it signs first.")


class NothingToAssign(DomainError):
    code = "nothing_to_assign"
    message = _("Every task has its person, or nobody is eligible for the rest.")


class TaskKeyTaken(InvalidInput):
    code = "task_key_taken"
    field = "key"
    message = _("This task is on the list already.")


# ---------------------------------------------------------------- protocols


class ProtocolInvalid(InvalidInput):
    """A protocol's text with mistakes: `problems` are all of them, each with its line."""

    code = "protocol_invalid"
    field = "source"
    message = _("%(count)s mistakes; the first in line %(line)s: %(first)s")

    def __init__(self, *, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        # The sentence is asked for when it is shown, in the reader's language.
        super().__init__(count=len(problems), line=problems[0].line, first=problems[0])


class UnknownProtocol(NotFound):
    code = "unknown_protocol"
    field = "protocol"
    message = _("This hotel has no protocol “%(protocol)s”.")


class ProtocolOff(DomainError):
    code = "protocol_off"
    field = "protocol"
    message = _("The protocol “%(protocol)s” is switched off.")

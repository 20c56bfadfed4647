"""The words of promises."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RunStatus(models.TextChoices):
    LIVE = "live", _("Live")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class TaskState(models.TextChoices):
    """`waiting`: its moment is not known yet. Late is no state: it is open after `due_at`."""

    WAITING = "waiting", _("Waiting")
    OPEN = "open", pgettext_lazy("task", "Open")
    DONE = "done", _("Done")
    WAIVED = "waived", _("Waived")
    DROPPED = "dropped", _("No longer asked for")


class Evidence(models.TextChoices):
    """What closes a task."""

    TICK = "tick", _("Tick")
    TEXT = "text", _("Text")
    NUMBER = "number", pgettext_lazy("evidence", "Number")
    PHOTO = "photo", _("Photo")
    SIGNATURE = "signature", _("Signature")
    COUNTERSIGNATURE = "countersignature", _("Countersignature")


class NoticeKind(models.TextChoices):
    """Why somebody is told about a task."""

    ASSIGNED = "assigned", _("Assigned")
    MOVED = "moved", _("Moved")
    LATE = "late", _("Late")
    HANDOFF = "handoff", _("Handed on")
    REOPENED = "reopened", _("Opened again")
    CANCELLED = "cancelled", _("Cancelled")
    CHANGED = "changed", _("Another notice issued")

"""The words of the roster."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AbsenceKind(models.TextChoices):
    """Why somebody who may be on the roster is not at work."""

    LEAVE = "leave", pgettext_lazy("absence", "Leave")
    SICK = "sick", pgettext_lazy("absence", "Sick")
    AWAY = "away", _("Away on business")
    TRAINING = "training", pgettext_lazy("absence", "Training")

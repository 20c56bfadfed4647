"""The tables of this context."""

from binzhi.guests.models.files import Guest, GuestDocument, Organisation, Reveal
from binzhi.guests.models.learning import (
    LearningRule,
    Observation,
    ObservationChip,
    ObservationPicture,
    Preference,
    PreferenceEvidence,
    PreferenceUse,
)

__all__ = [
    "Guest", "GuestDocument", "LearningRule", "Observation", "ObservationChip", "ObservationPicture", "Organisation",
    "Preference", "PreferenceEvidence", "PreferenceUse", "Reveal",
]  # fmt: skip

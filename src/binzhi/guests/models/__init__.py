"""The tables of this context."""

from binzhi.guests.models.files import Guest, GuestDocument, Organisation, Reveal
from binzhi.guests.models.importing import Import, ImportPart, ImportProfile, ImportRow
from binzhi.guests.models.learning import (
    LearningRule,
    Observation,
    ObservationChip,
    ObservationPicture,
    Preference,
    PreferenceEvidence,
    PreferenceUse,
)
from binzhi.guests.models.merging import DuplicatePair, Merge, MergedField, MergedRow
from binzhi.guests.models.profile import (
    Contact,
    OrganisationValue,
    ProfileSwitch,
    ProfileValue,
    Relation,
    Warning,
)

__all__ = [
    "Contact", "DuplicatePair", "Guest", "GuestDocument", "Import", "ImportPart", "ImportProfile", "ImportRow",
    "LearningRule", "Merge", "MergedField", "MergedRow", "Observation", "ObservationChip", "ObservationPicture",
    "Organisation", "OrganisationValue", "Preference", "PreferenceEvidence", "PreferenceUse", "ProfileSwitch",
    "ProfileValue", "Relation", "Reveal", "Warning",
]  # fmt: skip

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
from binzhi.guests.models.privacy import (
    ConsentEntry,
    ConsentText,
    FileState,
    LegalHold,
    Lookup,
    RetentionRun,
    RetentionSetting,
    RightsRequest,
)
from binzhi.guests.models.profile import (
    Contact,
    OrganisationValue,
    ProfileSwitch,
    ProfileValue,
    Relation,
    Warning,
)
from binzhi.guests.models.relationship import Assessment, PlannedContact, RelationshipCheck, SwitchingMeans

__all__ = [
    "Assessment", "ConsentEntry", "ConsentText", "Contact", "DuplicatePair", "FileState", "Guest", "GuestDocument",
    "Import", "ImportPart", "ImportProfile", "ImportRow", "LearningRule", "LegalHold", "Lookup", "Merge",
    "MergedField", "MergedRow", "Observation", "ObservationChip", "ObservationPicture", "Organisation",
    "OrganisationValue", "PlannedContact", "Preference", "PreferenceEvidence", "PreferenceUse", "ProfileSwitch",
    "ProfileValue", "Relation", "RelationshipCheck", "RetentionRun", "RetentionSetting", "Reveal", "RightsRequest",
    "SwitchingMeans", "Warning",
]  # fmt: skip

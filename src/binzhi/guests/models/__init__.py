"""The tables of this context."""

from binzhi.guests.models.files import Guest, GuestDocument, Organisation, Reveal
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
from binzhi.guests.models.relationship import Assessment, PlannedContact, RelationshipCheck, SwitchingMeans

__all__ = [
    "Assessment",
    "ConsentEntry",
    "ConsentText",
    "FileState",
    "Guest",
    "GuestDocument",
    "LegalHold",
    "Lookup",
    "Organisation",
    "PlannedContact",
    "RelationshipCheck",
    "RetentionRun",
    "RetentionSetting",
    "Reveal",
    "RightsRequest",
    "SwitchingMeans",
]

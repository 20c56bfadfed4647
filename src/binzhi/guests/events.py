"""What happened to guest files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from binzhi.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestCreated(Event):
    topic: ClassVar[str] = "guest.created"
    guest_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestChanged(Event):
    topic: ClassVar[str] = "guest.changed"
    guest_id: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAdded(Event):
    topic: ClassVar[str] = "guest.document_added"
    guest_id: int
    document_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRevealed(Event):
    """A masked value was looked at; `what` is phone, email, birth_date, document or field."""

    topic: ClassVar[str] = "guest.revealed"
    guest_id: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationCreated(Event):
    topic: ClassVar[str] = "organisation.created"
    organisation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysRotated(Event):
    """Sealed values were moved under the newest key."""

    topic: ClassVar[str] = "guest.keys_rotated"
    values: int


# ---------------------------------------------------------------- fields, circle, warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(Event):
    """Fields of the catalogue were written; `fields` are their keys, with commas between."""

    topic: ClassVar[str] = "guest.profile_changed"
    guest_id: int
    fields: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsSwitched(Event):
    """A hotel chose what it asks of its guests."""

    topic: ClassVar[str] = "guest.fields_switched"
    fields: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationsChanged(Event):
    topic: ClassVar[str] = "guest.relations_changed"
    guest_id: int
    other_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRaised(Event):
    """A warning counts, or a blacklisting waits for a second person (`status` proposed)."""

    topic: ClassVar[str] = "guest.warning_raised"
    guest_id: int
    warning_id: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningDecided(Event):
    topic: ClassVar[str] = "guest.warning_decided"
    guest_id: int
    warning_id: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationChanged(Event):
    """Fields, agreement or contacts of an organisation were written."""

    topic: ClassVar[str] = "organisation.changed"
    organisation_id: int
    fields: str


# ---------------------------------------------------------------- the same person, imports


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestsMerged(Event):
    """`merged_id` forwards to `guest_id` from now on."""

    topic: ClassVar[str] = "guest.merged"
    guest_id: int
    merged_id: int
    merge_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestsUnmerged(Event):
    topic: ClassVar[str] = "guest.unmerged"
    guest_id: int
    merged_id: int
    merge_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRowsFollowed(Event):
    """Rows that named a merged file after its merge went where the others are."""

    topic: ClassVar[str] = "guest.late_rows_followed"
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDecided(Event):
    """Somebody said of two files whether they are one person's."""

    topic: ClassVar[str] = "guest.pair_decided"
    pair_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestsCompared(Event):
    """New and changed files were compared with all others."""

    topic: ClassVar[str] = "guest.compared"
    files: int
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMoved(Event):
    """An import is in another state: the worker looks whether there is something to do."""

    topic: ClassVar[str] = "guest.import_moved"
    import_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAdvanced(Event):
    """A batch of an import is done."""

    topic: ClassVar[str] = "guest.import_advanced"
    import_id: int
    next_row: int


# ---------------------------------------------------------------- what the house learns


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationRecorded(Event):
    topic: ClassVar[str] = "guest.observed"
    guest_id: int
    observation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationTakenBack(Event):
    topic: ClassVar[str] = "guest.observation_taken_back"
    guest_id: int
    observation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceChanged(Event):
    """Suggested, confirmed, refused or ended: what is to be prepared for this guest may have changed."""

    topic: ClassVar[str] = "guest.preference_changed"
    guest_id: int
    preference_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceUsed(Event):
    """A task that followed from a preference was done, or it was asked whether it pleased (`outcome`)."""

    topic: ClassVar[str] = "guest.preference_used"
    preference_id: int
    use_id: int
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipsChanged(Event):
    """The hotel changed what its phones offer for observing, or how much it wants to have seen."""

    topic: ClassVar[str] = "hotel.observation_chips_changed"
    hotel_id: int


# ---------------------------------------------------------------- privacy


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentNoted(Event):
    """A guest answered to a purpose; a withdrawal stops the use of what the purpose covers."""

    topic: ClassVar[str] = "guest.consent_noted"
    guest_id: int
    purpose: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTextPublished(Event):
    topic: ClassVar[str] = "guest.consent_text_published"
    purpose: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSet(Event):
    topic: ClassVar[str] = "guest.retention_set"
    data_class: str
    months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRan(Event):
    """The clock cleared rows of a class whose time was over."""

    topic: ClassVar[str] = "guest.retention_ran"
    data_class: str
    cleared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSet(Event):
    topic: ClassVar[str] = "guest.hold_set"
    guest_id: int
    hold_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLifted(Event):
    topic: ClassVar[str] = "guest.hold_lifted"
    guest_id: int
    hold_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsAsked(Event):
    """A guest asks for the data, for erasure or for an end of use."""

    topic: ClassVar[str] = "guest.rights_asked"
    guest_id: int
    request_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsDecided(Event):
    topic: ClassVar[str] = "guest.rights_decided"
    guest_id: int
    request_id: int
    kind: str
    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFetched(Event):
    topic: ClassVar[str] = "guest.export_fetched"
    guest_id: int
    request_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRestricted(Event):
    """The file is kept and used no more."""

    topic: ClassVar[str] = "guest.restricted"
    guest_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestReleased(Event):
    """The stop of use is over."""

    topic: ClassVar[str] = "guest.released"
    guest_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestErased(Event):
    """Nothing personal is left of the guest; stays and money stay, with nobody's name."""

    topic: ClassVar[str] = "guest.erased"
    guest_id: int
    rows: int


# ---------------------------------------------------------------- relationship


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestAssessed(Event):
    topic: ClassVar[str] = "guest.assessed"
    guest_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipChecked(Event):
    """Signs were looked at and a level confirmed, of a guest or an organisation."""

    topic: ClassVar[str] = "relationship.checked"
    guest_id: int | None
    organisation_id: int | None
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansChanged(Event):
    topic: ClassVar[str] = "relationship.means_changed"
    guest_id: int | None
    organisation_id: int | None
    means: str
    in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPlanned(Event):
    topic: ClassVar[str] = "contact.planned"
    contact_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDone(Event):
    topic: ClassVar[str] = "contact.done"
    contact_id: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCancelled(Event):
    topic: ClassVar[str] = "contact.cancelled"
    contact_id: int

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

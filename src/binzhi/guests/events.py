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
    """A masked value was looked at; `what` is phone, email, birth_date or document."""

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

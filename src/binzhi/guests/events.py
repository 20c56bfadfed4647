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

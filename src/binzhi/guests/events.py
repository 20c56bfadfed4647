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

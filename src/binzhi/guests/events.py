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

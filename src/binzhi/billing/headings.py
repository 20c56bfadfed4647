"""Whose bill it is, in words: billing knows no stay, so a context above says it (see `register`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Link:
    """Where to go on from the bill; `key` is its key on the keyboard."""

    label: str
    url: str
    icon: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word with its state and drawing."""

    text: str
    state: str
    icon: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a bill. `is_active` says that more charges will come: the bill is not to be closed by hand."""

    title: str
    name: str = ""
    room: str = ""
    spoken: str = ""
    arrival: date | None = None
    departure: date | None = None
    organisation_id: int | None = None
    is_active: bool = False
    marks: Sequence[Mark] = ()
    links: Sequence[Link] = ()


class Provider(Protocol):
    """Knows whose bills they are, and finds bills by room or name."""

    def headings(self, hotel_id: int, folio_ids: Sequence[int]) -> Mapping[int, Heading]: ...

    def find(self, hotel_id: int, text: str) -> Sequence[int]: ...


class _Nobody:
    def headings(self, hotel_id: int, folio_ids: Sequence[int]) -> Mapping[int, Heading]:
        return {}

    def find(self, hotel_id: int, text: str) -> Sequence[int]:
        return ()


_providers: list[Provider] = [_Nobody()]


def register(provider: Provider) -> None:
    """Let the context above tell whose bills they are."""
    _providers[:] = [provider]


def headings_of(*, hotel_id: int, folio_ids: Sequence[int]) -> Mapping[int, Heading]:
    """Headings by folio; those that nobody knows are missing."""
    return _providers[0].headings(hotel_id, folio_ids)


def find_folios(*, hotel_id: int, text: str) -> Sequence[int]:
    """Bills by room or name."""
    return _providers[0].find(hotel_id, text)

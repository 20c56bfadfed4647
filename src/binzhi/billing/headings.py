"""Whose bill it is, in words: billing knows no stay, so a context above says it (see `register`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from binzhi.kernel import db


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


# Bills of the house itself belong to no stay.
_HOUSE = "SELECT folio_id, number, name FROM billing_houseaccount WHERE hotel_id = %s AND folio_id = ANY(%s)"
_FIND_HOUSE = """
SELECT folio_id FROM billing_houseaccount WHERE hotel_id = %s AND (number = %s OR starts_with(name, %s)) ORDER BY number
"""

_providers: list[Provider] = [_Nobody()]


def register(provider: Provider) -> None:
    """Let the context above tell whose bills they are."""
    _providers[:] = [provider]


def headings_of(*, hotel_id: int, folio_ids: Sequence[int]) -> Mapping[int, Heading]:
    """Headings by folio; those that nobody knows are missing."""
    known = dict(_providers[0].headings(hotel_id, folio_ids))
    missing = [folio_id for folio_id in folio_ids if folio_id not in known]
    for row in db.fetch_all(_HOUSE, [hotel_id, missing]) if missing else ():
        known[row["folio_id"]] = Heading(title=f"{row['number']} {row['name']}", name=row["name"], room=row["number"])
    return known


def find_folios(*, hotel_id: int, text: str) -> Sequence[int]:
    """Bills by room or name."""
    return [*db.fetch_values(_FIND_HOUSE, [hotel_id, text.upper(), text]), *_providers[0].find(hotel_id, text)]

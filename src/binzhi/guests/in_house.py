"""Who is in the house: known to a context above, which registers how to ask it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from binzhi.guests.naming import board_name, surname_reading


@dataclass(frozen=True, slots=True)
class Present:
    """A guest in a room of the house, by the stay; `night` counts from one."""

    stay_id: int
    guest_id: int
    name: str
    marked: str
    sex: str
    room: str
    arrival: date
    departure: date
    night: int
    vip_level: str
    vip_rank: int
    member_tier: str

    @property
    def called(self) -> str:
        """Surname and title."""
        return board_name(self.name, self.sex, self.marked)

    @property
    def said(self) -> str:
        """How the surname is said."""
        return surname_reading(self.name, self.marked)

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days


class Source(Protocol):
    def here(self, hotel_id: int) -> list[Present]:
        """Everybody in the house, by room."""

    def stay_of(self, hotel_id: int, guest_id: int) -> Present | None:
        """The stay somebody is in the house with."""

    def others_of(self, hotel_id: int, stay_id: int) -> list[int]:
        """Ids of all guests of a stay, the one it is booked for first."""


_source: list[Source] = []


def register_house(source: Source) -> None:
    """Say who knows who is in the house; from AppConfig.ready. The last one counts."""
    _source[:] = [source]


def everybody_here(hotel_id: int) -> list[Present]:
    return _source[0].here(hotel_id) if _source else []


def stay_of(hotel_id: int, guest_id: int) -> Present | None:
    return _source[0].stay_of(hotel_id, guest_id) if _source else None


def guests_of_stay(hotel_id: int, stay_id: int) -> list[int]:
    return _source[0].others_of(hotel_id, stay_id) if _source else []

"""Whether who waited has been told of the offer: known to a context above, which registers how to ask it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the message about the offer that stands: by which way, in words, since when.

    `reached`: it went out, or will; otherwise somebody must ring.
    """

    way: str
    state: str
    at: datetime
    reached: bool


Source = Callable[[int, Collection[int]], Mapping[int, Told]]
_source: list[Source] = []


def register_told(source: Source) -> None:
    """Say who tells: asked with a hotel's id and ids of entries; from AppConfig.ready. The last one counts."""
    _source[:] = [source]


def told_of(*, hotel_id: int, entries: Collection[int]) -> Mapping[int, Told]:
    """By entry; those nobody was told of are left out. One statement, none without entries."""
    return _source[0](hotel_id, entries) if _source and entries else {}

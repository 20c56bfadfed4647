"""The levels a guest file can have: the hotel's own, as the context that receives guests of honour tells them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from binzhi.kernel.standing import standing


@dataclass(frozen=True, slots=True)
class KnownLevel:
    """`code` as the file keeps it (small letters), `rank` its place in the hotel's order, 1 the lowest."""

    code: str
    label: str
    rank: int


# Those that come with the house, for hotels that have not named their own.
SHIPPED = tuple(KnownLevel(code, code.upper(), int(standing(code))) for code in ("ip", "vip", "vvip"))
_sources: list[Callable[[int], Sequence[KnownLevel]]] = []


def register_levels(source: Callable[[int], Sequence[KnownLevel]]) -> None:
    """Say where a hotel's own levels are found."""
    _sources.append(source)


def levels_of(hotel_id: int) -> Sequence[KnownLevel]:
    """The levels of a hotel, the lowest first."""
    own = [level for source in _sources for level in source(hotel_id)]
    return own or SHIPPED

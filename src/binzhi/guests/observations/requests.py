"""What callers hand in and get back."""

from __future__ import annotations

from dataclasses import dataclass

from binzhi.guests.learning import Basis


@dataclass(frozen=True, slots=True)
class NewObservation:
    """What was seen or said. `once`: it is of this stay only."""

    guest_id: int
    chips: tuple[str, ...] = ()
    text: str = ""
    place: str = ""
    moment: str = ""
    basis: Basis = Basis.SEEN
    once: bool = False
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came of it: a preference in words, whether it counts already, how often it was seen."""

    label: str
    state: str
    passing: bool
    never: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    observation_id: int
    learnt: tuple[Learnt, ...]

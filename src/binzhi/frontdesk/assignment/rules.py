"""Which room suits whom: pure rules over facts that `queries.candidates` read. Every choice says why it was made.

Hard rules first: free for all nights, of the type booked, and what cannot be made good on the spot. Then wishes,
weighed: what the guest asked for; the guest's standing (VIPs and long stays get the better rooms); the room of last
time; near whom he travels with; the true state of the room. `optimum` finds the best rooms for a day by these rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from binzhi.frontdesk.assignment.weights import DEFAULT, Weights
from binzhi.frontdesk.names import vip_weight

LONG_STAY_NIGHTS = 7
NO_TIME = time(23, 59)
MUST = 1000
# How ready a room is, of the weight of readiness.
READINESS = {"inspected": 30, "clean": 24, "dirty": 8, "occupied": 0}
# What cannot be made good on the spot: without it the room is wrong for the guest.
MUSTS = frozenset({"accessible", "non_smoking", "smoking", "connecting"})
# Brought to the room by housekeeping, or no matter of the room: nothing to choose by.
CARRIED = frozenset({"crib", "extra_bed", "early_check_in", "late_check_out", "airport_pickup"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One arrival without a room."""

    room_reservation_id: int
    reservation_id: int
    room_type_id: int
    arrival: date
    departure: date
    walk_in: bool
    vip_level: str
    expected_at: time | None
    requests: Sequence[str]
    last_room_id: int | None = None
    stays_on_in: int | None = None
    vip_rank: int = 0

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    @property
    def vip(self) -> int:
        return vip_weight(self.vip_level, self.vip_rank)

    @property
    def wants_better(self) -> int:
        return self.vip * 2 + (1 if self.nights >= LONG_STAY_NIGHTS else 0)

    @property
    def wishes(self) -> tuple[str, ...]:
        return tuple(code.replace("-", "_") for code in self.requests if code.replace("-", "_") not in CARRIED)

    @property
    def musts(self) -> tuple[str, ...]:
        return tuple(wish for wish in self.wishes if wish in MUSTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeRoom:
    """A room that could be given, with the nights it is taken; `height` is 0 on the lowest floor, 1 on the top."""

    id: int
    number: str
    room_type_id: int
    floor: str
    height: float
    orientation: str
    features: frozenset[str]
    smoking: bool
    accessible: bool
    connects_to_id: int | None
    housekeeping: str
    occupied: bool
    taken: frozenset[date]

    @property
    def condition(self) -> str:
        return "occupied" if self.occupied else self.housekeeping

    @property
    def quality(self) -> int:
        """How good the room is among its type: height, view, what it has."""
        return (
            round(self.height * 10) + 3 * len(self.features - {"near_lift"}) + (2 if self.orientation == "south" else 0)
        )

    def free_for(self, need: Need) -> bool:
        return not any(need.arrival <= night < need.departure for night in self.taken)

    def has(self, wish: str) -> bool:
        plain = {
            "high_floor": self.height >= 0.6,
            "low_floor": self.height <= 0.4,
            "quiet": "quiet" in self.features or "away_from_lift" in self.features,
            "non_smoking": not self.smoking,
            "smoking": self.smoking,
            "accessible": self.accessible,
            "connecting": self.connects_to_id is not None,
            "family": "kids" in self.features or "family" in self.features,
        }
        return plain.get(wish, wish in self.features or wish == self.orientation)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a room: `code` names the sentence, `subject` what it is about. Unmet wishes are told as well."""

    code: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    room_reservation_id: int
    room: FreeRoom
    score: int
    reasons: tuple[Reason, ...]


def order_of(need: Need) -> tuple[bool, int, int, bool, time, int]:
    """Reserved before walk-in, then what narrows the choice most, then standing, then who comes first."""
    musts = sum(wish in MUSTS for wish in need.wishes)
    return (
        need.walk_in,
        -(musts * 4 + len(need.wishes)),
        -need.vip,
        need.nights < LONG_STAY_NIGHTS,
        need.expected_at or NO_TIME,
        need.room_reservation_id,
    )


def readiness_of(room: FreeRoom, *, inspection: bool) -> int:
    """How ready a room is, of 30."""
    if inspection and room.condition == "clean":
        return READINESS["dirty"] + 4
    return READINESS[room.condition]


def rate(
    need: Need,
    room: FreeRoom,
    *,
    companions: frozenset[int] = frozenset(),
    near: frozenset[str] = frozenset(),
    inspection: bool = False,
    weights: Weights = DEFAULT,
) -> Proposal:
    """Score one room for one arrival; `companions` are rooms given to the same reservation, `near` their floors.

    `optimum.scores` counts the same for all rooms at once; a test holds them equal.
    """
    score = readiness_of(room, inspection=inspection) * weights["ready"] // 30
    reasons: list[Reason] = []
    for wish in need.wishes:
        if room.has(wish):
            score += MUST if wish in MUSTS else weights["wish"]
            reasons.append(Reason("has", wish))
        else:
            score -= MUST if wish in MUSTS else weights["wish"] // 2
            reasons.append(Reason("lacks", wish))
    stays_on = need.stays_on_in == room.id
    if stays_on:
        # Who is in the room already has it for the next booking too.
        score += MUST
        reasons.insert(0, Reason("stays_on"))
    if need.last_room_id == room.id:
        score += weights["last_room"]
        reasons.append(Reason("last_room"))
    if room.connects_to_id in companions:
        score += weights["beside"]
        reasons.append(Reason("beside"))
    elif room.floor in near:
        score += weights["near"]
        reasons.append(Reason("near"))
    if need.wants_better:
        score += weights["better"] * min(need.wants_better, 4) * room.quality // 10
        reasons.append(Reason("vip" if need.vip else "long_stay"))
    else:
        # Better rooms stay free for those who are due them.
        score -= room.quality // 4
    if room.accessible and "accessible" not in need.wishes:
        score -= weights["keep"]
    if room.connects_to_id is not None and "connecting" not in need.wishes:
        score -= weights["keep"] // 4
    if not stays_on:
        reasons.append(Reason(room.condition))
    return Proposal(need.room_reservation_id, room, score, tuple(reasons))


def ranked(need: Need, rooms: Iterable[FreeRoom], *, inspection: bool = False) -> list[Proposal]:
    """All rooms that are free for one arrival, the best first."""
    found = [rate(need, room, inspection=inspection) for room in rooms if room.free_for(need)]
    return sorted(found, key=lambda proposal: (-proposal.score, proposal.room.number))

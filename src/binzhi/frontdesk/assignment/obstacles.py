"""What would have to change for a wish that the plan cannot meet: said in rooms and days, for a clerk to act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from binzhi.frontdesk.assignment.rules import FreeRoom, Need, Proposal

MOST = 2  # of each wish


@dataclass(frozen=True, slots=True)
class HeldRoom:
    """A room that cannot be given that day: its guest stays until `until`, or it is not in service (None)."""

    room: FreeRoom
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """One thing that would have to change. `code`: `given` (this plan gives the room to `other`), `taken` (promised to
    somebody from `day` on), `stays` (its guest stays until `day`), `out` (not in service), `better` (a free room of a
    better type has it), `none` (no room of the type has it), `full` (no room is left at all)."""

    wish: str
    code: str
    room: str = ""
    day: date | None = None
    other: int | None = None


def unmet(needs: Sequence[Need], proposals: Mapping[int, Proposal]) -> dict[int, tuple[Need, tuple[str, ...]]]:
    """Arrivals with wishes that their room lacks; of who has no room, all wishes (none: an empty one)."""
    found: dict[int, tuple[Need, tuple[str, ...]]] = {}
    for need in needs:
        proposal = proposals.get(need.room_reservation_id)
        if proposal is None:
            found[need.room_reservation_id] = need, need.wishes or ("",)
            continue
        lacking = tuple(reason.subject for reason in proposal.reasons if reason.code == "lacks")
        if lacking:
            found[need.room_reservation_id] = need, lacking
    return found


def obstacles(
    wanting: Mapping[int, tuple[Need, tuple[str, ...]]],
    *,
    rooms: Sequence[FreeRoom],
    held: Sequence[HeldRoom],
    proposals: Mapping[int, Proposal],
) -> dict[int, list[Obstacle]]:
    """By arrival; the nearest way first, at most two for each wish."""
    given = {proposal.room.id: key for key, proposal in proposals.items()}
    return {
        key: [one for wish in wishes for one in _of(need, wish, rooms, held, given)[:MOST]]
        for key, (need, wishes) in wanting.items()
    }


def _of(
    need: Need, wish: str, rooms: Sequence[FreeRoom], held: Sequence[HeldRoom], given: Mapping[int, int]
) -> list[Obstacle]:
    found: list[Obstacle] = []
    for room in rooms:
        if room.room_type_id != need.room_type_id or not _has(room, wish):
            continue
        if room.free_for(need) and room.id in given and given[room.id] != need.room_reservation_id:
            found.append(Obstacle(wish=wish, code="given", room=room.number, other=given[room.id]))
        elif not room.free_for(need):
            first = min(night for night in room.taken if need.arrival <= night < need.departure)
            found.append(Obstacle(wish=wish, code="taken", room=room.number, day=first))
    found.sort(key=lambda one: (one.code != "given", -(one.day or date.max).toordinal(), one.room))
    for one in held:
        if one.room.room_type_id == need.room_type_id and _has(one.room, wish):
            code = "stays" if one.until else "out"
            found.append(Obstacle(wish=wish, code=code, room=one.room.number, day=one.until))
    if not found:
        found += [
            Obstacle(wish=wish, code="better", room=room.number) for room in rooms
            if room.room_type_id != need.room_type_id and room.id not in given and _has(room, wish)
            and room.free_for(need)
        ][:1]  # fmt: skip
        found.append(Obstacle(wish=wish, code="none" if wish else "full"))
    return found


def _has(room: FreeRoom, wish: str) -> bool:
    return not wish or room.has(wish)

"""The best rooms for all arrivals of a day.

Who arrives on the same day cannot share a room, whatever the nights: so each arrival gets at most one room and each
room at most one arrival, which is the assignment problem, solved to its proven optimum (SciPy, see docs/adr/0015).
Only those who travel together make it harder, because what a room is worth depends on the companion's room: these are
bettered round by round, and how far the result can be from the best is said (`bound`).

First as many arrivals as can be housed, reserved before walk-in; then the weighed wishes. Rooms of the type booked;
who is left over then gets a better type where one is not sold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from binzhi.frontdesk.assignment.rules import MUST, MUSTS, FreeRoom, Need, Proposal, Reason, rate, readiness_of
from binzhi.frontdesk.assignment.weights import DEFAULT, Weights

# To be housed is worth more than all wishes of all arrivals together (WIDEST is more than one can have); where there
# are not rooms for all, who reserved goes first, then who needs something, then who is honoured.
WIDEST, HOUSED, RESERVED, NEEDS, STANDING = 8_000, 64, 32, 8, 7
NOWHERE = -1
ROUNDS = 4  # of bettering those who travel together
Values = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Optimum:
    """A room for every arrival that can have one. `value` and `bound` are sums of wishes: no better plan exceeds
    `bound`, and where they are equal the plan is proven the best. `upgrades` leave the type booked."""

    proposals: Mapping[int, Proposal]
    value: int
    bound: int
    upgrades: frozenset[int] = frozenset()

    @property
    def proven(self) -> bool:
        return self.value >= self.bound

    @property
    def gap(self) -> float:
        """The share of the bound that may be missing."""
        return 0.0 if self.proven else (self.bound - self.value) / max(abs(self.bound), 1)


def propose(
    needs: Sequence[Need], rooms: Sequence[FreeRoom], *, inspection: bool = False, weights: Weights = DEFAULT
) -> dict[int, Proposal]:
    """The proposals alone, by room reservation."""
    return dict(optimise(needs, rooms, inspection=inspection, weights=weights).proposals)


def optimise(
    needs: Sequence[Need],
    rooms: Sequence[FreeRoom],
    *,
    inspection: bool = False,
    weights: Weights = DEFAULT,
    locks: Mapping[int, int] | None = None,
    ranks: Mapping[int, int] | None = None,
    spare: Mapping[tuple[int, date], int] | None = None,
) -> Optimum:
    """The best plan. `locks` (arrival to room) are taken as they are; `ranks` of room types and `spare` rooms of a type
    by night, not sold to anybody, allow better types for those who find none of their own."""
    house = _House(needs, rooms, inspection=inspection, weights=weights)
    given = house.locked(locks or {})
    bound = 0
    for type_id in sorted({need.room_type_id for need in needs}):
        mine = [i for i, need in enumerate(needs) if need.room_type_id == type_id and i not in given]
        used = set(given.values())
        its = [j for j, room in enumerate(rooms) if room.room_type_id == type_id and j not in used]
        found, limit = house.best(mine, its)
        given |= found
        bound += limit
    for i, j in house.locked(locks or {}).items():
        bound += round(float(house.scores(i)[j])) + house.most_beside(i, [j])
    upgrades = house.better_types(given, ranks or {}, spare or {}) if ranks else {}
    proposals = house.told(given | upgrades, locks or {})
    value = sum(proposals[needs[i].room_reservation_id].score for i in given)
    up = frozenset(needs[i].room_reservation_id for i in upgrades)
    return Optimum(proposals, value, max(bound, value), up)


class _House:
    """Needs and rooms as arrays."""

    def __init__(self, needs: Sequence[Need], rooms: Sequence[FreeRoom], *, inspection: bool, weights: Weights) -> None:
        self.needs, self.rooms, self.weights, self.inspection = needs, rooms, weights, inspection
        self.numbers = {room.id: j for j, room in enumerate(rooms)}
        self.ready = np.array([readiness_of(room, inspection=inspection) * weights["ready"] // 30 for room in rooms])
        self.quality = np.array([room.quality for room in rooms])
        self.accessible = np.array([room.accessible for room in rooms], dtype=bool)
        self.connects = np.array([room.connects_to_id is not None for room in rooms], dtype=bool)
        self.floors = np.array([room.floor for room in rooms], dtype=object)
        self.doors = np.array([self.numbers.get(room.connects_to_id or NOWHERE, -1) for room in rooms], dtype=np.int64)
        self._has: dict[str, np.ndarray[Any, np.dtype[np.bool_]]] = {}
        self._profiles: dict[tuple[Any, ...], Values] = {}
        self._first = min((need.arrival for need in needs), default=date.min)
        self._taken = self._nights()
        self.groups: dict[int, list[int]] = defaultdict(list)
        for i, need in enumerate(needs):
            self.groups[need.reservation_id].append(i)

    def _nights(self) -> np.ndarray[Any, np.dtype[np.int32]]:
        """How many nights of a room are taken before a night: free for a stay where it does not grow."""
        until = max((need.departure for need in self.needs), default=self._first)
        width = max((until - self._first).days, 1)
        taken = np.zeros((len(self.rooms), width + 1), dtype=np.int32)
        for j, room in enumerate(self.rooms):
            for night in room.taken:
                at = (night - self._first).days
                if 0 <= at < width:
                    taken[j, at + 1] = 1
        return np.cumsum(taken, axis=1, dtype=np.int32)

    def has(self, wish: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
        if wish not in self._has:
            self._has[wish] = np.array([room.has(wish) for room in self.rooms], dtype=bool)
        return self._has[wish]

    def scores(self, i: int) -> Values:
        """What `rules.rate` gives every room for one arrival, companions apart; -inf breaks a hard rule."""
        need = self.needs[i]
        profile = (need.arrival, need.departure, need.wishes, need.wants_better)
        if profile not in self._profiles:
            self._profiles[profile] = self._score(need)
        found = self._profiles[profile]
        for room_id, worth in ((need.last_room_id, self.weights["last_room"]), (need.stays_on_in, MUST)):
            j = self.numbers.get(room_id or NOWHERE)
            if j is not None:
                found = found.copy()
                found[j] += worth
        return found

    def _score(self, need: Need) -> Values:
        weights = self.weights
        found = self.ready.astype(np.float64)
        for wish in need.wishes:
            has = self.has(wish)
            if wish in MUSTS:
                found += np.where(has, MUST, -np.inf)
            else:
                found += np.where(has, weights["wish"], -(weights["wish"] // 2))
        if need.wants_better:
            found += weights["better"] * min(need.wants_better, 4) * self.quality // 10
        else:
            found -= self.quality // 4
        if "accessible" not in need.wishes:
            found -= np.where(self.accessible, weights["keep"], 0)
        if "connecting" not in need.wishes:
            found -= np.where(self.connects, weights["keep"] // 4, 0)
        first, until = (need.arrival - self._first).days, (need.departure - self._first).days
        free = self._taken[:, max(until, first)] == self._taken[:, first]
        return np.where(free, found, -np.inf)

    def first_right(self, need: Need) -> int:
        """What housing this arrival is worth where there are not rooms for all."""
        turn = HOUSED + (0 if need.walk_in else RESERVED) + (NEEDS if need.musts else 0)
        return WIDEST * (len(self.needs) + 1) * (turn + min(need.wants_better, STANDING))

    def locked(self, locks: Mapping[int, int]) -> dict[int, int]:
        """What the clerk fixed, as far as the room can be had at all."""
        found: dict[int, int] = {}
        for i, need in enumerate(self.needs):
            j = self.numbers.get(locks.get(need.room_reservation_id, NOWHERE))
            if j is not None and j not in found.values() and self.rooms[j].free_for(need):
                found[i] = j
        return found

    def together(self, i: int) -> list[int]:
        return [other for other in self.groups[self.needs[i].reservation_id] if other != i]

    def most_beside(self, i: int, its: Sequence[int]) -> int:
        """The most that companions can add to an arrival, wherever they are."""
        if not self.together(i):
            return 0
        return self.weights["beside"] if self.connects[list(its)].any() else self.weights["near"]

    def best(self, mine: Sequence[int], its: Sequence[int]) -> tuple[dict[int, int], int]:
        """Rooms `its` for arrivals `mine`, and a sum of wishes that no plan of them exceeds."""
        if not mine or not its:
            return {}, 0
        worth = np.empty((len(mine), len(its)))
        columns = np.array(its)
        for row, i in enumerate(mine):
            np.take(self.scores(i), columns, out=worth[row])
            worth[row] += self.first_right(self.needs[i])
            # What breaks a hard rule is worth nothing, and nothing else is.
            np.maximum(worth[row], 0.0, out=worth[row])
        given = self._solve(mine, its, worth)
        grouped = [row for row, i in enumerate(mine) if self.together(i)]
        if not grouped:
            return given, self._sum(given)
        return self._bettered(mine, its, worth, given, grouped)

    def _solve(self, mine: Sequence[int], its: Sequence[int], worth: Values) -> dict[int, int]:
        rows, columns = linear_sum_assignment(worth, maximize=True)
        return {mine[r]: its[c] for r, c in zip(rows, columns, strict=True) if worth[r, c] > 0}

    def _bettered(
        self, mine: Sequence[int], its: Sequence[int], worth: Values, given: dict[int, int], grouped: Sequence[int]
    ) -> tuple[dict[int, int], int]:
        """The first of each group holds his room, the others are drawn to it; kept while the sum grows."""
        columns = np.array(its)
        hopeful = worth.copy()
        for row in grouped:
            more = np.where(self.connects[columns], self.weights["beside"], self.weights["near"])
            hopeful[row] += np.where(worth[row] > 0, more, 0)
        limit = self._limit(mine, its, hopeful)
        best, value = given, self._sum(given)
        for _round in range(ROUNDS):
            drawn = worth.copy()
            for row in grouped:
                i = mine[row]
                for other in self.together(i):
                    if other in best and (other < i or i not in best):
                        at = best[other]
                        pull = np.where(self.doors[columns] == at, self.weights["beside"], 0)
                        pull = np.maximum(
                            pull, np.where(self.floors[columns] == self.floors[at], self.weights["near"], 0)
                        )
                        drawn[row] += np.where(worth[row] > 0, pull, 0)
                # Who is followed stays where he is.
                if i in best and not any(other < i for other in self.together(i)):
                    drawn[row, its.index(best[i])] += MUST
            tried = self._solve(mine, its, drawn)
            if len(tried) < len(best) or self._sum(tried) <= value:
                break
            best, value = tried, self._sum(tried)
        return best, max(limit, value)

    def _limit(self, mine: Sequence[int], its: Sequence[int], hopeful: Values) -> int:
        rows, columns = linear_sum_assignment(hopeful, maximize=True)
        place = {i: row for row, i in enumerate(mine)}
        found = {mine[r]: c for r, c in zip(rows, columns, strict=True) if hopeful[r, c] > 0}
        return round(float(sum(hopeful[place[i], c] - self.first_right(self.needs[i]) for i, c in found.items())))

    def _sum(self, given: Mapping[int, int]) -> int:
        return sum(self.rated(i, given).score for i in given)

    def rated(self, i: int, given: Mapping[int, int]) -> Proposal:
        """One pair by the rules, with the companions where they are now."""
        others = [self.rooms[given[other]] for other in self.together(i) if other in given]
        return rate(
            self.needs[i], self.rooms[given[i]], companions=frozenset(room.id for room in others),
            near=frozenset(room.floor for room in others), inspection=self.inspection, weights=self.weights,
        )  # fmt: skip

    def better_types(
        self, given: Mapping[int, int], ranks: Mapping[int, int], spare: Mapping[tuple[int, date], int]
    ) -> dict[int, int]:
        """Rooms of better types for who has none, the nearest type first, as long as the type is not sold for it."""
        found: dict[int, int] = {}
        left = dict(spare)
        waiting = sorted((i for i in range(len(self.needs)) if i not in given), key=self._turn)
        for i in waiting:
            need = self.needs[i]
            used = {*given.values(), *found.values()}
            nights = [need.arrival + timedelta(days=n) for n in range(need.nights)]
            scores = self.scores(i)
            offers = [
                (ranks.get(room.room_type_id, 0), -scores[j], room.number, j) for j, room in enumerate(self.rooms)
                if j not in used and np.isfinite(scores[j])
                and ranks.get(room.room_type_id, 0) > ranks.get(need.room_type_id, 0)
                and all(left.get((room.room_type_id, night), 0) > 0 for night in nights)
            ]  # fmt: skip
            if offers:
                found[i] = j = min(offers)[3]
                for night in nights:
                    left[self.rooms[j].room_type_id, night] -= 1
        return found

    def _turn(self, i: int) -> tuple[int, int]:
        return -self.first_right(self.needs[i]), self.needs[i].room_reservation_id

    def told(self, given: Mapping[int, int], locks: Mapping[int, int]) -> dict[int, Proposal]:
        """Every room with its reasons."""
        found: dict[int, Proposal] = {}
        for i in given:
            need, proposal = self.needs[i], self.rated(i, given)
            first: list[Reason] = []
            if locks.get(need.room_reservation_id) == proposal.room.id:
                first.append(Reason("locked"))
            if proposal.room.room_type_id != need.room_type_id:
                first.append(Reason("upgrade"))
            found[need.room_reservation_id] = replace(proposal, reasons=(*first, *proposal.reasons))
        return found

"""What the generator remembers of the hotel it fills, so that it asks the services only for what can be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from binzhi.demo.house import BuiltRoom
from binzhi.demo.names import Person
from binzhi.demo.organisations import Organisations
from binzhi.demo.people import Cast, Files
from binzhi.demo.plan import Planned
from binzhi.kernel.errors import DomainError
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import unit_of_work

TIMEZONE = "Asia/Shanghai"
BATCH = 40

T = TypeVar("T")
Remember = Callable[[], None]


@dataclass(slots=True, eq=False)
class Booked:
    """One room of a booking: expected, in house or gone."""

    planned: Planned
    reservation_id: int
    room_reservation_id: int
    person: int
    room_type: str
    departure: date
    room: int | None = None
    account: int | None = None
    deposit: Decimal = ZERO


@dataclass(slots=True)
class House:
    """The running demo hotel."""

    hotel_id: int
    cast: Cast
    people: Sequence[Person]
    files: Files
    organisations: Organisations
    rooms: Sequence[BuiltRoom]
    random: Random
    latest: datetime
    lane: Executor
    today: date = date.min
    free: dict[str, list[int]] = field(default_factory=dict)
    sold: dict[tuple[str, date], int] = field(default_factory=lambda: defaultdict(int))
    expected: dict[date, list[Booked]] = field(default_factory=lambda: defaultdict(list))
    in_house: list[Booked] = field(default_factory=list)
    credit: dict[int, Decimal] = field(default_factory=dict)
    refused: int = 0
    type_of: dict[int, str] = field(default_factory=dict)
    _count: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.free = {room.type_code: [] for room in self.rooms}
        for room in self.rooms:
            self.free[room.type_code].append(room.pk)
        self._count = {code: len(rooms) for code, rooms in self.free.items()}
        self.type_of = {room.pk: room.type_code for room in self.rooms}

    def at(self, hour: int, minute: int = 0, *, day: date | None = None) -> datetime:
        """An instant of the open day on the hotel's clocks, never after the loading itself."""
        local = datetime.combine(day or self.today, time(hour, minute), ZoneInfo(TIMEZONE))
        return min(local.astimezone(UTC), self.latest)

    def moment(self, key: int, first: int, last: int) -> datetime:
        """Some minute between two hours of the open day: the same for the same key, whoever asks and how often."""
        minute = (key * 7919 + self.today.toordinal() * 104729) % ((last - first) * 60 + 1)
        return self.at(first + minute // 60, minute % 60)

    def pick(self, key: int, choices: Sequence[T]) -> T:
        """One of several, the same for the same key and day."""
        return choices[(key * 31337 + self.today.toordinal() * 613) % len(choices)]

    def has_room(self, code: str, arrival: date, departure: date, rooms: int = 1) -> bool:
        return all(self.sold[code, night] + rooms <= self._count[code] for night in _nights(arrival, departure))

    def sell(self, code: str, arrival: date, departure: date, rooms: int = 1) -> None:
        for night in _nights(arrival, departure):
            self.sold[code, night] += rooms

    def close_room(self, room: int, start: date, until: date) -> None:
        """A room out of order is neither free nor counted."""
        self.free[self.type_of[room]].remove(room)
        self.sell(self.type_of[room], start, until)

    def each(self, items: Iterable[T], act: Callable[[T], Remember]) -> None:
        """Do the same for all, many in one transaction; who is refused is left out and takes no other along."""
        rest = list(items)
        for start in range(0, len(rest), BATCH):
            batch = rest[start : start + BATCH]
            try:
                with unit_of_work():
                    done = [act(item) for item in batch]
            except DomainError:
                done = [*filter(None, (self._alone(item, act) for item in batch))]
            for remember in done:
                remember()

    def _alone(self, item: T, act: Callable[[T], Remember]) -> Remember | None:
        try:
            return act(item)
        except DomainError:
            self.refused += 1
            return None


def _nights(arrival: date, departure: date) -> Iterable[date]:
    return (arrival + timedelta(days=offset) for offset in range((departure - arrival).days))

"""A small hotel in plain Python: what reservations, counters and rooms must look like after each step."""

from __future__ import annotations

from dataclasses import dataclass, field

ROOMS = {"101": "std", "102": "std", "201": "king"}
Night = int


@dataclass
class Stay:
    """`held` says for each night which type the counters hold, `rooms` which room it has."""

    kind: str
    arrival: Night
    departure: Night
    status: str = "reserved"
    room: str | None = None
    held: dict[Night, str] = field(default_factory=dict)
    rooms: dict[Night, str] = field(default_factory=dict)
    type_now: str = ""

    @property
    def nights(self) -> range:
        return range(self.arrival, self.departure)


@dataclass
class Model:
    """Each method does what the system should do, or says by which refusal it should not."""

    today: Night = 0
    stays: dict[int, Stay] = field(default_factory=dict)
    broken: dict[int, tuple[str, Night, Night]] = field(default_factory=dict)
    changes: int = 0

    def sold(self, night: Night, kind: str) -> int:
        return sum(stay.held.get(night) == kind for stay in self.stays.values())

    def out(self, night: Night, kind: str) -> int:
        return sum(ROOMS[room] == kind and start <= night < until for room, start, until in self.broken.values())

    def left(self, night: Night, kind: str) -> int:
        return sum(of == kind for of in ROOMS.values()) - self.out(night, kind) - self.sold(night, kind)

    def holder(self, room: str, night: Night) -> int | str | None:
        """Who has the room on a night: a stay's key, "broken", or nobody."""
        for key, stay in self.stays.items():
            if stay.rooms.get(night) == room:
                return key
        if any(of == room and start <= night < until for of, start, until in self.broken.values()):
            return "broken"
        return None

    def in_house(self, room: str) -> int | None:
        return next((k for k, s in self.stays.items() if s.status == "in_house" and s.room == room), None)

    def _room_for(self, wanted: dict[Night, str], given_up: dict[Night, str]) -> bool:
        """Whether the counters can bear the net change."""
        return all(given_up.get(night) == kind or self.left(night, kind) > 0 for night, kind in wanted.items())

    def book(self, key: int, kind: str, arrival: Night, departure: Night) -> str:
        stay = Stay(kind, arrival, departure, type_now=kind)
        stay.held = {night: kind for night in stay.nights}
        if not self._room_for(stay.held, {}):
            return "RoomTypeSoldOut"
        self.stays[key] = stay
        self.changes += 1
        return "ok"

    def leave(self, key: int, status: str) -> str:
        """Cancelled or a no-show."""
        stay = self.stays[key]
        if stay.status != "reserved":
            return "WrongStatus"
        if status == "no_show" and stay.arrival > self.today:
            return "NotYetDue"
        stay.status, stay.room, stay.held, stay.rooms = status, None, {}, {}
        self.changes += 1
        return "ok"

    def reinstate(self, key: int) -> str:
        stay = self.stays[key]
        if stay.status not in ("cancelled", "no_show"):
            return "WrongStatus"
        if stay.departure <= self.today if stay.nights else stay.arrival < self.today:
            return "TooLateToReinstate"
        arrival = max(stay.arrival, self.today)
        held = {night: stay.type_now for night in range(arrival, stay.departure)}
        if not self._room_for(held, {}):
            return "RoomTypeSoldOut"
        stay.arrival, stay.held, stay.status = arrival, held, "reserved"
        self.changes += 1
        return "ok"

    def change(self, key: int, kind: str, arrival: Night, departure: Night) -> str:
        """Only of stays to come."""
        stay = self.stays[key]
        same = kind == stay.kind
        type_now = stay.type_now if same else kind
        nights = range(arrival, departure)
        room = stay.room if same else None
        rooms = {night: self._room_on(stay, night, arrival) for night in nights} if room else {}
        held = {night: ROOMS[rooms[night]] if room else type_now for night in nights}
        if not self._room_for(held, stay.held):
            return "RoomTypeSoldOut"
        if any(self.holder(of, night) not in (None, key) for night, of in rooms.items()):
            return "RoomTaken"
        room = rooms.get(arrival, room) if room else None
        type_now = ROOMS[room] if room else type_now
        stay.kind, stay.type_now, stay.arrival, stay.departure, stay.held, stay.room = (
            kind,
            type_now,
            arrival,
            departure,
            held,
            room,
        )
        stay.rooms = rooms
        self.changes += 1
        return "ok"

    def _room_on(self, stay: Stay, night: Night, arrival: Night) -> str:
        """The room of a night when the stay begins at `arrival`: kept where it had one, added ones at the near end."""
        assert stay.room is not None
        if night in stay.rooms:
            return stay.rooms[night]
        if night < stay.departure or arrival >= stay.departure:
            return stay.room
        return stay.rooms.get(stay.departure - 1, stay.room)

    def split(self, key: int, night: Night, room: str) -> str:
        """Another room from a night on, counted by its type."""
        stay = self.stays[key]
        if stay.status not in ("reserved", "in_house"):
            return "WrongStatus"
        if stay.room is None:
            return "NoRoomAssigned"
        first = stay.arrival if stay.status == "reserved" else max(stay.arrival, self.today)
        if night not in range(first + 1, stay.departure):
            return "NightCannotSplit"
        nights = range(night, stay.departure)
        if not self._room_for({later: ROOMS[room] for later in nights}, stay.held):
            return "RoomTypeSoldOut"
        if any(self.holder(room, later) not in (None, key) for later in nights):
            return "RoomTaken"
        for later in nights:
            stay.rooms[later], stay.held[later] = room, ROOMS[room]
        return "ok"

    def unassign(self, key: int) -> str:
        """Back among those without a room, counted by the type of the first."""
        stay = self.stays[key]
        if stay.room is None:
            return "NoRoomAssigned"
        held = {night: stay.type_now for night in stay.nights}
        if not self._room_for(held, stay.held):
            return "RoomTypeSoldOut"
        stay.room, stay.rooms, stay.held = None, {}, held
        return "ok"

    def give(self, key: int, room: str) -> str:
        """Assign or move: for all nights that are not slept."""
        stay = self.stays[key]
        if stay.room == room:
            return "ok"
        kind = ROOMS[room]
        left = [night for night in stay.nights if night >= self.today]
        if not self._room_for({night: kind for night in left}, {night: stay.held[night] for night in left}):
            return "RoomTypeSoldOut"
        if stay.status == "in_house" and self.in_house(room) is not None:
            return "RoomOccupied"
        if any(self.holder(room, night) not in (None, key) for night in left):
            return "RoomTaken"
        stay.room, stay.type_now = room, kind
        for night in left:
            stay.held[night], stay.rooms[night] = kind, room
        return "ok"

    def start(self, key: int) -> str:
        stay = self.stays[key]
        if stay.arrival > self.today:
            return "NotDueIn"
        if stay.room is None:
            return "NoRoomAssigned"
        if self.in_house(stay.room) is not None:
            return "RoomOccupied"
        stay.status = "in_house"
        return "ok"

    def depart(self, key: int, departure: Night) -> None:
        """Give up the nights from `departure` on."""
        stay = self.stays[key]
        stay.departure = departure
        stay.held = {night: kind for night, kind in stay.held.items() if night < departure}
        stay.rooms = {night: room for night, room in stay.rooms.items() if night < departure}

    def extend(self, key: int, departure: Night) -> str:
        stay = self.stays[key]
        added = range(stay.departure, departure)
        last = stay.rooms.get(stay.departure - 1, stay.room)
        kind = ROOMS[last] if last else stay.type_now
        if not self._room_for(dict.fromkeys(added, kind), {}):
            return "RoomTypeSoldOut"
        if last and any(self.holder(last, night) is not None for night in added):
            return "RoomTaken"
        for night in added:
            stay.held[night] = kind
            if last:
                stay.rooms[night] = last
        stay.departure = departure
        return "ok"

    def take_out(self, key: int, room: str, start: Night, until: Night) -> str:
        nights = range(start, until)
        if any(self.left(night, ROOMS[room]) < 1 for night in nights):
            return "LimitBelowSold"
        if any(self.holder(room, night) is not None for night in nights):
            return "RoomTaken"
        self.broken[key] = (room, start, until)
        self.changes += 1
        return "ok"

    def put_back(self, key: int) -> None:
        room, start, until = self.broken[key]
        self.broken[key] = (room, start, max(start, min(until, self.today)))
        self.changes += 1

    def audit(self) -> None:
        """Everybody due out has left before; who did not come is a no-show."""
        for key, stay in self.stays.items():
            if stay.status == "reserved" and stay.arrival <= self.today:
                self.leave(key, "no_show")
        self.today += 1

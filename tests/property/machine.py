"""The rules by which a small hotel lives at random, each done to the system and to the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.kernel.models import AuditEntry
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import no_shows, splitting, stays, verify
from binzhi.reservations.requests import RoomChange
from binzhi.reservations.services import (
    cancel_reservation,
    change_room,
    create_reservation,
    mark_no_show,
    reinstate,
    return_room_to_service,
    set_room_out_of_order,
)
from tests.factories import NOW, SYSTEM, TODAY, booking, make_hotel, run_audit_day
from tests.property.model import ROOMS, Model, Stay

NIGHTS = 50
KINDS = st.sampled_from(("std", "king"))
SPANS = st.integers(0, 4)
AHEAD = st.integers(0, 5)
ROOM = st.sampled_from(sorted(ROOMS))
WRITTEN = (
    "reservation.created",
    "reservation.changed",
    "reservation.cancelled",
    "reservation.no_show",
    "reservation.reinstated",
    "room.out_of_order",
    "room.returned_to_service",
)


PICK = st.integers(0, 99)


def has_stays(machine: Hotel) -> bool:
    return bool(machine.model.stays)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


class Hotel(RuleBasedStateMachine):
    """Two standard rooms and a king. Keys of the model are ids of the database."""

    repairs = Bundle("repairs")

    def __init__(self) -> None:
        super().__init__()
        self.hotel = make_hotel(types={"std": 2, "king": 1}, nights=NIGHTS, with_billing=True)
        self.model = Model()
        self.reservation_of: dict[int, int] = {}

    def stay(self, key: int) -> Stay:
        return self.model.stays[key]

    def pick(self, pick: int, *statuses: str) -> int:
        """A stay for which the step is meant; one in ten is any stay, and must be refused if it is the wrong one."""
        fitting = sorted(key for key, stay in self.model.stays.items() if stay.status in statuses)
        if not fitting or pick % 10 == 9:
            fitting = sorted(self.model.stays)
        return fitting[pick // 10 % len(fitting)]

    def outcome(self, call: Callable[[], Any]) -> tuple[str, Any]:
        try:
            return "ok", call()
        except DomainError as refusal:
            return type(refusal).__name__, None

    def desk(self, key: int, step: Callable[[stays.LockedRoom], Any]) -> str:
        """A block of the desk in a transaction of its own."""

        def run() -> None:
            with unit_of_work():
                step(stays.lock_room_reservation(hotel_id=self.hotel.pk, room_reservation_id=key))

        return self.outcome(run)[0]

    @initialize(spans=st.tuples(SPANS, SPANS, SPANS))
    def first_guests(self, spans: tuple[int, int, int]) -> None:
        """A hotel with something in it, so that most steps have something to do."""
        for kind, span in zip(("std", "std", "king"), spans, strict=True):
            self._book(kind, 0, span)

    @rule(kind=KINDS, ahead=AHEAD, span=SPANS)
    def book(self, kind: str, ahead: int, span: int) -> None:
        self._book(kind, ahead, span)

    def _book(self, kind: str, ahead: int, span: int) -> None:
        arrival = self.model.today + ahead
        outcome, made = self.outcome(
            lambda: create_reservation(
                hotel_id=self.hotel.pk,
                booking=booking(arrival=day(arrival), nights=span, room_type=kind),
                actor=SYSTEM,
                now=NOW,
            )
        )
        key = made.room_ids[0] if made else -1
        assert outcome == self.model.book(key, kind, arrival, arrival + span)
        if made:
            self.reservation_of[key] = made.id

    @precondition(has_stays)
    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        key = self.pick(pick, "reserved")
        outcome, _done = self.outcome(
            lambda: cancel_reservation(
                hotel_id=self.hotel.pk,
                reservation_id=self.reservation_of[key],
                room_ids=[key],
                reason="guest",
                actor=SYSTEM,
                now=NOW,
            )
        )
        assert outcome == self.model.leave(key, "cancelled")

    @precondition(has_stays)
    @rule(pick=PICK)
    def no_show(self, pick: int) -> None:
        key = self.pick(pick, "reserved")
        outcome, _done = self.outcome(
            lambda: mark_no_show(hotel_id=self.hotel.pk, room_reservation_id=key, actor=SYSTEM, now=NOW)
        )
        assert outcome == self.model.leave(key, "no_show")

    @precondition(has_stays)
    @rule(pick=PICK)
    def reinstate(self, pick: int) -> None:
        key = self.pick(pick, "cancelled", "no_show")
        outcome, _version = self.outcome(
            lambda: reinstate(hotel_id=self.hotel.pk, room_reservation_id=key, actor=SYSTEM, now=NOW)
        )
        assert outcome == self.model.reinstate(key)

    @precondition(has_stays)
    @rule(pick=PICK, kind=KINDS, ahead=AHEAD, span=SPANS)
    def change(self, pick: int, kind: str, ahead: int, span: int) -> None:
        key = self.pick(pick, "reserved", "in_house")
        arrival = self.model.today + ahead
        change = RoomChange(
            arrival=day(arrival), departure=day(arrival + span), room_type=kind, rate_plan="bar", adults=2
        )
        outcome, _version = self.outcome(
            lambda: change_room(hotel_id=self.hotel.pk, room_reservation_id=key, change=change, actor=SYSTEM, now=NOW)
        )
        if self.stay(key).status == "reserved":
            assert outcome == self.model.change(key, kind, arrival, arrival + span)
        elif self.stay(key).status != "in_house":
            assert outcome == "WrongStatus"
        elif outcome == "ok":
            self._changed_in_house(key, kind, arrival, arrival + span)

    def _changed_in_house(self, key: int, kind: str, arrival: int, departure: int) -> None:
        """What may come through of a guest in house: the same arrival and type, another departure."""
        stay = self.stay(key)
        assert (arrival, kind) == (stay.arrival, stay.kind)
        if departure > stay.departure:
            assert self.model.extend(key, departure) == "ok"
        else:
            assert departure >= self.model.today
            self.model.depart(key, departure)
        self.model.changes += 1

    @precondition(has_stays)
    @rule(pick=PICK, room=ROOM)
    def assign(self, pick: int, room: str) -> None:
        key = self.pick(pick, "reserved")
        outcome = self.desk(key, lambda stay: stays.assign(room_reservation=stay, room_id=self.hotel.rooms[room]))
        reserved = self.stay(key).status == "reserved"
        assert outcome == (self.model.give(key, room) if reserved else "WrongStatus")

    @precondition(has_stays)
    @rule(pick=PICK)
    def unassign(self, pick: int) -> None:
        key = self.pick(pick, "reserved")
        outcome = self.desk(key, lambda stay: stays.unassign(room_reservation=stay))
        assert outcome == (self.model.unassign(key) if self.stay(key).status == "reserved" else "WrongStatus")

    @precondition(has_stays)
    @rule(pick=PICK)
    def start(self, pick: int) -> None:
        key = self.pick(pick, "reserved")
        outcome = self.desk(key, lambda stay: stays.start(room_reservation=stay, now=NOW))
        reserved = self.stay(key).status == "reserved"
        assert outcome == (self.model.start(key) if reserved else "WrongStatus")

    @precondition(has_stays)
    @rule(pick=PICK, room=ROOM)
    def arrive_now(self, pick: int, room: str) -> None:
        """Assigned and started in one transaction, as a check-in does; without it few stays would ever begin."""
        due = sorted(k for k, s in self.model.stays.items() if s.status == "reserved" and s.arrival == self.model.today)
        if not due:
            return
        key = due[pick % len(due)]
        stay = self.stay(key)
        before = self._copy(stay)
        wanted = self.model.give(key, room)
        if wanted == "ok":
            wanted = self.model.start(key)
        if wanted != "ok":
            self.model.stays[key] = before

        def run(locked: stays.LockedRoom) -> None:
            given = stays.assign(room_reservation=locked, room_id=self.hotel.rooms[room])
            stays.start(room_reservation=given, now=NOW)

        assert self.desk(key, run) == wanted

    def _copy(self, stay: Stay) -> Stay:
        return replace(stay, held=dict(stay.held), rooms=dict(stay.rooms))

    @precondition(has_stays)
    @rule(pick=PICK)
    def undo_start(self, pick: int) -> None:
        key = self.pick(pick, "in_house")
        outcome = self.desk(key, lambda stay: stays.undo_start(room_reservation=stay))
        stay = self.stay(key)
        if stay.status != "in_house":
            assert outcome == "WrongStatus"
        elif stay.arrival < self.model.today:
            assert outcome == "NightsSlept"
        else:
            assert outcome == "ok"
            stay.status = "reserved"

    @precondition(has_stays)
    @rule(pick=PICK)
    def end(self, pick: int) -> None:
        key = self.pick(pick, "in_house")
        outcome = self.desk(key, lambda stay: stays.end(room_reservation=stay, now=NOW))
        assert outcome == ("ok" if self.stay(key).status == "in_house" else "WrongStatus")
        if outcome == "ok":
            self._ended(key)

    def _ended(self, key: int) -> None:
        self.model.depart(key, min(self.stay(key).departure, self.model.today))
        self.stay(key).status = "checked_out"

    @precondition(has_stays)
    @rule(pick=PICK, span=SPANS)
    def shorten(self, pick: int, span: int) -> None:
        key = self.pick(pick, "reserved", "in_house")
        stay = self.stay(key)
        departure = stay.arrival + span
        outcome = self.desk(key, lambda locked: stays.shorten(room_reservation=locked, departure=day(departure)))
        if stay.status not in ("reserved", "in_house"):
            assert outcome == "WrongStatus"
        elif stay.status == "in_house" and departure < self.model.today:
            assert outcome == "NightsSlept"
        elif departure >= stay.departure:
            assert outcome == "InvalidInput"
        else:
            assert outcome == "ok"
            self.model.depart(key, departure)

    @precondition(has_stays)
    @rule(pick=PICK, span=SPANS)
    def extend(self, pick: int, span: int) -> None:
        key = self.pick(pick, "reserved", "in_house")
        stay = self.stay(key)
        departure = stay.departure + span
        outcome = self.desk(key, lambda locked: stays.extend(room_reservation=locked, departure=day(departure)))
        if stay.status not in ("reserved", "in_house"):
            assert outcome == "WrongStatus"
        elif not span or departure - stay.arrival > 30:
            assert outcome == "InvalidInput"
        else:
            assert outcome == self.model.extend(key, departure)

    @precondition(has_stays)
    @rule(pick=PICK, room=ROOM)
    def move(self, pick: int, room: str) -> None:
        key = self.pick(pick, "in_house")
        outcome = self.desk(key, lambda stay: stays.move(room_reservation=stay, room_id=self.hotel.rooms[room]))
        in_house = self.stay(key).status == "in_house"
        assert outcome == (self.model.give(key, room) if in_house else "WrongStatus")

    @precondition(has_stays)
    @rule(pick=PICK, room=ROOM, ahead=st.integers(0, 3))
    def split(self, pick: int, room: str, ahead: int) -> None:
        key = self.pick(pick, "reserved", "in_house")
        night, other = self.stay(key).arrival + ahead, self.hotel.rooms[room]
        kept = splitting.TypePrice()
        outcome = self.desk(
            key, lambda stay: splitting.split(room_reservation=stay, night=day(night), room_id=other, price=kept)
        )
        assert outcome == self.model.split(key, night, room)

    @precondition(lambda self: sum(until > self.model.today for _room, _start, until in self.model.broken.values()) < 2)
    @rule(target=repairs, room=ROOM, ahead=AHEAD, span=st.integers(1, 4))
    def take_out(self, room: str, ahead: int, span: int) -> Any:
        start = self.model.today + ahead
        outcome, key = self.outcome(
            lambda: set_room_out_of_order(
                hotel_id=self.hotel.pk,
                room_id=self.hotel.rooms[room],
                start=day(start),
                until=day(start + span),
                reason="漏水",
                actor=SYSTEM,
                now=NOW,
            )
        )
        assert outcome == self.model.take_out(key or -1, room, start, start + span)
        return key if key else multiple()

    @rule(key=consumes(repairs))
    def put_back(self, key: int) -> None:
        return_room_to_service(hotel_id=self.hotel.pk, out_of_order_id=key, actor=SYSTEM, now=NOW)
        self.model.put_back(key)

    @precondition(lambda self: self.model.today < 20)
    @rule()
    def night_audit(self) -> None:
        for key, stay in list(self.model.stays.items()):
            if stay.status == "in_house" and stay.departure <= self.model.today:
                assert self.desk(key, lambda stay: stays.end(room_reservation=stay, now=NOW)) == "ok"
                self._ended(key)
        with unit_of_work():
            no_shows.turn_over(hotel_id=self.hotel.pk, date=day(self.model.today), actor=SYSTEM, now=NOW)
        self.model.audit()
        run_audit_day(self.hotel)

    @invariant()
    def counters_are_the_models(self) -> None:
        rows = db.fetch_all(
            "SELECT n.night, t.code, n.sold, n.out_of_order, n.rooms FROM reservations_night n"
            " JOIN property_roomtype t ON t.id = n.room_type_id WHERE n.hotel_id = %s",
            [self.hotel.pk],
        )
        assert len(rows) == NIGHTS * 2
        for row in rows:
            night = (row["night"] - TODAY).days
            assert row["sold"] == self.model.sold(night, row["code"])
            assert row["out_of_order"] == self.model.out(night, row["code"])
            assert row["sold"] <= row["rooms"] - row["out_of_order"]

    @invariant()
    def counters_are_the_reservations(self) -> None:
        assert verify.differences(hotel_id=self.hotel.pk) == []
        assert verify.stray_nights(hotel_id=self.hotel.pk) == []
        assert verify.wrongly_priced(hotel_id=self.hotel.pk) == []

    @invariant()
    def stays_and_rooms_are_the_models(self) -> None:
        rows = db.fetch_all(
            "SELECT rr.id, rr.status, rr.arrival, rr.departure, r.number FROM reservations_roomreservation rr"
            " LEFT JOIN property_room r ON r.id = rr.room_id WHERE rr.hotel_id = %s",
            [self.hotel.pk],
        )
        found = {row["id"]: (row["status"], row["arrival"], row["departure"], row["number"]) for row in rows}
        assert found == {
            key: (stay.status, day(stay.arrival), day(stay.departure), stay.room)
            for key, stay in self.model.stays.items()
        }
        nights = db.fetch_all(
            "SELECT n.room_reservation_id, n.night, r.number FROM reservations_roomnight n"
            " JOIN property_room r ON r.id = n.room_id WHERE n.hotel_id = %s AND n.room_reservation_id IS NOT NULL",
            [self.hotel.pk],
        )
        assert {(row["room_reservation_id"], row["night"], row["number"]) for row in nights} == {
            (key, day(night), room) for key, stay in self.model.stays.items() for night, room in stay.rooms.items()
        }

    @invariant()
    def audit_rows_are_the_changes(self) -> None:
        assert AuditEntry.objects.filter(hotel_id=self.hotel.pk, operation__in=WRITTEN).count() == self.model.changes

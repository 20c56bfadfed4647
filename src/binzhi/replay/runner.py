"""One hotel lived through: day by day from where its tables say it stands, until the last guest has left.

What is done is asked of the tables alone (reservation by row number, its version, its status, the open hotel
day), so a run that was killed goes on where its last commit was. Many operations share one transaction; each
keeps its permission, audit row and event. One that is refused is tried again alone, so that it takes no other with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from django.db import OperationalError, connection

from binzhi.billing.payments import PaymentInput
from binzhi.billing.setup import SERVICES
from binzhi.frontdesk import services as desk
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.kernel.money import ZERO, tax_on
from binzhi.kernel.operations import unit_of_work
from binzhi.replay.changes import stages
from binzhi.replay.phases import Phases
from binzhi.replay.rows import CANCELLED, Booking
from binzhi.replay.schedule import Day, Schedule, schedule
from binzhi.replay.setup import ACTOR, CANCEL_REASON, CHANNEL, CURRENCY, MEANS, RATE_PLAN, hotel_time
from binzhi.replay.terms import Place, Refusal
from binzhi.reservations import services as reservations
from binzhi.reservations.services import NewReservation, RoomChange, RoomRequest

BATCH = 50
RESERVED, IN_HOUSE = "reserved", "in_house"
_AT = {
    "book": time(9),
    "change": time(10),
    "cancel": time(11),
    "leave": time(11, 30),
    "pass": time(13),
    "arrive": time(15),
}
_AUDIT_AT = time(2)

T = TypeVar("T")


class Stopped(Exception):
    """Somebody asked to stop; everything up to the last batch is kept."""


@dataclass(slots=True)
class Standing:
    """How a row stands in the tables."""

    reservation_id: int
    room_id: int
    version: int
    status: str
    room: int | None = None
    room_type: str = ""


# The only thing a run tells about its progress: steps done, lives ended, the hotel day.
Tell = Callable[[int, int, date], None]

_STANDING = """
SELECT r.channel_number::integer AS row, r.id AS reservation_id, rr.id AS room_id, r.version, rr.status,
       rr.room_id AS room, t.code AS room_type
FROM reservations_reservation r
JOIN reservations_roomreservation rr ON rr.reservation_id = r.id
LEFT JOIN property_room pr ON pr.id = rr.room_id
LEFT JOIN property_roomtype t ON t.id = pr.room_type_id
WHERE r.hotel_id = %s AND r.channel = %s
"""
_ROOMS = """
SELECT t.code, array_agg(r.id ORDER BY r.number DESC) AS rooms
FROM property_room r JOIN property_roomtype t ON t.id = r.room_type_id
WHERE r.hotel_id = %s GROUP BY t.code
"""
_OWED = """
SELECT rr.id, sum(a.balance) AS owed
FROM reservations_roomreservation rr JOIN billing_account a ON a.folio_id = rr.folio_id
WHERE rr.id = ANY (%s) GROUP BY rr.id
"""


class HotelRun:
    """One hotel's replay in this process."""

    def __init__(
        self, place: Place, bookings: Sequence[Booking], *, tell: Tell, is_stopped: Callable[[], bool], lanes: int = 2
    ) -> None:
        self._hotel_id = place.hotel_id
        self._days: Schedule = schedule(bookings)
        self._tell = tell
        self._is_stopped = is_stopped
        self._lanes = lanes
        self._today = self._days.first
        self.phases = Phases()
        self.refused: list[Refusal] = []
        self._standing: dict[int, Standing] = {}
        self._free: dict[str, list[int]] = {}
        self._events = 0
        self._learn_at = 40

    def run(self) -> None:
        """Live every day that is not closed yet. Raises Stopped."""
        _prepare_session()
        first = self._take_stock()
        # Two lanes in two threads: while one waits for the server the other reckons.
        with ThreadPoolExecutor(max_workers=1, initializer=_prepare_session) as lane:
            try:
                done = [work for day, work in self._days if day < first]
                # Told at once, and apart: what an earlier run did does not count for this one's rate.
                self._tell(sum(map(steps_of, done)), sum(map(lives_of, done)), first)
                for day, work in self._days:
                    if day >= first:
                        self._today = day
                        self._live(day, work, lane)
                        self._tell(steps_of(work), lives_of(work), day)
            finally:
                lane.submit(_end_session).result()
                _end_session()

    def _take_stock(self) -> date:
        self._standing = {row.pop("row"): Standing(**row) for row in db.fetch_all(_STANDING, [self._hotel_id, CHANNEL])}
        self._free = {row["code"]: list(row["rooms"]) for row in db.fetch_all(_ROOMS, [self._hotel_id])}
        for standing in self._standing.values():
            if standing.status == IN_HOUSE and standing.room is not None:
                self._free[standing.room_type].remove(standing.room)
        today: date = db.fetch_value("SELECT business_date FROM property_hotel WHERE id = %s", [self._hotel_id])
        return today

    def _live(self, day: date, work: Day, lane: Executor) -> None:
        plain, others = _split_arrivals(work)
        leaving, coming = self._shared(work, work.departures), self._shared(work, plain)
        # The other lane takes a part of the desk's work before and after the office's; rooms come free before any is
        # given away.
        office = [lane.submit(self._leave, leaving[1]), lane.submit(self._office, work)] if self._lanes > 1 else []
        if not office:
            self._office(work)
        try:
            self._leave(leaving[0])
            if office:
                office[0].result()
                office.append(lane.submit(self._arrive, coming[1], "arrive"))
            self._arrive(coming[0], "arrive")
        finally:
            wait(office)
        for done in office:
            done.result()
        for booking in work.day_uses:
            # One after the other: they pass through the same room.
            self._arrive([booking], "pass")
            self._leave([booking])
        self._arrive(others, "arrive")
        self._audit(day)

    def _shared(self, work: Day, bookings: Sequence[Booking]) -> tuple[Sequence[Booking], Sequence[Booking]]:
        """Of what the desk does, this lane's part and the other's, so that both have as much to do all in all."""
        if self._lanes == 1:
            return bookings, ()
        office = len(work.bookings) + len(work.changes) + len(work.cancellations)
        desk = len(work.departures) + len(work.arrivals)
        mine = len(bookings) * (desk + min(office, desk)) // max(2 * desk, 1)
        return bookings[:mine], bookings[mine:]

    def _office(self, work: Day) -> None:
        """What the reservations office does on a day."""
        self._each("book", [b for b in work.bookings if b.row not in self._standing], self._book)
        self._each("change", [c for c in work.changes if self._is_due(*c)], self._change)
        self._each("cancel", [b for b in work.cancellations if self._is(b, RESERVED)], self._cancel)

    # ------------------------------------------------------------ events

    def _book(self, booking: Booking, now: datetime) -> Callable[[], None]:
        party = stages(booking)[0]
        made = reservations.create_reservation(
            hotel_id=self._hotel_id,
            booking=NewReservation(
                # The file names nobody; the row stands for the name.
                booker_name=f"#{booking.row}", market=booking.market, source=booking.source, channel=CHANNEL,
                channel_number=str(booking.row), guarantee="card" if booking.prepaid else "none",
                rooms=(
                    RoomRequest(
                        room_type=booking.reserved_type, rate_plan=RATE_PLAN, arrival=booking.arrival,
                        departure=booking.arrival + timedelta(days=party.nights), adults=party.adults,
                        children=booking.children, infants=booking.babies, prices=(booking.adr,) * max(party.nights, 1),
                    ),
                ),
            ),
            actor=ACTOR, now=now,
        )  # fmt: skip
        standing = Standing(made.id, made.room_ids[0], made.version, RESERVED)
        return lambda: self._standing.__setitem__(booking.row, standing)

    def _change(self, change: tuple[Booking, int], now: datetime) -> Callable[[], None]:
        booking, number = change
        party, standing = stages(booking)[number], self._standing[booking.row]
        version = reservations.change_room(
            hotel_id=self._hotel_id, room_reservation_id=standing.room_id,
            change=RoomChange(
                arrival=booking.arrival, departure=booking.arrival + timedelta(days=party.nights),
                room_type=booking.reserved_type, rate_plan=RATE_PLAN, adults=party.adults, children=booking.children,
                infants=booking.babies, keep_prices=True,
            ),
            expected_version=standing.version, actor=ACTOR, now=now,
        )  # fmt: skip
        return lambda: setattr(standing, "version", version)

    def _cancel(self, booking: Booking, now: datetime) -> Callable[[], None]:
        standing = self._standing[booking.row]
        reservations.cancel_reservation(
            hotel_id=self._hotel_id, reservation_id=standing.reservation_id, reason=CANCEL_REASON, actor=ACTOR, now=now
        )
        return lambda: setattr(standing, "status", CANCELLED)

    def _arrive(self, bookings: Sequence[Booking], stage: str) -> None:
        bookings = [booking for booking in bookings if self._is(booking, RESERVED)]
        rooms = {booking.row: self._free[booking.assigned_type].pop() for booking in bookings}

        def check_in(booking: Booking, now: datetime) -> Callable[[], None]:
            standing = self._standing[booking.row]
            desk.check_in(
                hotel_id=self._hotel_id, room_reservation_id=standing.room_id, room_id=rooms[booking.row],
                # Nobody cleans in a replay.
                accept_as_it_is=True, actor=ACTOR, now=now,
            )  # fmt: skip

            def came() -> None:
                standing.status, standing.room, standing.room_type = IN_HOUSE, rooms[booking.row], booking.assigned_type

            return came

        self._each(stage, bookings, check_in)
        for booking in bookings:
            if not self._is(booking, IN_HOUSE):
                self._free[booking.assigned_type].append(rooms[booking.row])

    def _leave(self, bookings: Sequence[Booking]) -> None:
        bookings = [booking for booking in bookings if self._is(booking, IN_HOUSE)]
        if not bookings:
            return
        rooms = [self._standing[booking.row].room_id for booking in bookings]
        owed: dict[int, Decimal] = {row["id"]: row["owed"] for row in db.fetch_all(_OWED, [rooms])}

        def check_out(booking: Booking, now: datetime) -> Callable[[], None]:
            standing = self._standing[booking.row]
            amount = owed.get(standing.room_id, ZERO)
            if not booking.nights:
                # Check-out itself charges a day that had no night.
                amount += booking.adr + tax_on(booking.adr, SERVICES, CURRENCY)
            desk.check_out(
                hotel_id=self._hotel_id, room_reservation_id=standing.room_id,
                payments=(PaymentInput(means=MEANS, amount=amount),) if amount else (), actor=ACTOR, now=now,
            )  # fmt: skip

            def left() -> None:
                standing.status = "checked_out"
                if standing.room is not None:
                    self._free[standing.room_type].append(standing.room)

            return left

        self._each("leave", bookings, check_out)

    def _audit(self, day: date) -> None:
        now = hotel_time(day + timedelta(days=1), _AUDIT_AT)
        with self.phases.measure("audit", 1):
            desk.run_night_audit(hotel_id=self._hotel_id, business_date=day, actor=ACTOR, now=now)

    # ------------------------------------------------------------ how

    def _each(self, stage: str, items: Sequence[T], act: Callable[[T, datetime], Callable[[], None]]) -> None:
        """Do the same for all of them, many in one transaction; what they change in memory follows the commit."""
        now = hotel_time(self._today, _AT[stage])
        for batch in _batches(items):
            if self._is_stopped():
                raise Stopped
            self._learn(len(batch))
            with self.phases.measure(stage, len(batch)):
                try:
                    with unit_of_work():
                        done = [act(item, now) for item in batch]
                except DomainError:
                    done = self._one_by_one(stage, batch, act, now)
            for remember in done:
                remember()

    def _one_by_one(
        self, stage: str, batch: Sequence[T], act: Callable[[T, datetime], Callable[[], None]], now: datetime
    ) -> list[Callable[[], None]]:
        done = []
        for item in batch:
            try:
                # In a transaction as before: outside of one a booking lets the connection go, and with it the session's
                # settings and the lock that keeps a second run away.
                with unit_of_work():
                    done.append(act(item, now))
            except DomainError as refusal:
                booking = item[0] if isinstance(item, tuple) else item
                assert isinstance(booking, Booking)
                field = f"{refusal.field}: " if refusal.field else ""
                self.refused.append(Refusal(booking.row, stage, f"{field}{refusal.code}: {refusal.text}"))
        return done

    def _learn(self, events: int) -> None:
        """Let the server look at its tables whenever they are five times as big: plans for empty ones are no good."""
        self._events += events
        if self._events >= self._learn_at:
            self._learn_at = self._events * 5
            with self.phases.measure("statistics", 1):
                try:
                    db.execute("ANALYZE")
                except OperationalError:
                    # Somebody else is looking at the same table.
                    self._learn_at = self._events + BATCH

    def _is(self, booking: Booking, status: str) -> bool:
        standing = self._standing.get(booking.row)
        return standing is not None and standing.status == status

    def _is_due(self, booking: Booking, number: int) -> bool:
        return self._is(booking, RESERVED) and self._standing[booking.row].version == number


def _prepare_session() -> None:
    db.enter_scope("*", "*")
    # What a crash of the server would take back is simply done again: every commit leaves a whole state.
    db.execute("SET synchronous_commit = off")
    # Half of the server's time would go into planning the same statements again; see `_learn`.
    db.execute("SET plan_cache_mode = force_generic_plan")
    # A machine that was put to sleep in the middle of a batch goes on when it wakes.
    db.execute("SET idle_in_transaction_session_timeout = 0")


def _end_session() -> None:
    # A connection may go back to a pool: it must not carry its settings there.
    db.execute("RESET synchronous_commit")
    db.execute("RESET plan_cache_mode")
    db.execute("RESET idle_in_transaction_session_timeout")
    connection.close()


def _split_arrivals(work: Day) -> tuple[list[Booking], list[Booking]]:
    """Arrivals that touch nothing of the office's today, and the others: booked or changed today, or upgraded."""
    busy = {booking.row for booking in work.bookings} | {booking.row for booking, _number in work.changes}
    plain: list[Booking] = []
    others: list[Booking] = []
    for booking in work.arrivals:
        is_plain = booking.row not in busy and booking.assigned_type == booking.reserved_type
        (plain if is_plain else others).append(booking)
    return plain, others


def steps_of(work: Day) -> int:
    """How much there is to do on a day, for the progress bar."""
    return 1 + sum(
        len(part)
        for part in (work.bookings, work.changes, work.cancellations, work.departures, work.day_uses, work.arrivals)
    )


def lives_of(work: Day) -> int:
    """How many bookings have their whole life behind them after a day: gone, cancelled or not shown."""
    return len(work.departures) + len(work.day_uses) + len(work.cancellations) + work.no_shows


def _batches(items: Iterable[T]) -> Iterable[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def rows_not_booked(place: Place, bookings: Iterable[Booking]) -> list[int]:
    """Rows of a finished hotel that have no reservation: their booking was refused."""
    db.enter_scope("*", "*")
    booked = {row["row"] for row in db.fetch_all(_STANDING, [place.hotel_id, CHANNEL])}
    return [booking.row for booking in bookings if booking.row not in booked]

"""A group's life at random: every way in which rooms are held, taken up, given back and released, against a recount."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import stays, verify
from binzhi.reservations.blocks import services
from binzhi.reservations.blocks.jobs import release_due
from binzhi.reservations.blocks.picking import pick_up
from binzhi.reservations.blocks.requests import BlockCell, BlockDetails, Pick
from binzhi.reservations.requests import LimitChange, RoomChange
from binzhi.reservations.services import (
    cancel_reservation,
    change_room,
    create_reservation,
    mark_no_show,
    reinstate,
    set_sell_limits,
)
from binzhi.reservations.waitlist import services as waiting
from binzhi.reservations.waitlist.jobs import look
from tests.factories import NOW, SYSTEM, TODAY, booking, make_hotel, run_audit_day

SPAN = 4
KINDS = st.sampled_from(("std", "king"))
OFFSET, ROOMS, PICKED = st.integers(0, SPAN - 1), st.integers(0, 3), st.integers(0, 99)
EXPECTED_REFUSALS = {
    "RoomTypeSoldOut", "RoomTypeClosed", "NotOnSale", "NotOfBlock", "BlockNotDefinite", "BlockEnded", "WrongBlockStatus",
    "BlockReleasedAlready", "BelowPickedUp", "WrongStatus", "NothingToCancel", "NotYetDue", "TooLateToReinstate",
    "InvalidInput", "RoomTaken", "WrongWaitStatus", "RoomSealed", "LimitBelowSold", "OfferOver",
}  # fmt: skip


class Group(RuleBasedStateMachine):
    """Three standard rooms and two kings, two groups over the same nights, buyers and a waitlist beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.hotel = make_hotel(types={"std": 3, "king": 2}, nights=30, with_billing=True)
        self.day = 0
        self.blocks: list[int] = []
        self.rooms: list[tuple[int, int]] = []
        self.entries: list[int] = []
        self.who: dict[str, Any] = {"hotel_id": self.hotel.pk, "actor": SYSTEM, "now": NOW}

    def tried(self, call: Callable[[], Any]) -> Any:
        """What it gave, or None when it was refused in one of the foreseen ways."""
        try:
            return call()
        except DomainError as refusal:
            if type(refusal).__name__ not in EXPECTED_REFUSALS:
                raise
            return None
        finally:
            db.enter_scope("*", "*")

    def chosen(self, of: list[Any], pick: int) -> Any:
        return of[pick % len(of)]

    @initialize(rooms=ROOMS)
    def groups(self, rooms: int) -> None:
        for status in ("definite", "tentative"):
            details = BlockDetails(
                name="团", arrival=TODAY, departure=TODAY + timedelta(days=SPAN), rate_plan="bar",
                cut_off=TODAY + timedelta(days=1),
            )  # fmt: skip
            cells = [self.cell("std", n, min(rooms, 2)) for n in range(SPAN)]
            self.blocks.append(services.create_block(block=details, cells=cells, status=status, **self.who).id)

    def cell(self, kind: str, offset: int, rooms: int) -> BlockCell:
        return BlockCell(night=TODAY + timedelta(days=offset), room_type=kind, rooms=rooms, price=Decimal(300))

    @rule(pick=PICKED, kind=KINDS, first=OFFSET, nights=st.integers(1, SPAN), rooms=ROOMS)
    def set_rooms(self, pick: int, kind: str, first: int, nights: int, rooms: int) -> None:
        cells = [self.cell(kind, n, rooms) for n in range(first, min(first + nights, SPAN)) if n >= self.day]
        if cells:
            block = self.chosen(self.blocks, pick)
            self.tried(lambda: services.set_rooms(block_id=block, cells=cells, **self.who))

    @rule(pick=PICKED, status=st.sampled_from(("inquiry", "tentative", "definite", "lost", "refused", "cancelled")))
    def change_status(self, pick: int, status: str) -> None:
        block = self.chosen(self.blocks, pick)
        self.tried(lambda: services.change_status(block_id=block, status=status, reason="x", **self.who))

    @rule(pick=PICKED, percent=st.integers(1, 100))
    def wash(self, pick: int, percent: int) -> None:
        self.tried(lambda: services.wash(block_id=self.chosen(self.blocks, pick), percent=percent, **self.who))

    @rule(pick=PICKED)
    def release(self, pick: int) -> None:
        self.tried(lambda: services.release(block_id=self.chosen(self.blocks, pick), **self.who))

    @rule(pick=PICKED, kind=KINDS, first=OFFSET, nights=st.integers(1, SPAN + 1), extra=st.booleans())
    def pick_up(self, pick: int, kind: str, first: int, nights: int, extra: bool) -> None:
        arrival = TODAY + timedelta(days=max(first, self.day))
        wanted = Pick(room_type=kind, arrival=arrival, departure=arrival + timedelta(days=nights), guest_name="客")
        block = self.chosen(self.blocks, pick)
        made = self.tried(lambda: pick_up(block_id=block, picks=[wanted], extra=extra, **self.who))
        if made:
            self.rooms.append((made[0].id, made[0].room_ids[0]))

    @rule(kind=KINDS, first=OFFSET, nights=st.integers(1, SPAN))
    def buy(self, kind: str, first: int, nights: int) -> None:
        arrival = TODAY + timedelta(days=max(first, self.day))
        wanted = booking(arrival=arrival, nights=nights, room_type=kind)
        made = self.tried(lambda: create_reservation(booking=wanted, **self.who))
        if made:
            self.rooms.append((made.id, made.room_ids[0]))

    @precondition(lambda self: self.rooms)
    @rule(pick=PICKED)
    def cancel(self, pick: int) -> None:
        reservation, _room = self.chosen(self.rooms, pick)
        self.tried(lambda: cancel_reservation(reservation_id=reservation, reason="guest", **self.who))

    @precondition(lambda self: self.rooms)
    @rule(pick=PICKED, back=st.booleans())
    def no_show_or_back(self, pick: int, back: bool) -> None:
        _reservation, room = self.chosen(self.rooms, pick)
        do = reinstate if back else mark_no_show
        self.tried(lambda: do(room_reservation_id=room, **self.who))  # type: ignore[operator]

    @precondition(lambda self: self.rooms)
    @rule(pick=PICKED, kind=KINDS, first=OFFSET, nights=st.integers(1, SPAN))
    def change(self, pick: int, kind: str, first: int, nights: int) -> None:
        _reservation, room = self.chosen(self.rooms, pick)
        arrival = TODAY + timedelta(days=max(first, self.day))
        wanted = RoomChange(
            arrival=arrival, departure=arrival + timedelta(days=nights), room_type=kind, rate_plan="bar", adults=2,
            keep_prices=True,
        )  # fmt: skip
        self.tried(lambda: change_room(room_reservation_id=room, change=wanted, **self.who))

    @precondition(lambda self: self.rooms)
    @rule(pick=PICKED, number=st.sampled_from(("101", "102", "201", "202")))
    def assign(self, pick: int, number: str) -> None:
        """A room of another type too: an upgrade moves the counters."""

        def give() -> None:
            with unit_of_work():
                room = stays.lock_room_reservation(
                    hotel_id=self.hotel.pk, room_reservation_id=self.chosen(self.rooms, pick)[1]
                )
                stays.assign(room_reservation=room, room_id=self.hotel.rooms[number])

        self.tried(give)

    @rule(kind=KINDS, first=OFFSET, rooms=st.integers(1, 2))
    def wait(self, kind: str, first: int, rooms: int) -> None:
        arrival = TODAY + timedelta(days=max(first, self.day))
        entry = waiting.NewEntry(
            name="候",
            room_type=kind,
            rate_plan="bar",
            arrival=arrival,
            departure=arrival + timedelta(days=2),
            rooms=rooms,
        )
        self.entries.append(waiting.put_on_waitlist(entry=entry, **self.who))

    @rule(later=st.booleans())
    def look(self, later: bool) -> None:
        look(now=NOW + timedelta(hours=3 if later else 0))

    @precondition(lambda self: self.entries)
    @rule(pick=PICKED, book=st.booleans())
    def answer(self, pick: int, book: bool) -> None:
        entry = self.chosen(self.entries, pick)
        do = waiting.book_from_waitlist if book else waiting.end_entry
        self.tried(lambda: do(entry_id=entry, **self.who))  # type: ignore[operator]

    @rule(kind=KINDS, more=st.integers(0, 2), closed=st.booleans())
    def limit(self, kind: str, more: int, closed: bool) -> None:
        first = TODAY + timedelta(days=self.day)
        wanted = LimitChange(
            room_type=kind, first=first, last=first + timedelta(days=SPAN), overbooking=more, closed=closed
        )
        self.tried(lambda: set_sell_limits(change=wanted, **self.who))

    @precondition(lambda self: self.day < SPAN - 1)
    @rule()
    def next_day(self) -> None:
        """The hotel day rolls on and the clock of groups is heard."""
        run_audit_day(self.hotel)
        self.day += 1
        release_due(now=NOW)

    @invariant()
    def the_counters_are_what_is_there(self) -> None:
        db.enter_scope("*", "*")
        assert verify.differences(hotel_id=self.hotel.pk) == []
        assert verify.group_differences(hotel_id=self.hotel.pk) == []
        assert verify.stray_nights(hotel_id=self.hotel.pk) == []
        assert verify.wrongly_priced(hotel_id=self.hotel.pk) == []

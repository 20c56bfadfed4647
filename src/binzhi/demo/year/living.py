"""A day of the year: bookings, cancellations, departures, arrivals, bills, what goes wrong, and the night audit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from binzhi.billing import services as money
from binzhi.billing.counter import services as counter
from binzhi.billing.payments import PaymentInput
from binzhi.billing.receivables import services as receivables
from binzhi.billing.receivables.queries import AgedRow, aged
from binzhi.billing.receivables.services import ReceiptInput
from binzhi.billing.setup import COMPANY
from binzhi.demo import selling
from binzhi.demo.days import CHARGES, MEANS, PRICES, UPGRADES
from binzhi.demo.plan import CANCELS, NO_SHOW, Planned
from binzhi.demo.year.house import ACTOR, at
from binzhi.demo.year.state import House, Remember, Stay, count_free, owed
from binzhi.frontdesk import services as desk
from binzhi.frontdesk.free_rooms import services as free_rooms
from binzhi.frontdesk.requests import DepositInput, DepositReturn
from binzhi.kernel import db
from binzhi.reservations import services as reservations
from binzhi.reservations.services import NewReservation, RoomRequest

EXTRAS_PER_NIGHT = 1.0
EARLY, ALLOWED, PAID_SOON, GIVEN_BACK, REVERSED, FREE = 0.015, 0.01, 0.05, 0.1, 0.01, 0.02
_CLEAN = "UPDATE property_room SET housekeeping = 'inspected' WHERE hotel_id = %s AND housekeeping <> 'inspected'"
# Bills that were charged today by hand: a day that was broken off is not charged twice.
_CHARGED = """
SELECT DISTINCT folio_id FROM billing_transaction
WHERE hotel_id = %s AND business_date = %s AND kind = 'charge' AND source_key IS NULL
"""
_WINDOWS = "SELECT id, folio_id, charge_account_id FROM reservations_roomreservation WHERE id = ANY (%s)"
# Fees of those who cancelled late or never came; the card that guaranteed the room pays.
_FEES = """
SELECT f.id AS folio, a.id AS account, a.balance FROM billing_folio f
JOIN billing_account a ON a.folio_id = f.id AND a.kind = 'folio' AND a.balance > 0
WHERE f.hotel_id = %s AND f.closed_at IS NULL AND EXISTS (
    SELECT FROM reservations_roomreservation r WHERE r.folio_id = f.id AND r.status IN ('cancelled', 'no_show'))
ORDER BY f.id
"""


_PAID_TODAY = """
SELECT EXISTS (SELECT FROM billing_transaction t JOIN billing_paymentmeans m ON m.id = t.means_id AND m.code = 'bank'
               WHERE t.hotel_id = %s AND t.business_date = %s)
"""


class Day:
    """One hotel day; `dice` fall the same for the same seed and day."""

    def __init__(self, house: House, partners: Sequence[int], seed: int) -> None:
        self.house, self.partners = house, partners
        self.today = house.today
        self.dice = Random(f"{seed}:{house.today}")  # noqa: S311  (invented business, no secret)
        self.given: dict[str, Any] = {"hotel_id": house.hotel_id, "actor": ACTOR}

    def live(self, bookings: Sequence[Planned]) -> None:
        """The whole day, ending with its night audit."""
        self._book([booking for booking in bookings if not booking.is_walk_in])
        self._cancel()
        self._collect_fees()
        self._companies_pay()
        self._serve()
        self._leave()
        count_free(self.house)
        db.execute(_CLEAN, [self.house.hotel_id])
        self._take_out()
        self._arrive()
        self._walk_in([booking for booking in bookings if booking.is_walk_in])
        self._give_away()
        tomorrow = self.today + timedelta(days=1)
        desk.run_night_audit(**self.given, business_date=self.today, now=at(tomorrow, 2, 30))
        self.house.expected.pop(self.today, None)

    # ------------------------------------------------------------ the office

    def _request(self, booking: Planned) -> NewReservation:
        way = booking.way
        request = RoomRequest(
            # Nobody has a file here, so nobody is a member.
            room_type=booking.room_type, rate_plan=selling.BREAKFAST if way.plan == selling.MEMBER else way.plan,
            arrival=booking.arrival, departure=booking.departure, adults=booking.adults, children=booking.children,
        )  # fmt: skip
        return NewReservation(
            booker_name=f"客人{booking.number}", rooms=(request,) * booking.rooms, market=way.market, source=way.source,
            organisation_id=self.partners[booking.organisation] if booking.organisation is not None else None,
            channel=way.channel, channel_number=f"{booking.number:08}", guarantee=way.guarantee,
            walk_in=booking.is_walk_in,
        )  # fmt: skip

    def _book(self, bookings: Sequence[Planned]) -> None:
        house = self.house

        def book(booking: Planned) -> Remember:
            made = reservations.create_reservation(
                **self.given, booking=self._request(booking), now=at(self.today, 9, booking.number % 60)
            )

            def remember() -> None:
                house.booked.add(booking.number)
                for room_id in made.room_ids:
                    stay = Stay(booking, room_id, made.id, booking.room_type, booking.arrival, booking.departure)
                    house.expected[booking.arrival].append(stay)

            return remember

        wanted = []
        for booking in bookings:
            spell = (booking.room_type, booking.arrival, booking.departure, booking.rooms)
            if booking.number not in house.booked and house.has_room(*spell):
                house.sell(*spell)
                wanted.append(booking)
        house.each(wanted, book)

    def _cancel(self) -> None:
        house = self.house
        gone = {
            stay.reservation_id: stay
            for stays in house.expected.values()
            for stay in stays
            if stay.planned.outcome == CANCELS and stay.planned.ends_on == self.today
        }

        def cancel(stay: Stay) -> Remember:
            # Some after six in the evening, when it costs a night.
            hour = 20 if stay.planned.number % 4 == 0 else 10
            reservations.cancel_reservation(
                **self.given, reservation_id=stay.reservation_id, reason="guest", now=at(self.today, hour)
            )

            def remember() -> None:
                house.expected[stay.arrival].remove(stay)
                house.sell(stay.room_type, stay.arrival, stay.departure, -stay.planned.rooms)

            return remember

        house.each(gone.values(), cancel)

    def _collect_fees(self) -> None:
        def collect(row: dict[str, int]) -> Remember:
            money.take_payment(
                **self.given, account_id=row["account"],
                payment=PaymentInput(means="card", amount=Decimal(row["balance"])), now=at(self.today, 11),
            )  # fmt: skip
            money.close_folio(**self.given, folio_id=row["folio"], now=at(self.today, 11))
            return lambda: None

        self.house.each(db.fetch_all(_FEES, [self.house.hotel_id]), collect)

    def _companies_pay(self) -> None:
        """On the tenth every company pays most of what it owes; it is used for the oldest first."""
        if self.today.day != 10:
            return

        def pay(row: AgedRow) -> Remember:
            amount = (row.balance * self.dice.randint(60, 100) / 100).quantize(Decimal("0.01"))
            receivables.receive_from_company(
                **self.given, organisation_id=row.organisation_id, receipt=ReceiptInput(means="bank", amount=amount),
                now=at(self.today, 14),
            )  # fmt: skip
            return lambda: None

        owing = [row for row in aged(hotel_id=self.house.hotel_id) if row.balance > 1]
        paid = db.fetch_value(_PAID_TODAY, [self.house.hotel_id, self.today])
        self.house.each(() if paid else owing, pay)

    # ------------------------------------------------------------ the bill

    def _serve(self) -> None:
        """What the outlets post, and what the desk puts right: allowances, reversals, payments on account."""
        served = set(db.fetch_values(_CHARGED, [self.house.hotel_id, self.today]))
        stays = [stay for stay in self.house.in_house if stay.account is not None and stay.folio not in served]
        posts = [
            (stay, code, words, price)
            for stay in stays
            for code, words, price, share in CHARGES
            if self.dice.random() < share * EXTRAS_PER_NIGHT
        ]
        made: list[tuple[Stay, int, Decimal]] = []

        def charge(entry: tuple[Stay, str, str, Decimal]) -> Remember:
            stay, code, words, price = entry
            assert stay.account is not None
            posted = money.post_charge(
                **self.given, account_id=stay.account, charge_code=code, amount=price, description=words,
                now=at(self.today, 8),
            )  # fmt: skip
            return lambda: made.append((stay, posted.transaction_id, price))

        self.house.each(posts, charge)
        self.house.each([entry for entry in made if self.dice.random() < ALLOWED * 5], self._put_right)
        debts = owed(stays)
        some = [(stay, debts[stay.id][0]) for stay in stays if self.dice.random() < PAID_SOON and debts[stay.id][0] > 0]
        self.house.each(some, self._pay_on_account)

    def _put_right(self, entry: tuple[Stay, int, Decimal]) -> Remember:
        stay, transaction_id, price = entry
        assert stay.account is not None
        if self.dice.random() < 0.5:
            money.reverse_transaction(
                **self.given, transaction_id=transaction_id, reason="记错房间", now=at(self.today, 9)
            )
        else:
            counter.adjust_charge(
                **self.given, transaction_id=transaction_id, account_id=stay.account, amount=price / 2,
                reason="客人投诉", now=at(self.today, 9),
            )  # fmt: skip
        return lambda: None

    def _pay_on_account(self, entry: tuple[Stay, Decimal]) -> Remember:
        stay, amount = entry
        assert stay.account is not None
        paid = money.take_payment(
            **self.given, account_id=stay.account, payment=PaymentInput(means=self._means(stay), amount=amount),
            now=at(self.today, 10),
        )  # fmt: skip
        if self.dice.random() < GIVEN_BACK:
            money.refund_payment(
                **self.given, payment_id=paid.transaction_id, amount=min(amount, Decimal(50)), reason="多收",
                now=at(self.today, 10, 5),
            )  # fmt: skip
        return lambda: None

    def _means(self, stay: Stay) -> str:
        return MEANS[(stay.planned.number * 31 + self.today.toordinal()) % len(MEANS)]

    # ------------------------------------------------------------ coming and going

    def _leave(self) -> None:
        house = self.house
        going = [
            stay
            for stay in house.in_house
            if stay.departure <= self.today or (stay.arrival < self.today and self.dice.random() < EARLY)
        ]
        debts = owed(going)

        def leave(stay: Stay) -> Remember:
            debt, deposit = debts[stay.id]
            desk.check_out(
                **self.given, room_reservation_id=stay.id, payments=self._payments(stay, debt - deposit),
                deposit=DepositReturn(means="wechat") if deposit else None, now=at(self.today, 11, 30),
            )  # fmt: skip

            def remember() -> None:
                house.in_house.remove(stay)
                if self.today < stay.departure:
                    house.sell(stay.room_type, self.today, stay.departure, -1)

            return remember

        house.each(going, leave)

    def _payments(self, stay: Stay, amount: Decimal) -> tuple[PaymentInput, ...]:
        if amount <= 0:
            return ()
        if stay.planned.organisation is not None:
            partner = self.partners[stay.planned.organisation]
            return (PaymentInput(means=COMPANY, amount=amount, organisation_id=partner),)
        return (PaymentInput(means=self._means(stay), amount=amount),)

    def _take_out(self) -> None:
        """Every Monday a room is repaired for two nights."""
        house = self.house
        code = next((code for code, rooms in house.free.items() if len(rooms) > 3), None)
        until = self.today + timedelta(days=2)
        if self.today.weekday() or code is None or not house.has_room(code, self.today, until, 2):
            return

        def repair(room: int) -> Remember:
            reservations.set_room_out_of_order(
                **self.given, room_id=room, start=self.today, until=until, reason="空调检修", now=at(self.today, 12)
            )

            def remember() -> None:
                house.free[code].remove(room)
                house.sell(code, self.today, until)

            return remember

        house.each([house.free[code][0]], repair)

    def _room_for(self, stay: Stay) -> bool:
        house = self.house
        better = UPGRADES.get(stay.room_type)
        if not house.free[stay.room_type]:
            if not (better and house.free[better] and house.has_room(better, self.today, stay.departure)):
                return False
            house.sell(stay.room_type, self.today, stay.departure, -1)
            house.sell(better, self.today, stay.departure)
            stay.room_type = better
        stay.room = house.free[stay.room_type].pop()
        return True

    def _deposit(self, stay: Stay) -> DepositInput | None:
        if not stay.planned.guarantee_is_weak or stay.planned.organisation is not None:
            return None
        whole = PRICES[stay.room_type] * max((stay.departure - self.today).days, 1)
        return DepositInput(means="wechat", amount=Decimal(500) if stay.id % 3 == 0 else Decimal(whole + 300))

    def _arrive(self) -> None:
        due = [stay for stay in self.house.expected[self.today] if stay.planned.outcome != NO_SHOW]
        ready = [stay for stay in due if self._room_for(stay)]

        def check_in(stay: Stay) -> Remember:
            desk.check_in(
                **self.given, room_reservation_id=stay.id, room_id=stay.room, deposit=self._deposit(stay),
                accept_as_it_is=True, now=at(self.today, 15, stay.id % 60),
            )  # fmt: skip

            def remember() -> None:
                self.house.in_house.append(stay)
                self.house.expected[self.today].remove(stay)

            return remember

        self.house.each(ready, check_in)
        self._learn_windows(ready)

    def _learn_windows(self, stays: Sequence[Stay]) -> None:
        by_id = {stay.id: stay for stay in stays}
        for row in db.fetch_all(_WINDOWS, [list(by_id)]):
            by_id[row["id"]].folio, by_id[row["id"]].account = row["folio_id"], row["charge_account_id"]

    def _walk_in(self, bookings: Sequence[Planned]) -> None:
        house = self.house

        def come(stay: Stay) -> Remember:
            assert stay.room is not None
            begun = desk.walk_in(
                **self.given, booking=self._request(stay.planned), room_id=stay.room, deposit=self._deposit(stay),
                accept_as_it_is=True, now=at(self.today, 19),
            )  # fmt: skip

            def remember() -> None:
                stay.id, stay.reservation_id = begun.room_reservation_id, begun.reservation_id
                house.booked.add(stay.planned.number)
                house.sell(stay.room_type, stay.arrival, stay.departure)
                house.in_house.append(stay)

            return remember

        here = []
        for booking in bookings:
            spell = (booking.room_type, booking.arrival, booking.departure)
            if booking.number in house.booked or not house.free[booking.room_type] or not house.has_room(*spell):
                continue
            stay = Stay(booking, 0, 0, booking.room_type, booking.arrival, booking.departure)
            stay.room = house.free[booking.room_type].pop()
            house.each([stay], come)
            if stay.id:
                here.append(stay)
        self._learn_windows(here)

    def _give_away(self) -> None:
        """Now and then a room costs nothing: for a guest of the house, or for the house itself."""
        new = [stay for stay in self.house.in_house if stay.arrival == self.today and self.dice.random() < FREE]

        def give(stay: Stay) -> Remember:
            kind, reason = ("house", "值班经理用房") if stay.id % 3 == 0 else ("comp", "总经理招待")
            asked = free_rooms.ask_free_room(
                **self.given, room_reservation_id=stay.id, kind=kind, reason=reason, now=at(self.today, 20)
            )
            free_rooms.decide_free_room(**self.given, free_room_id=asked, approve=True, now=at(self.today, 20, 10))
            return lambda: None

        self.house.each(new, give)


def months(first: date, last: date) -> list[date]:
    """The last days of the months between two days, and the last day itself."""
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [day for day in days if day == last or (day + timedelta(days=1)).month != day.month]

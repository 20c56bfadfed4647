"""What a cancellation or no-show costs by the policy of the plan, counted from the prices that were agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from binzhi.billing import ledger
from binzhi.kernel import db
from binzhi.kernel.money import ZERO, round_money
from binzhi.reservations.enums import FeeKind
from binzhi.reservations.locks import LockedRoom

CANCELLATION_CODE = "8010"
NO_SHOW_CODE = "8020"


@dataclass(frozen=True, slots=True)
class Fee:
    """How an amount is counted from the agreed prices of a room."""

    kind: str
    percent: Decimal = ZERO
    nights: int = 1
    amount: Decimal = ZERO

    def of(self, prices: Sequence[Decimal], *, currency: str) -> Decimal:
        """What it comes to for one room: never more than its stay costs."""
        return fee_of(self.kind, self.percent, prices=prices, currency=currency, nights=self.nights, amount=self.amount)


@dataclass(frozen=True, slots=True)
class Step:
    """A deadline and what cancelling costs after it."""

    days_before: int
    until: time
    fee: Fee

    def instant(self, *, arrival: date, timezone: str) -> datetime:
        """The deadline, read on the hotel's clocks.

        An hour that the clocks skip is taken as if they had not yet been put forward; of one that comes twice, the
        first.
        """
        local = datetime.combine(arrival - timedelta(days=self.days_before), self.until, ZoneInfo(timezone))
        return local.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Policy:
    """The conditions under which one room was booked."""

    free_days: int
    free_until: time
    fee_kind: str
    fee_percent: Decimal
    no_show_kind: str
    no_show_percent: Decimal
    fee_nights: int = 1
    fee_amount: Decimal = ZERO
    no_show_nights: int = 1
    no_show_amount: Decimal = ZERO
    deposit_kind: str = FeeKind.NONE.value
    deposit_percent: Decimal = ZERO
    deposit_nights: int = 1
    deposit_amount: Decimal = ZERO
    deposit_after: int | None = None
    deposit_before: int | None = None
    steps: tuple[Step, ...] = ()

    @property
    def deadlines(self) -> list[Step]:
        """The first and the later ones, in their order."""
        first = Fee(self.fee_kind, self.fee_percent, self.fee_nights, self.fee_amount)
        found = [Step(self.free_days, self.free_until, first), *self.steps]
        return sorted(found, key=lambda step: (-step.days_before, step.until))

    @property
    def no_show(self) -> Fee:
        return Fee(self.no_show_kind, self.no_show_percent, self.no_show_nights, self.no_show_amount)

    @property
    def deposit(self) -> Fee:
        return Fee(self.deposit_kind, self.deposit_percent, self.deposit_nights, self.deposit_amount)


def fee_of(
    kind: str, percent: Decimal, *, prices: Sequence[Decimal], currency: str, nights: int = 1, amount: Decimal = ZERO
) -> Decimal:
    """What a fee of this kind comes to for one room with these nightly prices, at most all of them."""
    total = sum(prices, ZERO)
    if kind == FeeKind.FIRST_NIGHT:
        return prices[0] if prices else ZERO
    if kind == FeeKind.NIGHTS:
        return sum(prices[:nights], ZERO)
    if kind == FeeKind.FIXED:
        return min(amount, total)
    if kind == FeeKind.PERCENT:
        return round_money(total * percent / 100, currency)
    return total if kind == FeeKind.ALL else ZERO


def free_until(policy: Policy, *, arrival: date, timezone: str) -> datetime:
    """The last instant of free cancellation: the deadline before the first fee, or the first one where none follows."""
    deadlines = policy.deadlines
    step = next((step for step in deadlines if step.fee.kind != FeeKind.NONE), deadlines[0])
    return step.instant(arrival=arrival, timezone=timezone)


def fee_at(policy: Policy, *, arrival: date, timezone: str, now: datetime) -> Fee:
    """What cancelling costs now: nothing up to the first deadline (itself included), then what the last one says."""
    passed = [step for step in policy.deadlines if now > step.instant(arrival=arrival, timezone=timezone)]
    return passed[-1].fee if passed else Fee(FeeKind.NONE)


def cancellation_fee(
    policy: Policy, *, prices: Sequence[Decimal], arrival: date, timezone: str, currency: str, now: datetime
) -> Decimal:
    """Nothing up to the deadline (itself included), then what the policy says for the last deadline that passed."""
    return fee_at(policy, arrival=arrival, timezone=timezone, now=now).of(prices, currency=currency)


def no_show_fee(policy: Policy, *, prices: Sequence[Decimal], currency: str) -> Decimal:
    return policy.no_show.of(prices, currency=currency)


# Of a policy `c`: all that `policy_of_row` reads.
POLICY_COLUMNS = """
    c.free_days, c.free_until, c.fee_kind, c.fee_percent, c.fee_nights, c.fee_amount, c.no_show_kind,
    c.no_show_percent, c.no_show_nights, c.no_show_amount, c.deposit_kind, c.deposit_percent, c.deposit_nights,
    c.deposit_amount, c.deposit_after, c.deposit_before,
    ARRAY(SELECT concat_ws(' ', s.days_before, s.until, s.kind, s.percent, s.nights, s.amount)
          FROM reservations_cancellationstep s WHERE s.policy_id = c.id ORDER BY s.days_before DESC, s.until) AS steps
"""
# Of a room reservation `rr` under plan `p`: the conditions it was booked under, which its rate may have lost since.
POLICY_OF_ROOM = "c.id = coalesce(rr.policy_id, p.cancellation_policy_id)"
_TERMS = f"""
SELECT rr.id, {POLICY_COLUMNS},
       (SELECT coalesce(array_agg(n.price ORDER BY n.night), '{{}}') FROM reservations_staynight n
        WHERE n.room_reservation_id = rr.id) AS prices
FROM reservations_roomreservation rr
JOIN reservations_rateplan p ON p.id = rr.rate_plan_id
JOIN reservations_cancellationpolicy c ON {POLICY_OF_ROOM}
WHERE rr.id = ANY (%s)
"""  # noqa: S608  (constants)


def terms_of(room_ids: Sequence[int]) -> dict[int, tuple[Policy, list[Decimal]]]:
    """Policy and agreed prices of rooms, in one statement."""
    return {row["id"]: (policy_of_row(row), row["prices"]) for row in db.fetch_all(_TERMS, [list(room_ids)])}


def policy_of_row(row: dict[str, Any]) -> Policy:
    values = {name: row[name] for name in Policy.__slots__}
    return Policy(**values | {"steps": tuple(_step(text) for text in row["steps"])})


def _step(text: str) -> Step:
    days, until, kind, percent, nights, amount = text.split(" ")
    return Step(int(days), time.fromisoformat(until), Fee(kind, Decimal(percent), int(nights), Decimal(amount)))


def charge_fee(
    *, room: LockedRoom, amount: Decimal, charge_code: str, description: str, user_id: int | None, now: datetime
) -> None:
    """Post a fee to the room's bill, opening one where there is none. A deposit held stays where it is, to settle it.

    Once per room and version of its reservation, whatever is retried.
    """
    account_id = room.charge_account_id
    if account_id is None:
        opened = ledger.open_folio(hotel_id=room.hotel_id, guest_id=room.guest_id, now=now)
        account_id = opened.account_id
        db.execute(
            "UPDATE reservations_roomreservation SET folio_id = %s, charge_account_id = %s WHERE id = %s",
            [opened.folio_id, account_id, room.id],
        )
    ledger.charge(
        hotel_id=room.hotel_id, account_id=account_id, charge_code=charge_code, amount=amount, currency=room.currency,
        description=description, source_key=key_of(room.id, room.version), user_id=user_id, now=now,
    )  # fmt: skip


def key_of(room_reservation_id: int, version: int) -> str:
    """By which a fee is posted once, and found again when it must be reversed."""
    return f"fee:{room_reservation_id}:{version}"

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
class Policy:
    """The conditions under which one room was booked."""

    free_days: int
    free_until: time
    fee_kind: str
    fee_percent: Decimal
    no_show_kind: str
    no_show_percent: Decimal


def fee_of(kind: str, percent: Decimal, *, prices: Sequence[Decimal], currency: str) -> Decimal:
    """What a fee of this kind comes to for one room with these nightly prices."""
    total = sum(prices, ZERO)
    if kind == FeeKind.FIRST_NIGHT:
        return prices[0] if prices else ZERO
    if kind == FeeKind.PERCENT:
        return round_money(total * percent / 100, currency)
    return total if kind == FeeKind.ALL else ZERO


def free_until(policy: Policy, *, arrival: date, timezone: str) -> datetime:
    """The last instant of free cancellation, read on the hotel's clocks.

    An hour that the clocks skip is taken as if they had not yet been put forward; of one that comes twice, the first.
    """
    local = datetime.combine(arrival - timedelta(days=policy.free_days), policy.free_until, ZoneInfo(timezone))
    return local.astimezone(UTC)


def cancellation_fee(
    policy: Policy, *, prices: Sequence[Decimal], arrival: date, timezone: str, currency: str, now: datetime
) -> Decimal:
    """Nothing up to the deadline (itself included), then what the policy says."""
    if now <= free_until(policy, arrival=arrival, timezone=timezone):
        return ZERO
    return fee_of(policy.fee_kind, policy.fee_percent, prices=prices, currency=currency)


def no_show_fee(policy: Policy, *, prices: Sequence[Decimal], currency: str) -> Decimal:
    return fee_of(policy.no_show_kind, policy.no_show_percent, prices=prices, currency=currency)


_TERMS = """
SELECT rr.id, c.free_days, c.free_until, c.fee_kind, c.fee_percent, c.no_show_kind, c.no_show_percent,
       (SELECT coalesce(array_agg(n.price ORDER BY n.night), '{}') FROM reservations_staynight n
        WHERE n.room_reservation_id = rr.id) AS prices
FROM reservations_roomreservation rr
JOIN reservations_rateplan p ON p.id = rr.rate_plan_id
JOIN reservations_cancellationpolicy c ON c.id = p.cancellation_policy_id
WHERE rr.id = ANY (%s)
"""


def terms_of(room_ids: Sequence[int]) -> dict[int, tuple[Policy, list[Decimal]]]:
    """Policy and agreed prices of rooms, in one statement."""
    return {row["id"]: (policy_of_row(row), row["prices"]) for row in db.fetch_all(_TERMS, [list(room_ids)])}


def policy_of_row(row: dict[str, Any]) -> Policy:
    return Policy(**{name: row[name] for name in Policy.__slots__})


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

"""Splitting what stands in a window: by item, by day, by share, up to an amount."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binzhi.billing.errors import SameWindow
from binzhi.billing.folio_errors import DaysOutOfOrder, NothingToSplit, ShareRequired, SplitTooLarge
from binzhi.billing.queries import folio_view
from binzhi.billing.routing.services import split_charges
from binzhi.billing.routing.splitting import SplitInput, shares
from tests.billing.conftest import Bill, assert_books_hold, rows
from tests.billing.test_routing import balance
from tests.factories import NOW, SYSTEM, TODAY


def split(bill: Bill, to: int, **what: Any) -> Decimal:
    return split_charges(
        hotel_id=bill.hotel.pk, source_id=bill.account_id, target_id=to, split=SplitInput(**what), actor=SYSTEM, now=NOW
    ).amount


def test_split_by_item_and_day_moves_all_that_fits(bill: Bill) -> None:
    window = bill.window()
    bill.charge("628")
    bill.charge("58", code="2010")
    bill.charge("120", code="2020")
    assert split(bill, window, groups=["food"]) == Decimal(178)
    assert (balance(bill.account_id), balance(window)) == (Decimal(628), Decimal(178))
    with pytest.raises(NothingToSplit):
        split(bill, window, first_date=TODAY + timedelta(days=1))


def test_split_by_amount_takes_the_oldest_first(bill: Bill) -> None:
    window = bill.window()
    keys = [bill.charge(amount).transaction_id for amount in ("100", "200", "300")]
    assert split(bill, window, amount=Decimal(150)) == Decimal(150)
    standing = {
        line.root_id: line.standing
        for line in folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number).windows[0].lines
    }
    assert [standing[key] for key in keys] == [Decimal(0), Decimal(150), Decimal(300)]
    assert_books_hold(bill.hotel)


def test_split_by_percent_adds_up_to_the_share_of_the_whole(bill: Bill) -> None:
    window = bill.window()
    for _ in range(3):
        bill.charge("0.05")
    # 7.5 fen of 15: rounded once, not three times.
    assert split(bill, window, percent=Decimal(50)) == Decimal("0.08")


def test_split_more_than_stands_or_by_both_is_refused(bill: Bill) -> None:
    window = bill.window()
    bill.charge("100")
    before = rows(bill.hotel)
    with pytest.raises(SplitTooLarge) as caught:
        split(bill, window, amount=Decimal("100.01"))
    assert caught.value.params == {"amount": Decimal(100)}
    with pytest.raises(ShareRequired):
        split(bill, window, amount=Decimal(1), percent=Decimal(1))
    with pytest.raises(SameWindow):
        split(bill, bill.account_id, amount=Decimal(1))
    with pytest.raises(DaysOutOfOrder):
        split(bill, window, first_date=TODAY, last_date=TODAY - timedelta(days=1))
    assert rows(bill.hotel) == before


def test_split_of_a_share_that_rounds_to_nothing_is_refused(bill: Bill) -> None:
    window = bill.window()
    bill.charge("0.01")
    with pytest.raises(NothingToSplit):
        split(bill, window, percent=Decimal("0.01"))
    assert rows(bill.hotel) == 1


CENTS = st.integers(1, 999_999).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(CENTS, min_size=1, max_size=8), st.integers(1, 10_000).map(lambda part: Decimal(part) / 100))
def test_shares_never_exceed_their_charge_and_add_up(standing: list[Decimal], percent: Decimal) -> None:
    parts = shares(standing, percent, Decimal("0.01"))
    assert all(0 <= part <= amount for part, amount in zip(parts, standing, strict=True))
    assert abs(sum(parts) - sum(standing) * percent / 100) <= Decimal("0.01")

from __future__ import annotations

from decimal import Decimal

import pytest

from binzhi.billing import services
from binzhi.billing.errors import (
    DepositHeld,
    FolioClosed,
    FolioNotSettled,
    FolioOpen,
    ReasonRequired,
    TooManyWindows,
)
from binzhi.billing.models import Account, Folio
from binzhi.kernel.errors import NotFound
from tests.billing.conftest import Bill, open_bill
from tests.factories import NOW, SYSTEM, make_hotel


def close(bill: Bill, *, folio_id: int | None = None) -> None:
    services.close_folio(hotel_id=bill.hotel.pk, folio_id=folio_id or bill.folio_id, actor=SYSTEM, now=NOW)


def reopen(bill: Bill, reason: str = "补收迷你吧") -> None:
    services.reopen_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, reason=reason, actor=SYSTEM, now=NOW)


def is_open(bill: Bill) -> bool:
    return Folio.objects.get(pk=bill.folio_id).closed_at is None


def test_open_folio_numbers_are_unique_and_have_one_window(bill: Bill) -> None:
    other = open_bill(bill.hotel)
    assert other.opened.number != bill.opened.number
    assert list(Account.objects.filter(folio_id=bill.folio_id).values_list("kind", "window", "is_open")) == [
        ("folio", 1, True)
    ]


def test_add_window_numbers_on(bill: Bill) -> None:
    made = [
        services.add_window(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, payee=f"付款人{n}", actor=SYSTEM, now=NOW)
        for n in range(2)
    ]
    assert [window.number for window in made] == [2, 3]
    assert Account.objects.get(pk=made[1].account_id).name == "付款人1"


def test_add_window_beyond_nine_is_refused(bill: Bill) -> None:
    for _ in range(8):
        bill.window()
    with pytest.raises(TooManyWindows):
        bill.window()
    assert Account.objects.filter(folio_id=bill.folio_id).count() == 9


def test_add_window_to_a_bill_of_another_hotel_is_not_found(bill: Bill) -> None:
    stranger = open_bill(make_hotel(with_billing=True, nights=2))
    with pytest.raises(NotFound):
        services.add_window(hotel_id=bill.hotel.pk, folio_id=stranger.folio_id, payee="x", actor=SYSTEM, now=NOW)
    assert Account.objects.filter(folio_id=stranger.folio_id).count() == 1


def test_add_window_to_a_closed_bill_is_refused(bill: Bill) -> None:
    close(bill)
    with pytest.raises(FolioClosed):
        bill.window()


def test_close_settled_bill_then_reopen(bill: Bill) -> None:
    bill.charge("10")
    bill.pay("10")
    close(bill)
    assert not is_open(bill)
    reopen(bill)
    bill.charge("5")
    assert (is_open(bill), bill.balance) == (True, Decimal("5.00"))


def test_close_refuses_while_a_window_owes(bill: Bill) -> None:
    bill.charge("10")
    with pytest.raises(FolioNotSettled) as refusal:
        close(bill)
    assert (refusal.value.params, is_open(bill)) == ({"window": 1, "balance": Decimal("10.00")}, True)


def test_close_refuses_while_windows_only_cancel_out(bill: Bill) -> None:
    bill.charge("10", account_id=bill.window())
    bill.pay("10")
    assert bill.balance == Decimal("0.00")
    with pytest.raises(FolioNotSettled):
        close(bill)
    assert is_open(bill)


def test_close_refuses_while_a_deposit_is_held(bill: Bill) -> None:
    bill.hold("500")
    with pytest.raises(DepositHeld) as refusal:
        close(bill)
    assert (refusal.value.params, is_open(bill)) == ({"amount": Decimal("500.00")}, True)


def test_close_twice_is_refused(bill: Bill) -> None:
    close(bill)
    with pytest.raises(FolioClosed):
        close(bill)


def test_reopen_needs_a_closed_bill_and_a_reason(bill: Bill) -> None:
    with pytest.raises(FolioOpen):
        reopen(bill)
    close(bill)
    with pytest.raises(ReasonRequired):
        reopen(bill, reason="")
    assert not is_open(bill)

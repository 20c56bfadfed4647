"""Every operation on money, asked by a stranger, by a colleague without the right, and by one of another hotel."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from binzhi.billing import services
from binzhi.billing.access import Permission
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.kernel.actor import STRANGER, Actor
from binzhi.kernel.errors import Forbidden, NotFound
from binzhi.kernel.operations import OPERATIONS
from tests.billing.conftest import Bill, rows
from tests.factories import NOW, make_actor, make_hotel

TEN = Decimal(10)
Call = Callable[[Bill, Actor], Any]


def _with(bill: Bill, actor: Actor) -> dict[str, Any]:
    return {"hotel_id": bill.hotel.pk, "actor": actor, "now": NOW}


CALLS: dict[str, tuple[Permission, Call]] = {
    "post_charge": (Permission.POST_CHARGE, lambda b, a: services.post_charge(
        account_id=b.account_id, charge_code="1000", amount=TEN, **_with(b, a))),
    "take_payment": (Permission.TAKE_PAYMENT, lambda b, a: services.take_payment(
        account_id=b.account_id, payment=PaymentInput(means="cash", amount=TEN, in_advance=True), **_with(b, a))),
    "refund_payment": (Permission.REFUND_PAYMENT, lambda b, a: services.refund_payment(
        payment_id=b.pay("10"), amount=TEN, reason="x", **_with(b, a))),
    "take_deposit": (Permission.TAKE_DEPOSIT, lambda b, a: services.take_deposit(
        folio_id=b.folio_id, deposit=DepositInput(means="cash", amount=TEN), **_with(b, a))),
    "use_deposit": (Permission.TAKE_PAYMENT, lambda b, a: (b.hold("10"), services.use_deposit(
        folio_id=b.folio_id, account_id=b.account_id, amount=TEN, **_with(b, a)))),
    "refund_deposit": (Permission.REFUND_DEPOSIT, lambda b, a: (b.hold("10"), services.refund_deposit(
        folio_id=b.folio_id, deposit=DepositInput(means="cash", amount=TEN), **_with(b, a)))),
    "reverse_transaction": (Permission.REVERSE, lambda b, a: services.reverse_transaction(
        transaction_id=b.charge("10").transaction_id, reason="x", **_with(b, a))),
    "transfer_charges": (Permission.TRANSFER, lambda b, a: services.transfer_charges(
        transaction_ids=[b.charge("10").transaction_id], source_id=b.account_id, target_id=b.window(), **_with(b, a))),
    "add_window": (Permission.TRANSFER, lambda b, a: services.add_window(
        folio_id=b.folio_id, payee="x", **_with(b, a))),
    "close_folio": (Permission.TAKE_PAYMENT, lambda b, a: services.close_folio(folio_id=b.folio_id, **_with(b, a))),
    "reopen_folio": (Permission.REVERSE, lambda b, a: (
        services.close_folio(folio_id=b.folio_id, **_with(b, Actor.system("t"))),
        services.reopen_folio(folio_id=b.folio_id, reason="x", **_with(b, a)))),
}  # fmt: skip


def test_every_operation_of_billing_is_in_this_table() -> None:
    here = {name.rsplit(".", 1)[1] for name in OPERATIONS if name.startswith("binzhi.billing.services.")}
    assert here == set(CALLS)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_operation_with_exactly_its_right_is_done(bill: Bill, name: str) -> None:
    permission, call = CALLS[name]
    call(bill, make_actor(bill.hotel, {permission}))


@pytest.mark.parametrize("name", sorted(CALLS))
def test_operation_without_its_right_is_refused(bill: Bill, name: str) -> None:
    permission, call = CALLS[name]
    colleague = make_actor(bill.hotel, set(Permission) - {permission})
    with pytest.raises(Forbidden), transaction.atomic():
        call(bill, colleague)
    assert rows(bill.hotel) == 0


@pytest.mark.parametrize("name", sorted(CALLS))
def test_operation_by_a_stranger_or_another_hotel_is_not_found(bill: Bill, name: str) -> None:
    _permission, call = CALLS[name]
    for actor in (STRANGER, make_actor(make_hotel(), set(Permission))):
        with pytest.raises(NotFound), transaction.atomic():
            call(bill, actor)
    assert rows(bill.hotel) == 0

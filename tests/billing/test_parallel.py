"""Many hands at one bill: nothing is lost, nothing is given twice. Each guard has a control without it."""

from __future__ import annotations

import threading
from collections import Counter
from decimal import Decimal

import pytest

from binzhi.billing import families, ledger, payments, services
from binzhi.billing.ledger import LockedAccount
from binzhi.billing.payments import PaymentInput
from binzhi.kernel import db as kernel_db
from binzhi.kernel.errors import Busy
from binzhi.kernel.idempotency import fingerprint_of, run_once
from tests.billing.conftest import Bill, assert_books_hold, open_bill, rows
from tests.billing.racing import run_all
from tests.billing.test_payments import company, owed_by
from tests.factories import NOW, SYSTEM, make_hotel

pytestmark = pytest.mark.django_db(transaction=True)
MEET_SECONDS = 5


@pytest.fixture
def bill(transactional_db: None) -> Bill:
    return open_bill(make_hotel(with_billing=True, types={"std": 1}, nights=2))


def test_a_hundred_postings_at_once_all_count(bill: Bill) -> None:
    calls = [
        *(lambda n=n: bill.charge(f"{n}.01") for n in range(1, 51)),
        *(lambda n=n: bill.pay(f"{n}.00") for n in range(1, 41)),
        *(lambda: bill.hold("5.00") for _ in range(10)),
    ]
    assert run_all(calls) == {"ok": 100}
    # 1 + … + 50 and fifty times 0.01, less 1 + … + 40.
    assert (bill.balance, bill.deposit, rows(bill.hotel)) == (Decimal("455.50"), Decimal("50.00"), 100)
    assert_books_hold(bill.hotel)


def test_postings_transfers_and_reversals_at_once_keep_the_books(bill: Bill) -> None:
    second = bill.window()
    charges = [bill.charge("10").transaction_id for _ in range(20)]

    def move(key: int) -> object:
        return services.transfer_charges(
            hotel_id=bill.hotel.pk,
            transaction_ids=[key],
            source_id=bill.account_id,
            target_id=second,
            actor=SYSTEM,
            now=NOW,
        )

    outcomes = run_all([*(lambda k=k: move(k) for k in charges), *(lambda k=k: bill.reverse(k) for k in charges)])
    # Of each charge either the move or the reversal came first, and the other was refused.
    assert outcomes["ok"] == 20
    assert set(outcomes) <= {"ok", "NotTransferable", "PartlyUsed"}
    moved: Decimal = kernel_db.fetch_value("SELECT balance FROM billing_account WHERE id = %s", [second])
    assert (bill.balance, moved) == (moved, moved)
    assert_books_hold(bill.hotel)


def test_the_same_payment_ten_times_under_one_key_is_taken_once(bill: Bill) -> None:
    bill.charge("628")

    def pay() -> dict[str, int]:
        return {"transaction": bill.pay("628")}

    answers: list[int] = []

    def once() -> None:
        answer, _repeat = run_once(caller="desk", key="form-1", fingerprint=fingerprint_of("628"), work=pay)
        answers.append(answer["transaction"])

    assert run_all([once] * 10) == {"ok": 10}
    assert (bill.balance, len(set(answers)), len(answers)) == (Decimal("0.00"), 1, 10)


def test_negative_control_without_a_key_the_payment_is_taken_ten_times(bill: Bill) -> None:
    bill.charge("628")
    assert run_all([lambda: bill.pay("628")] * 10) == {"ok": 10}
    assert bill.balance == Decimal(628) - 10 * Decimal(628)


def test_refunds_at_once_give_back_no_more_than_was_paid(bill: Bill) -> None:
    payment = bill.pay("100")
    assert run_all([lambda: bill.refund(payment, "30")] * 10) == {"ok": 3, "RefundTooLarge": 7}
    assert bill.balance == Decimal("-10.00")


def test_negative_control_without_the_lock_refunds_exceed_the_payment(
    bill: Bill, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = bill.pay("100")
    _meet_after_reading(monkeypatch)
    assert run_all([lambda: bill.refund(payment, "60")] * 2) == {"ok": 2}
    assert bill.balance == Decimal("20.00")


def _meet_after_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody locks, and everybody has read before anybody writes."""
    meeting = threading.Barrier(2)
    family_of = families.family_of

    def read_then_meet(root_id: int) -> dict[int, Decimal]:
        found = family_of(root_id)
        meeting.wait(MEET_SECONDS)
        return found

    monkeypatch.setattr(ledger, "lock_accounts", lambda **_asked: {})
    monkeypatch.setattr(payments, "family_of", read_then_meet)


def test_reversals_at_once_reverse_once(bill: Bill) -> None:
    charge = bill.charge("100").transaction_id
    assert run_all([lambda: bill.reverse(charge)] * 10) == {"ok": 1, "AlreadyReversed": 9}
    assert (bill.balance, rows(bill.hotel)) == (Decimal("0.00"), 2)


def test_deposit_used_at_once_is_never_overdrawn(bill: Bill) -> None:
    bill.charge("2000")
    bill.hold("500")

    def use() -> object:
        return services.use_deposit(
            hotel_id=bill.hotel.pk, folio_id=bill.folio_id, account_id=bill.account_id, amount=Decimal(100),
            actor=SYSTEM, now=NOW,
        )  # fmt: skip

    assert run_all([use] * 12) == {"ok": 5, "DepositTooSmall": 7}
    assert (bill.balance, bill.deposit) == (Decimal("1500.00"), Decimal("0.00"))


def test_company_at_once_stays_within_its_limit(bill: Bill) -> None:
    organisation = company(bill.hotel, limit="1000")
    bill.charge("9000")
    outcomes = run_all([lambda: bill.pay("300", means="company", organisation_id=organisation)] * 10)
    assert outcomes == {"ok": 3, "CreditLimitExceeded": 7}
    assert owed_by(organisation) == Decimal("900.00")


def test_negative_control_without_the_lock_the_limit_is_passed(bill: Bill, monkeypatch: pytest.MonkeyPatch) -> None:
    organisation = company(bill.hotel, limit="1000")
    bill.charge("9000")
    bill.pay("100", means="company", organisation_id=organisation)
    meeting = threading.Barrier(2)

    def read_then_meet(*, hotel_id: int, account_ids: list[int]) -> dict[int, LockedAccount]:
        found = kernel_db.fetch_all(
            'SELECT id AS pk, kind, folio_id, "window", balance, is_open, organisation_id, credit_limit'
            " FROM billing_account WHERE id = ANY(%s)",
            [account_ids],
        )
        meeting.wait(MEET_SECONDS)
        return {row["pk"]: LockedAccount(**row) for row in found}

    monkeypatch.setattr(ledger, "lock_accounts", read_then_meet)
    outcomes = run_all([lambda: bill.pay("600", means="company", organisation_id=organisation)] * 2)
    assert (outcomes, owed_by(organisation)) == ({"ok": 2}, Decimal("1300.00"))


def test_closing_and_charging_at_once_leave_a_closed_bill_at_zero(bill: Bill) -> None:
    def close(folio_id: int) -> object:
        return services.close_folio(hotel_id=bill.hotel.pk, folio_id=folio_id, actor=SYSTEM, now=NOW)

    seen: Counter[str] = Counter()
    for _round in range(10):
        other = open_bill(bill.hotel)
        outcomes = run_all([lambda o=other: close(o.folio_id), lambda o=other: o.charge("10")])
        closed = kernel_db.fetch_value(
            "SELECT closed_at IS NOT NULL FROM billing_folio WHERE id = %s", [other.folio_id]
        )
        assert outcomes["ok"] == 1
        assert (closed, other.balance) in ((True, Decimal("0.00")), (False, Decimal("10.00")))
        seen.update(outcomes)
    assert set(seen) <= {"ok", "FolioClosed", "FolioNotSettled"}


def test_negative_control_without_the_open_flag_a_closed_bill_takes_a_charge(bill: Bill) -> None:
    services.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)
    kernel_db.execute("UPDATE billing_account SET is_open = true WHERE folio_id = %s", [bill.folio_id])
    bill.charge("10")
    assert bill.balance == Decimal("10.00")


def test_payment_that_waits_too_long_for_a_lock_is_refused_as_busy(bill: Bill) -> None:
    holding, done = threading.Event(), threading.Event()
    outcomes: list[str] = []

    def hold() -> None:
        from binzhi.kernel.operations import unit_of_work

        kernel_db.enter_scope("*", "*")
        with unit_of_work():
            ledger.lock_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id)
            holding.set()
            done.wait(30)

    def pay() -> None:
        holding.wait(30)
        try:
            services.take_payment(
                hotel_id=bill.hotel.pk, account_id=bill.account_id,
                payment=PaymentInput(means="cash", amount=Decimal(10)), actor=SYSTEM, now=NOW,
            )  # fmt: skip
        except Busy as refusal:
            outcomes.append(refusal.code)
        finally:
            done.set()

    assert run_all([hold, pay]) == {"ok": 2}
    assert (outcomes, bill.balance) == (["busy"], Decimal("0.00"))


def test_windows_and_first_deposits_at_once_are_all_made(bill: Bill) -> None:
    assert run_all([*[bill.window] * 8, *[lambda: bill.hold("5.00")] * 8]) == {"ok": 16}
    assert bill.deposit == Decimal("40.00")
    windows = kernel_db.fetch_all('SELECT kind, "window" FROM billing_account WHERE folio_id = %s', [bill.folio_id])
    assert sorted((row["kind"], row["window"]) for row in windows) == [
        ("deposit", 1),
        *(("folio", number) for number in range(1, 10)),
    ]

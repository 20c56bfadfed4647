"""Companies' accounts: what pays what, how old the rest is, limits, reminders, write-offs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from binzhi.billing import ledger
from binzhi.billing import services as billing
from binzhi.billing.access import Permission
from binzhi.billing.cashier_errors import (
    AllocatedFirst,
    MoreThanOpen,
    MoreThanReceived,
    NothingOverdue,
    NotOnAccount,
    OwnWriteOff,
    TakenBackAlready,
    TermsOutOfRange,
)
from binzhi.billing.errors import ReasonRequired, UnknownMeans
from binzhi.billing.folio_errors import AlreadyDecided
from binzhi.billing.payments import PaymentInput
from binzhi.billing.receivables import services
from binzhi.billing.receivables.accounts import Share
from binzhi.billing.receivables.queries import (
    AgedRow,
    aged,
    company_account,
    open_rows,
    statement,
    used_rows,
    write_offs,
)
from binzhi.billing.receivables.services import ReceiptInput, Received
from binzhi.kernel import db as kernel_db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.people.queries import actor_for_user
from tests.billing.conftest import Bill, assert_books_hold, lines_of, open_bill, rows
from tests.billing.test_payments import company, owed_by
from tests.factories import NOW, SYSTEM, TODAY, TestHotel
from tests.reservations.desk import make_user


def given(hotel: TestHotel, actor: Actor = SYSTEM) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": actor, "now": NOW}


def owe(bill: Bill, who: int, amount: str, **more: Any) -> int:
    """A stay whose bill the company takes over; the item on its account."""
    bill.charge(amount)
    payment = PaymentInput(means="company", amount=Decimal(amount), organisation_id=who, **more)
    return billing.take_payment(account_id=bill.account_id, payment=payment, **given(bill.hotel)).transaction_id


def receive(hotel: TestHotel, who: int, amount: str, shares: Sequence[Share] | None = ()) -> Received:
    receipt = ReceiptInput(means="bank", amount=Decimal(amount), shares=shares)
    return services.receive_from_company(organisation_id=who, receipt=receipt, **given(hotel))


def age_of(hotel: TestHotel, who: int) -> AgedRow:
    return company_account(hotel_id=hotel.pk, organisation_id=who)


def is_open(hotel: TestHotel, who: int) -> dict[int, Decimal]:
    row = age_of(hotel, who)
    return {one.transaction_id: one.amount for one in open_rows(account_id=row.account_id, as_of=TODAY)}


def backdate(hotel: TestHotel, transaction_id: int, days: int) -> None:
    """As if it had been posted so long ago: the books themselves refuse it, so their guard is put aside."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE billing_transaction DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE billing_transaction SET business_date = %s WHERE id = %s",
            [TODAY - timedelta(days=days), transaction_id],
        )
        cursor.execute("ALTER TABLE billing_transaction ENABLE TRIGGER USER")


@pytest.fixture
def who(hotel: TestHotel) -> int:
    return company(hotel)


# ---------------------------------------------------------------- receiving and using


def test_receipt_pays_the_oldest_first_and_keeps_the_rest(bill: Bill, who: int) -> None:
    first, second = owe(bill, who, "300"), owe(open_bill(bill.hotel), who, "200")
    done = receive(bill.hotel, who, "350", None)
    assert lines_of(done.transaction_id) == {
        ("receivable", f"org:{who}"): Decimal(-350), ("means", "bank"): Decimal(350)
    }  # fmt: skip
    assert (done.used, is_open(bill.hotel, who)) == (Decimal(350), {second: Decimal(150)})
    more = receive(bill.hotel, who, "200", None)
    assert (more.used, is_open(bill.hotel, who)) == (Decimal(150), {more.transaction_id: Decimal(-50)})
    assert owed_by(who) == Decimal(-50)
    assert [(row.item_id, row.amount) for row in used_rows(account_id=age_of(bill.hotel, who).account_id)] == [
        (second, Decimal(150)), (second, Decimal(50)), (first, Decimal(300)),
    ]  # fmt: skip
    assert_books_hold(bill.hotel)


def test_receipt_by_hand_partly_and_later_the_rest(bill: Bill, who: int) -> None:
    first, second = owe(bill, who, "300"), owe(open_bill(bill.hotel), who, "200")
    done = receive(bill.hotel, who, "250", [Share(second, Decimal("120.50"))])
    assert is_open(bill.hotel, who) == {
        first: Decimal(300), second: Decimal("79.50"), done.transaction_id: Decimal("-129.50")
    }  # fmt: skip
    used = services.allocate_credit(
        organisation_id=who, credit_id=done.transaction_id, shares=[Share(first)], **given(bill.hotel)
    )
    assert (used, is_open(bill.hotel, who)) == (
        Decimal("129.50"),
        {first: Decimal("170.50"), second: Decimal("79.50")},
    )


@pytest.mark.parametrize(
    ("amount", "shares", "refusal"),
    [
        ("100", [("item", "300.01")], MoreThanOpen),
        ("100", [("item", "100.01")], MoreThanReceived),
        ("100", [("other", "1")], NotOnAccount),
        ("100", [("item", "1"), ("item", "1")], NotOnAccount),
        ("100", [("item", "100"), ("second", None)], MoreThanReceived),
    ],
)
def test_receipt_used_for_more_than_there_is_changes_nothing(
    bill: Bill, who: int, amount: str, shares: list[tuple[str, str | None]], refusal: type[Exception]
) -> None:
    keys = {"item": owe(bill, who, "300"), "second": owe(open_bill(bill.hotel), who, "5"), "other": 2**40}
    before = (rows(bill.hotel), is_open(bill.hotel, who))
    asked = [Share(keys[name], None if part is None else Decimal(part)) for name, part in shares]
    with pytest.raises(refusal), transaction.atomic():
        receive(bill.hotel, who, amount, asked)
    assert (rows(bill.hotel), is_open(bill.hotel, who)) == before


def test_receipt_by_company_account_or_of_a_stranger_is_refused(bill: Bill, who: int) -> None:
    for means in ("company", "", "bitcoin"):
        receipt = ReceiptInput(means=means, amount=Decimal(10))
        with pytest.raises(UnknownMeans), transaction.atomic():
            services.receive_from_company(organisation_id=who, receipt=receipt, **given(bill.hotel))
    with pytest.raises(NotFound), transaction.atomic():
        receive(bill.hotel, 2**40, "10")
    assert rows(bill.hotel) == 0
    # Who never owed can pay ahead.
    ahead = receive(bill.hotel, who, "10").transaction_id
    assert is_open(bill.hotel, who) == {ahead: Decimal(-10)}


def test_use_is_taken_back_once_and_both_sides_are_open_again(bill: Bill, who: int) -> None:
    item = owe(bill, who, "300")
    done = receive(bill.hotel, who, "300", None)
    (used,) = used_rows(account_id=age_of(bill.hotel, who).account_id)
    with pytest.raises(ReasonRequired):
        services.take_back_allocation(allocation_id=used.pk, reason=" ", **given(bill.hotel))
    services.take_back_allocation(allocation_id=used.pk, reason="付错", **given(bill.hotel))
    assert is_open(bill.hotel, who) == {item: Decimal(300), done.transaction_id: Decimal(-300)}
    with pytest.raises(TakenBackAlready), transaction.atomic():
        services.take_back_allocation(allocation_id=used.pk, reason="付错", **given(bill.hotel))
    services.allocate_credit(organisation_id=who, credit_id=done.transaction_id, **given(bill.hotel))
    assert is_open(bill.hotel, who) == {}


def test_what_is_used_is_not_refunded_or_reversed_before_the_use_is_taken_back(bill: Bill, who: int) -> None:
    item = owe(bill, who, "300")
    done = receive(bill.hotel, who, "200", None)
    for call in (
        lambda: bill.refund(item, "101"),
        lambda: bill.reverse(item),
        lambda: bill.reverse(done.transaction_id),
    ):
        with pytest.raises(AllocatedFirst), transaction.atomic():
            call()
    bill.refund(item, "100")
    assert is_open(bill.hotel, who) == {}
    (used,) = used_rows(account_id=age_of(bill.hotel, who).account_id)
    services.take_back_allocation(allocation_id=used.pk, reason="退票", **given(bill.hotel))
    bill.reverse(done.transaction_id)
    assert (is_open(bill.hotel, who), owed_by(who)) == ({item: Decimal(200)}, Decimal(200))
    assert_books_hold(bill.hotel)


def test_the_database_itself_holds_allocations_within_both_sides(bill: Bill, who: int) -> None:
    item, done = owe(bill, who, "300"), receive(bill.hotel, who, "200")
    account = age_of(bill.hotel, who).account_id
    insert = (
        "INSERT INTO billing_allocation (hotel_id, account_id, credit_id, item_id, amount, business_date, made_at,"
        " takes_back_id) VALUES (%s, %s, %s, %s, %s, %s, now(), %s)"
    )
    receive(bill.hotel, who, "150")
    for amount, back, rule in (
        (Decimal("200.01"), None, "than was paid"),
        (Decimal(-1), None, "allocation_of_something"),
    ):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            kernel_db.execute(insert, [bill.hotel.pk, account, done.transaction_id, item, amount, TODAY, back])
    kernel_db.execute(insert, [bill.hotel.pk, account, done.transaction_id, item, Decimal(200), TODAY, None])
    key = kernel_db.fetch_value("SELECT max(id) FROM billing_allocation")
    with pytest.raises(IntegrityError, match="taken back whole"), transaction.atomic():
        kernel_db.execute(insert, [bill.hotel.pk, account, done.transaction_id, item, Decimal(-1), TODAY, key])
    with pytest.raises(DatabaseError), transaction.atomic():
        kernel_db.execute("UPDATE billing_allocation SET amount = 1")
    # A refund past the services is stopped when the transaction ends.
    posting = ledger.Posting(
        kind="refund", lines=[(account, Decimal(-150)), (bill.account_id, Decimal(150))], origin_id=item
    )
    with pytest.raises(IntegrityError, match="it is allocated"), transaction.atomic():
        _post_unseen(bill.hotel, posting)


def _post_unseen(hotel: TestHotel, posting: ledger.Posting) -> None:
    ledger.post(hotel_id=hotel.pk, posting=posting, user_id=None, now=NOW)
    kernel_db.execute("SET CONSTRAINTS ALL IMMEDIATE")


# ---------------------------------------------------------------- ageing, statements, reminders


def test_ageing_tells_buckets_and_adds_up_to_the_ledger(bill: Bill, who: int) -> None:
    ages = (0, 30, 31, 60, 61, 90, 91, 400)
    for place, days in enumerate(ages):
        backdate(bill.hotel, owe(open_bill(bill.hotel), who, f"{10 + place}"), days)
    receive(bill.hotel, who, "7", ())
    row = age_of(bill.hotel, who)
    assert (row.to_30, row.to_60, row.to_90, row.older, row.unused, row.balance) == (
        Decimal(21), Decimal(25), Decimal(29), Decimal(33), Decimal(-7), Decimal(101),
    )  # fmt: skip
    assert row.balance == owed_by(who)
    # Thirty days unless the company has others.
    assert (row.overdue, row.oldest) == (Decimal(87), TODAY - timedelta(days=400))
    services.set_terms(organisation_id=who, days=90, **given(bill.hotel))
    assert age_of(bill.hotel, who).overdue == Decimal(33)
    before = company_account(hotel_id=bill.hotel.pk, organisation_id=who, as_of=TODAY - timedelta(days=80))
    assert (before.to_30, before.balance) == (Decimal(31), Decimal(48))


def test_statement_opening_and_movements_make_the_closing(bill: Bill, who: int) -> None:
    first = owe(bill, who, "300")
    backdate(bill.hotel, first, 40)
    owe(open_bill(bill.hotel), who, "200")
    receive(bill.hotel, who, "350", None)
    found = statement(account_id=age_of(bill.hotel, who).account_id, first=TODAY - timedelta(days=5), last=TODAY)
    assert (found.opening, found.debits, found.credits, found.closing) == (
        Decimal(300), Decimal(200), Decimal(350), Decimal(150),
    )  # fmt: skip
    assert [one.balance for one in found.movements] == [Decimal(500), Decimal(150)]


def test_reminders_count_up_while_the_oldest_is_unpaid(bill: Bill, who: int) -> None:
    item = owe(bill, who, "300")
    with pytest.raises(NothingOverdue), transaction.atomic():
        services.note_reminder(organisation_id=who, **given(bill.hotel))
    backdate(bill.hotel, item, 45)
    assert [services.note_reminder(organisation_id=who, **given(bill.hotel)) for _ in range(2)] == [1, 2]
    assert age_of(bill.hotel, who).reminders == 2
    with pytest.raises(TermsOutOfRange):
        services.set_terms(organisation_id=who, days=366, **given(bill.hotel))


@pytest.mark.parametrize("companies", [1, 6])
def test_ageing_costs_the_same_statements(bill: Bill, companies: int) -> None:
    for _ in range(companies):
        from binzhi.guests.models import Organisation

        who = Organisation.objects.create(
            group_id=bill.hotel.ref.group_id, name="甲", code=f"x{_}{bill.hotel.pk}", credit_limit=Decimal(1000)
        ).pk
        owe(open_bill(bill.hotel), who, "10")
    with CaptureQueriesContext(connection) as captured:
        found = aged(hotel_id=bill.hotel.pk)
    assert (len(found), len(captured)) == (companies, 3)


# ---------------------------------------------------------------- write-offs


def person(hotel: TestHotel, *rights: Permission) -> Actor:
    actor, _hotels = actor_for_user(make_user(hotel, rights))
    return actor


def test_write_off_waits_for_a_second_person_and_pays_the_item(bill: Bill, who: int) -> None:
    item = owe(bill, who, "300")
    clerk = person(bill.hotel, Permission.ASK_WRITE_OFF, Permission.WRITE_OFF)
    with pytest.raises(MoreThanOpen), transaction.atomic():
        services.ask_write_off(
            organisation_id=who, item_id=item, amount=Decimal("300.01"), reason="倒闭", **given(bill.hotel, clerk)
        )
    asked = services.ask_write_off(
        organisation_id=who, item_id=item, amount=Decimal(120), reason="倒闭", **given(bill.hotel, clerk)
    )
    assert owed_by(who) == Decimal(300)
    with pytest.raises(OwnWriteOff), transaction.atomic():
        services.decide_write_off(write_off_id=asked, approve=True, **given(bill.hotel, clerk))
    boss = person(bill.hotel, Permission.WRITE_OFF)
    posted = services.decide_write_off(write_off_id=asked, approve=True, **given(bill.hotel, boss))
    assert posted is not None
    assert lines_of(posted) == {("receivable", f"org:{who}"): Decimal(-120), ("house", "bad_debt"): Decimal(120)}
    assert is_open(bill.hotel, who) == {item: Decimal(180)}
    with pytest.raises(AlreadyDecided), transaction.atomic():
        services.decide_write_off(write_off_id=asked, approve=False, **given(bill.hotel, boss))
    with pytest.raises(DatabaseError, match="decided"), transaction.atomic():
        kernel_db.execute("UPDATE billing_writeoff SET amount = 1")
    assert [row.state for row in write_offs(hotel_id=bill.hotel.pk)] == ["approved"]


def test_write_off_of_what_was_paid_meanwhile_is_refused_or_declined(bill: Bill, who: int) -> None:
    item = owe(bill, who, "300")
    asked = services.ask_write_off(organisation_id=who, item_id=item, reason="倒闭", **given(bill.hotel))
    receive(bill.hotel, who, "300", None)
    before = rows(bill.hotel)
    with pytest.raises(MoreThanOpen), transaction.atomic():
        services.decide_write_off(write_off_id=asked, approve=True, **given(bill.hotel))
    assert services.decide_write_off(write_off_id=asked, approve=False, **given(bill.hotel)) is None
    assert rows(bill.hotel) == before

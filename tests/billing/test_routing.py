"""Where charges go by rule, and splitting what stands: nothing is lost, limits hold, the reason stands on the line."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.billing import corrections, services
from binzhi.billing.errors import AmountNotPositive, FolioClosed, SameWindow, UnknownChargeCode
from binzhi.billing.folio_errors import DaysOutOfOrder, PercentOutOfRange, RuleEnded, TargetRequired, TooManyRules
from binzhi.billing.queries import folio_view
from binzhi.billing.routing import rules
from binzhi.billing.routing.queries import rules_of
from binzhi.billing.routing.rules import RuleInput
from binzhi.billing.routing.services import (
    add_routing_rule,
    change_routing_rule,
    end_routing_rule,
)
from binzhi.kernel import db as kernel_db
from binzhi.kernel.errors import NotFound
from tests.billing.conftest import Bill, assert_books_hold, open_bill, rows
from tests.billing.racing import run_all
from tests.billing.test_payments import company
from tests.factories import NOW, SYSTEM, TODAY, make_hotel


def route(bill: Bill, to: int | None, **rule: Any) -> int:
    return add_routing_rule(
        hotel_id=bill.hotel.pk, folio_id=bill.folio_id, account_id=bill.account_id,
        rule=RuleInput(target_id=to, **rule), actor=SYSTEM, now=NOW,
    )  # fmt: skip


def balance(account_id: int) -> Decimal:
    found: Decimal = kernel_db.fetch_value("SELECT balance FROM billing_account WHERE id = %s", [account_id])
    return found


def count(table: str) -> int:
    found: int = kernel_db.fetch_value(f"SELECT count(*) FROM {table}")
    return found


# ---------------------------------------------------------------- rules


def test_rule_sends_the_whole_charge_in_its_own_transaction(bill: Bill) -> None:
    window = bill.window()
    rule = route(bill, window, groups=["room"])
    charged = bill.charge("628.00")
    bill.charge("58.00", code="2010")
    assert (balance(bill.account_id), balance(window), rows(bill.hotel)) == (Decimal(58), Decimal(628), 2)
    assert kernel_db.fetch_all("SELECT rule_id, transaction_id, account_id, amount FROM billing_routed") == [
        {"rule_id": rule, "transaction_id": charged.transaction_id, "account_id": window, "amount": Decimal(628)}
    ]
    assert_books_hold(bill.hotel)


def test_rule_by_percent_and_limit_leaves_the_rest(bill: Bill) -> None:
    window = bill.window()
    rule = route(bill, window, codes=["1000"], percent=Decimal(60), amount_limit=Decimal("500.00"))
    bill.charge("628.01")
    assert (balance(bill.account_id), balance(window)) == (Decimal("251.20"), Decimal("376.81"))
    bill.charge("628.01")
    # 376.81 would be 60 %; the limit leaves 123.19.
    assert (balance(bill.account_id), balance(window)) == (Decimal("756.02"), Decimal("500.00"))
    bill.charge("628.01")
    assert balance(window) == Decimal("500.00")
    assert [row.used for row in rules_of(folio_id=bill.folio_id) if row.pk == rule] == [Decimal("500.00")]
    assert_books_hold(bill.hotel)


def test_rules_share_a_charge_in_their_order(bill: Bill) -> None:
    first, second = bill.window("甲公司"), bill.window("乙公司")
    route(bill, first, percent=Decimal("33.33"))
    route(bill, second, percent=Decimal("66.67"))
    bill.charge("100.01")
    assert (balance(first), balance(second), balance(bill.account_id)) == (
        Decimal("33.33"), Decimal("66.68"), Decimal("0.00"),
    )  # fmt: skip


def test_rule_holds_within_its_days_only(bill: Bill) -> None:
    window = bill.window()
    route(bill, window, first_date=TODAY + timedelta(days=1))
    route(bill, window, last_date=TODAY - timedelta(days=1))
    bill.charge("100")
    assert (balance(bill.account_id), balance(window)) == (Decimal(100), Decimal(0))


def test_rule_sends_to_the_master_bill_and_says_so_on_the_line(bill: Bill) -> None:
    master = open_bill(bill.hotel)
    route(bill, master.account_id, groups=["room"])
    key = bill.charge("628").transaction_id
    line = folio_view(hotel_id=bill.hotel.pk, number=master.opened.number).line(key)
    assert line is not None
    assert (line.amount, line.came, line.came_from) == (Decimal(628), Decimal(628), f"{bill.opened.number} 1")
    assert folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number).windows[0].lines == ()


def test_line_that_stays_says_what_went_where(bill: Bill) -> None:
    window = bill.window()
    route(bill, window, percent=Decimal(50))
    key = bill.charge("100").transaction_id
    view = folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number)
    (stayed,), (went,) = view.windows[0].lines, view.windows[1].lines
    assert (stayed.transaction_id, stayed.amount, stayed.went, stayed.went_to, stayed.came) == (
        key, Decimal(50), Decimal(50), "2", None,
    )  # fmt: skip
    assert (went.amount, went.came, went.came_from, went.went) == (Decimal(50), Decimal(50), "1", None)


def test_rule_for_a_company_makes_its_window_once(bill: Bill) -> None:
    organisation = company(bill.hotel)
    route(bill, None, organisation_id=organisation, codes=["1000"])
    route(bill, None, organisation_id=organisation, codes=["2010"])
    windows = kernel_db.fetch_all(
        'SELECT "window", organisation_id FROM billing_account WHERE folio_id = %s ORDER BY id', [bill.folio_id]
    )
    assert windows == [{"window": 1, "organisation_id": None}, {"window": 2, "organisation_id": organisation}]


def test_closed_target_is_passed_over(bill: Bill) -> None:
    master = open_bill(bill.hotel)
    route(bill, master.account_id)
    services.close_folio(hotel_id=bill.hotel.pk, folio_id=master.folio_id, actor=SYSTEM, now=NOW)
    bill.charge("628")
    assert (balance(bill.account_id), balance(master.account_id)) == (Decimal(628), Decimal(0))


def test_charge_of_nothing_is_posted_where_it_was_meant(bill: Bill) -> None:
    route(bill, bill.window())
    from binzhi.billing.ledger import charge_each
    from binzhi.kernel.operations import unit_of_work

    source = "SELECT %(account)s::bigint, 0::numeric, 1::smallint, 'comp'::varchar, 'room:x'::varchar"
    with unit_of_work():
        done = charge_each(
            hotel_id=bill.hotel.pk, charge_code="1000", source=source, params={"account": bill.account_id},
            user_id=None, now=NOW,
        )  # fmt: skip
    assert (done.count, done.gross) == (1, Decimal(0))
    assert len(folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number).windows[0].lines) == 1


def test_limit_holds_for_many_charges_of_one_statement(bill: Bill) -> None:
    window = bill.window()
    route(bill, window, amount_limit=Decimal(250))
    from binzhi.billing.ledger import charge_each
    from binzhi.kernel.operations import unit_of_work

    source = (
        "SELECT %(account)s::bigint, 100::numeric, 1::smallint, ''::varchar, 'room:' || n FROM generate_series(1, 4) n"
    )
    with unit_of_work():
        charge_each(
            hotel_id=bill.hotel.pk, charge_code="1000", source=source, params={"account": bill.account_id},
            user_id=None, now=NOW,
        )  # fmt: skip
    assert (balance(window), balance(bill.account_id)) == (Decimal(250), Decimal(150))
    assert_books_hold(bill.hotel)


def test_charge_posted_once_by_its_key_counts_once_for_the_rule(bill: Bill) -> None:
    window = bill.window()
    route(bill, window, amount_limit=Decimal(300))
    from binzhi.billing import ledger
    from binzhi.billing.errors import AlreadyPosted
    from binzhi.kernel.operations import unit_of_work

    def post() -> None:
        with unit_of_work():
            ledger.charge(
                hotel_id=bill.hotel.pk, account_id=bill.account_id, charge_code="1000", amount=Decimal(200),
                source_key="k:1", now=NOW,
            )  # fmt: skip

    post()
    with pytest.raises(AlreadyPosted):
        post()
    assert [row.used for row in rules_of(folio_id=bill.folio_id)] == [Decimal(200)]


def test_reversal_gives_the_limit_back(bill: Bill) -> None:
    window = bill.window()
    route(bill, window, amount_limit=Decimal(100))
    key = bill.charge("300").transaction_id
    bill.reverse(key)
    assert (balance(window), balance(bill.account_id)) == (Decimal(0), Decimal(0))
    assert [row.used for row in rules_of(folio_id=bill.folio_id)] == [Decimal(0)]
    bill.charge("300")
    assert balance(window) == Decimal(100)


def test_routed_part_can_be_moved_on_and_then_not_be_reversed(bill: Bill) -> None:
    window = bill.window()
    route(bill, window)
    key = bill.charge("300").transaction_id
    moved = services.transfer_charges(
        hotel_id=bill.hotel.pk, transaction_ids=[key], source_id=window, target_id=bill.account_id, actor=SYSTEM,
        now=NOW,
    )  # fmt: skip
    assert (moved.amount, balance(window), balance(bill.account_id)) == (Decimal(300), Decimal(0), Decimal(300))
    with pytest.raises(corrections.PartlyUsed):
        bill.reverse(key)


def test_changed_rule_has_effect_from_now(bill: Bill) -> None:
    first, second = bill.window("甲"), bill.window("乙")
    rule = route(bill, first)
    bill.charge("100")
    wanted = RuleInput(target_id=second, percent=Decimal(50))
    change_routing_rule(
        hotel_id=bill.hotel.pk, folio_id=bill.folio_id, rule_id=rule, rule=wanted, actor=SYSTEM, now=NOW
    )
    bill.charge("100")
    assert (balance(first), balance(second), balance(bill.account_id)) == (Decimal(100), Decimal(50), Decimal(50))
    assert [row.ended_at for row in rules_of(folio_id=bill.folio_id, with_ended=True)] == [NOW, None]


def test_ended_rule_sends_nothing_and_is_not_ended_twice(bill: Bill) -> None:
    window = bill.window()
    rule = route(bill, window)
    given: dict[str, Any] = {
        "hotel_id": bill.hotel.pk, "folio_id": bill.folio_id, "rule_id": rule, "reason": "", "actor": SYSTEM, "now": NOW,
    }  # fmt: skip
    end_routing_rule(**given)
    bill.charge("100")
    assert balance(window) == Decimal(0)
    with pytest.raises(RuleEnded):
        end_routing_rule(**given)
    with pytest.raises(NotFound):
        end_routing_rule(**given | {"folio_id": open_bill(bill.hotel).folio_id})


@pytest.mark.parametrize(
    ("rule", "refusal", "field"),
    [
        ({"percent": Decimal(0)}, PercentOutOfRange, "percent"),
        ({"percent": Decimal("100.01")}, PercentOutOfRange, "percent"),
        ({"percent": Decimal("NaN")}, PercentOutOfRange, "percent"),
        ({"amount_limit": Decimal(0)}, AmountNotPositive, "amount_limit"),
        ({"first_date": TODAY, "last_date": TODAY - timedelta(days=1)}, DaysOutOfOrder, "last_date"),
        ({"codes": ["9999"]}, UnknownChargeCode, "codes"),
        ({"target_id": None}, TargetRequired, "target"),
        ({"target_id": 2**40}, NotFound, "target"),
    ],
)
def test_rule_that_cannot_be_is_refused_at_its_field(
    bill: Bill, rule: dict[str, Any], refusal: type[Exception], field: str
) -> None:
    window = bill.window()
    with pytest.raises(refusal) as caught:
        route(bill, rule.pop("target_id", window), **rule)
    assert (caught.value.field, count("billing_routingrule")) == (field, 0)  # type: ignore[attr-defined]


def test_rule_to_the_same_window_or_another_hotels_is_refused(bill: Bill) -> None:
    with pytest.raises(SameWindow):
        route(bill, bill.account_id)
    other = open_bill(make_hotel(with_billing=True, types={"std": 1}, nights=1))
    with pytest.raises(NotFound):
        route(bill, other.account_id)
    assert count("billing_routingrule") == 0


def test_rule_on_a_closed_bill_is_refused(bill: Bill) -> None:
    window = bill.window()
    services.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)
    with pytest.raises(FolioClosed):
        route(bill, window)


def test_too_many_rules_are_refused(bill: Bill) -> None:
    window = bill.window()
    for _ in range(rules.MOST_RULES):
        route(bill, window)
    with pytest.raises(TooManyRules):
        route(bill, window)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_routingrule SET percent = 10",
        "UPDATE billing_routingrule SET target_id = account_id",
        "DELETE FROM billing_routingrule",
        "UPDATE billing_routed SET amount = 1",
        "UPDATE billing_routingrule SET used = 1000",
        "UPDATE billing_routingrule SET used = -1",
    ],
)
def test_database_keeps_what_a_rule_says_and_sent(bill: Bill, statement: str) -> None:
    route(bill, bill.window(), amount_limit=Decimal(100))
    bill.charge("10")
    with pytest.raises(IntegrityError), transaction.atomic():
        kernel_db.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_limit_holds_when_many_post_at_once(transactional_db: None) -> None:
    bill = open_bill(make_hotel(with_billing=True, types={"std": 1}, nights=1))
    window = bill.window()
    route(bill, window, amount_limit=Decimal(250))

    def post() -> None:
        kernel_db.enter_scope("*", "*")
        bill.charge("100")

    assert run_all([post] * 6) == {"ok": 6}
    assert (balance(window), balance(bill.account_id)) == (Decimal(250), Decimal(350))
    assert_books_hold(bill.hotel)


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_lock_only_the_constraint_holds_the_limit(transactional_db: None) -> None:
    """The same function that does not lock its rules: all read the same `used`, and the table's rule refuses."""
    bill = open_bill(make_hotel(with_billing=True, types={"std": 1}, nights=1))
    window = bill.window()
    route(bill, window, amount_limit=Decimal(250))
    source: str = kernel_db.fetch_value("SELECT pg_get_functiondef('billing_route'::regproc)")
    # Everybody reads before anybody writes.
    unlocked = source.replace("FOR NO KEY UPDATE OF r", "").replace("    LOOP", "    LOOP\n PERFORM pg_sleep(0.5);", 1)
    assert unlocked != source
    kernel_db.execute(unlocked.replace("%", "%%"))
    try:

        def post() -> None:
            kernel_db.enter_scope("*", "*")
            bill.charge("100")

        assert run_all([post] * 3)["IntegrityError"] == 1
    finally:
        kernel_db.execute(source.replace("%", "%%"))
    assert balance(window) == Decimal(200)

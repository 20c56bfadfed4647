"""A twin hotel's bills: a rule, another window, and what else can be named by an id."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

from binzhi.billing import ledger
from binzhi.billing.access import Permission
from binzhi.billing.cashier import services as cashier
from binzhi.billing.cashier import settings as tills
from binzhi.billing.cashier.counting import CountInput
from binzhi.billing.counter import authority, settings
from binzhi.billing.counter import services as counter
from binzhi.billing.counter.postings import ForeignInput
from binzhi.billing.counter.services import LateCharge
from binzhi.billing.counter.settings import LateStep
from binzhi.billing.holds import services as holding
from binzhi.billing.holds.acquirer import Outcome
from binzhi.billing.holds.services import Slip
from binzhi.billing.invoices import services as invoicing
from binzhi.billing.invoices.buyers import Buyer
from binzhi.billing.invoices.services import Answer, SellerInput
from binzhi.billing.payments import PaymentInput
from binzhi.billing.receivables import services as receivables
from binzhi.billing.receivables.accounts import Share
from binzhi.billing.receivables.services import ReceiptInput
from binzhi.billing.routing.rules import RuleInput
from binzhi.billing.routing.services import add_routing_rule
from binzhi.billing.routing.splitting import SplitInput
from binzhi.billing.services import post_charge, take_payment
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import unit_of_work
from tests.factories import NOW, SYSTEM, TestHotel

_R = "binzhi.billing.routing.services"
_RULE = RuleInput(payee="同住人")
_C = "binzhi.billing.counter.services"
_S = "binzhi.billing.counter.settings"
_K = "binzhi.billing.cashier"
_O = "binzhi.billing.receivables.services"
_I = "binzhi.billing.invoices.services"
_H = "binzhi.billing.holds.services"
OWN: dict[str, dict[str, Any]] = {
    f"{_O}.receive_from_company": {"receipt": ReceiptInput(means="bank", amount=Decimal(1))},
    f"{_O}.allocate_credit": {"shares": None},
    f"{_O}.set_terms": {"days": 30},
    f"{_O}.ask_write_off": {"amount": Decimal(1)},
    f"{_O}.decide_write_off": {"approve": False},
    f"{_K}.services.open_shift": {"opening_float": Decimal(0)},
    f"{_K}.services.close_shift": {"count": CountInput(totals={"cash": Decimal(0)}), "successor": None},
    f"{_K}.settings.save_till": {"code": "Z", "name": "前台", "is_active": True},
    f"{_H}.place_hold": {"slip": Slip(auth_code="873201", card_tail="6222")},
    f"{_H}.capture_hold": {"auth_code": "873201"},
    f"{_H}.extend_hold": {"more": Decimal(0), "auth_code": "873201"},
    f"{_H}.release_hold": {"auth_code": "873201"},
    f"{_H}.note_outcome": {"was": "asked", "outcome": Outcome(state="refused"), "next_at": NOW},
    f"{_C}.pay_out": {"means": "cash"},
    f"{_C}.charge_compensation": {"amount": None},
    f"{_I}.request_invoice": {"kind": "82", "buyer": Buyer(name="王", is_person=True), "remark": ""},
    f"{_I}.note_answer": {"answer": Answer(state="asked", error="x"), "next_at": NOW},
    f"{_C}.decide_approval": {"approve": False},
    f"{_C}.take_foreign_cash": {"given": ForeignInput(currency="USD", foreign_amount=Decimal(1))},
    f"{_C}.post_late_charge": {"late": LateCharge(charge_code="2010", amount=Decimal(10), means="cash")},
    f"{_S}.set_authority": {"kind": "adjustment"},
    f"{_S}.save_compensation_item": {"name": "花瓶", "name_en": "", "price": Decimal(5), "is_active": True},
    f"{_R}.split_charges": {"split": SplitInput(percent=Decimal(50))},
    f"{_R}.add_routing_rule": {"rule": _RULE},
    f"{_R}.change_routing_rule": {"rule": _RULE},
}
ID_OF: dict[tuple[str, str], str] = {
    **{
        (f"{_H}.{name}", "hold_id"): "card_hold_id"
        for name in ("capture_hold", "extend_hold", "release_hold", "ask_again", "give_up", "expire_hold")
    },
    ("binzhi.billing.holds.refunds.refund_hold", "hold_id"): "card_hold_id",
    (f"{_R}.change_routing_rule", "rule_id"): "routing_rule_id",
    (f"{_R}.end_routing_rule", "rule_id"): "routing_rule_id",
    (f"{_O}.ask_write_off", "item_id"): "item_id_of_company",
}
CALLED: dict[tuple[str, str], str] = {("billing", "hold_id"): "card_hold_id", ("billing", "rule_id"): "routing_rule_id"}


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """On the bill of the guest who is in the house."""
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    rule = RuleInput(codes=["3020"], target_id=ids["target_id"])
    ids["routing_rule_id"] = add_routing_rule(folio_id=ids["folio_id"], account_id=ids["account_id"], rule=rule, **what)
    ids["post_id"] = db.fetch_value("SELECT min(id) FROM people_post WHERE hotel_id = %s", [hotel.pk])
    settings.set_authority(post_id=ids["post_id"], kind="adjustment", amount=Decimal(5), **what)
    settings.set_currency_rate(currency="USD", rate=Decimal("7.1"), **what)
    settings.set_late_fees(steps=[LateStep(from_time=time(14), percent=Decimal(50))], **what)
    settings.set_late_charge_days(days=30, **what)
    ids["item_id"] = settings.save_compensation_item(
        item_id=None, name="浴袍", name_en="Bathrobe", price=Decimal(200), is_active=True, **what
    )
    counter.open_house_account(number="9001", name="会务", purpose="", **what)
    ids["approval_id"] = authority.ask(
        hotel_id=hotel.pk, kind="adjustment", account_id=ids["account_id"], amount=Decimal(1), reason="冷",
        charge_id=ids["transaction_id"], user_id=None, now=NOW,
    ).approval_id  # fmt: skip
    _tills(hotel, ids, what)
    _invoices(ids, what)
    _company(hotel, ids, what)
    slip = Slip(auth_code="873201", card_tail="6222")
    ids["card_hold_id"] = holding.place_hold(folio_id=ids["folio_id"], amount=Decimal(50), slip=slip, **what)
    ids["step_id"] = db.fetch_value("SELECT max(id) FROM billing_holdstep")
    given = ForeignInput(currency="USD", foreign_amount=Decimal(10))
    post_charge(account_id=ids["account_id"], charge_code="9020", amount=Decimal(20), **what)
    counter.take_foreign_cash(account_id=ids["account_id"], given=given, **what)
    post_charge(account_id=ids["account_id"], charge_code="3020", amount=Decimal(30), **what)


def _tills(hotel: TestHotel, ids: dict[str, Any], what: dict[str, Any]) -> None:
    """A drawer and a shift that somebody had at it, and one in the middle of his."""
    keys: dict[str, Any] = {"till_id": None, "name": "前台", "is_active": True, **what}
    busy, ids["till_id"] = (tills.save_till(code=code, **keys) for code in ("B", "A"))
    given = Actor(user_id=10**9 + hotel.pk, grants={hotel.pk: frozenset({str(Permission.TAKE_PAYMENT)})})
    ids["shift_id"] = cashier.open_shift(till_id=busy, opening_float=Decimal(100), **what | {"actor": given})
    over = Actor(user_id=2 * 10**9 + hotel.pk, grants=given.grants)
    night = cashier.open_shift(till_id=ids["till_id"], opening_float=Decimal(50), **what | {"actor": over})
    counted = CountInput(pieces={Decimal(100): 1})
    cashier.close_shift(shift_id=night, count=counted, **what | {"actor": over})
    tills.require_shifts(must_be_open=False, **what)


def _company(hotel: TestHotel, ids: dict[str, Any], what: dict[str, Any]) -> None:
    """A company that took over, paid a part, and of whose rest a part is to be written off."""
    who = ids["organisation_id"]
    with unit_of_work():
        bill = ledger.open_folio(hotel_id=hotel.pk, guest_id=None, now=NOW)
    post_charge(account_id=bill.account_id, charge_code="9020", amount=Decimal(200), **what)
    payment = PaymentInput(means="company", amount=Decimal(200), organisation_id=who)
    ids["item_id_of_company"] = take_payment(account_id=bill.account_id, payment=payment, **what).transaction_id
    receipt = ReceiptInput(means="bank", amount=Decimal(50), shares=[Share(ids["item_id_of_company"], Decimal(20))])
    ids["credit_id"] = receivables.receive_from_company(organisation_id=who, receipt=receipt, **what).transaction_id
    ids["allocation_id"] = db.fetch_value(
        "SELECT id FROM billing_allocation WHERE hotel_id = %s AND credit_id = %s", [hotel.pk, ids["credit_id"]]
    )
    ids["write_off_id"] = receivables.ask_write_off(
        organisation_id=who, item_id=ids["item_id_of_company"], amount=Decimal(5), reason="倒闭", **what
    )
    receivables.set_terms(organisation_id=who, days=0, **what)
    db.execute(
        "INSERT INTO billing_dunning (hotel_id, account_id, level, overdue, oldest, business_date, at)"
        " SELECT hotel_id, account_id, 1, 5, business_date, business_date, now() FROM billing_allocation WHERE id = %s",
        [ids["allocation_id"]],
    )


def _invoices(ids: dict[str, Any], what: dict[str, Any]) -> None:
    """Half of what was paid is asked for; the charge codes have their tax codes."""
    seller = SellerInput(name="湖畔酒店", tax_no="91330100MA2AXYZ12X", issuer="钱")
    invoicing.set_seller(seller=seller, **what)
    invoicing.set_tax_code(
        charge_code="2010", first_date=date(2026, 1, 1), classification="3070401000000000000", item="*餐饮服务*餐费",
        unit="", rate=Decimal("0.06"), is_invoiced=True, **what,
    )  # fmt: skip
    ids["invoice_id"] = invoicing.request_invoice(
        account_id=ids["account_id"], kind="82", buyer=Buyer(name="王", is_person=True), amount=Decimal(10), **what
    )

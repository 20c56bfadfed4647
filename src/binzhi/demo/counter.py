"""The counter of the demo hotel: authority, price list, rates, house accounts, rules, what waits, invoices."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from binzhi.billing.counter import services, settings
from binzhi.billing.counter.settings import LateStep
from binzhi.billing.folio_errors import NothingToInvoice
from binzhi.billing.invoices import services as invoicing
from binzhi.billing.invoices.buyers import Buyer
from binzhi.billing.invoices.services import Answer, SellerInput
from binzhi.billing.routing.rules import RuleInput
from binzhi.billing.routing.services import add_routing_rule
from binzhi.kernel import db
from binzhi.kernel.actor import Actor

DAMAGE = (
    ("浴袍", "Bathrobe", "380"), ("浴巾", "Bath towel", "120"), ("玻璃杯", "Glass", "30"),
    ("遥控器", "Remote control", "150"), ("房卡", "Key card", "20"), ("地毯烟洞", "Carpet burn", "600"),
)  # fmt: skip
RATES = (("USD", "7.0850"), ("EUR", "8.1900"), ("HKD", "0.9080"), ("JPY", "0.0455"))
HOUSE = (
    ("9001", "总办招待", "总经理招待客人"),
    ("9002", "会议团队", "会议团队共用消费"),
    ("9003", "员工自用", "值班用餐"),
)
LIMITS = (("receptionist", "100", "100"), ("front-office-supervisor", "300", "300"), ("duty-manager", "2000", "1000"))
BUYERS = (
    Buyer(name="明途资本管理有限公司", tax_no="91330106MA27Y8K93X"), Buyer(name="沈佳宁", is_person=True),
    Buyer(name="宁波恒岳建设工程有限公司", tax_no="91330201MA2C5T7H1Q"), Buyer(name="李慕白", is_person=True),
    Buyer(name="上海澄观设计有限公司", tax_no="91310112MA1GBX4M2K"),
)  # fmt: skip
_POSTS = "SELECT id, code FROM people_post WHERE hotel_id = %s"
# Guests in the house who have paid nothing yet, some of them with a company.
_BILLS = """
SELECT r.folio_id, r.charge_account_id AS account_id, v.organisation_id,
       (SELECT max(t.id) FROM billing_transaction t WHERE t.folio_id = r.folio_id AND t.kind = 'charge') AS charge
FROM reservations_roomreservation r JOIN reservations_reservation v ON v.id = r.reservation_id
WHERE r.hotel_id = %s AND r.status = 'in_house' AND r.charge_account_id IS NOT NULL ORDER BY r.id LIMIT 40
"""
# Windows of bills that were settled lately.
_PAID = """
SELECT a.id FROM billing_folio f JOIN billing_account a ON a.folio_id = f.id AND a.kind = 'folio'
WHERE f.hotel_id = %s AND f.closed_at IS NOT NULL ORDER BY f.closed_at DESC LIMIT 12
"""


def furnish(*, hotel_id: int, actor: Actor, clerk: Actor, now: datetime) -> None:
    """Lay down the rules of the counter and let some of its things happen today."""
    given: dict[str, Any] = {"hotel_id": hotel_id, "actor": actor, "now": now}
    posts = {row["code"]: row["id"] for row in db.fetch_all(_POSTS, [hotel_id])}
    for code, adjustment, paid_out in LIMITS:
        for kind, amount in (("adjustment", adjustment), ("paid_out", paid_out)):
            settings.set_authority(post_id=posts[code], kind=kind, amount=Decimal(amount), **given)
    for name, name_en, price in DAMAGE:
        settings.save_compensation_item(
            item_id=None, name=name, name_en=name_en, price=Decimal(price), is_active=True, **given
        )
    for currency, rate in RATES:
        settings.set_currency_rate(currency=currency, rate=Decimal(rate), **given)
    steps = [LateStep(from_time=time(14), percent=Decimal(50)), LateStep(from_time=time(18), percent=Decimal(100))]
    settings.set_late_fees(steps=steps, **given)
    for number, name, purpose in HOUSE:
        services.open_house_account(number=number, name=name, purpose=purpose, **given)
    _today(given, clerk)
    _invoices(given)


def _today(given: dict[str, Any], clerk: Actor) -> None:
    """Companies pay their guests' rooms; one clerk asks for more than he may."""
    bills = db.fetch_all(_BILLS, [given["hotel_id"]])
    for bill in [bill for bill in bills if bill["organisation_id"]][:3]:
        rule = RuleInput(groups=["room"], organisation_id=bill["organisation_id"], note="公司付房费")
        add_routing_rule(folio_id=bill["folio_id"], account_id=bill["account_id"], rule=rule, **given)
    for bill in [bill for bill in bills if bill["charge"]][:1]:
        services.adjust_charge(
            transaction_id=bill["charge"], account_id=bill["account_id"], amount=Decimal(150),
            reason="空调噪音，客人投诉", **given | {"actor": clerk},
        )  # fmt: skip


def _invoices(given: dict[str, Any]) -> None:
    """The seller's data without a provider: some invoices are issued, some wait."""
    seller = SellerInput(
        name="杭州湖畔酒店有限公司", tax_no="91330100MA2AXYZ12X", issuer="钱多多",
        address_phone="杭州市西湖区湖畔路1号 0571-88880000",
        bank_account="中国工商银行西湖支行 1202020109900012345",
    )  # fmt: skip
    invoicing.set_seller(seller=seller, **given)
    invoicing.set_tax_code(
        charge_code="1000", first_date=date(2026, 1, 1), classification="3070402000000000000", item="*住宿服务*住宿费",
        unit="间夜", rate=Decimal("0.06"), is_invoiced=True, **given,
    )  # fmt: skip
    for place, account_id in enumerate(db.fetch_values(_PAID, [given["hotel_id"]])):
        buyer = BUYERS[place % len(BUYERS)]
        try:
            key = invoicing.request_invoice(
                account_id=account_id, kind="82" if buyer.is_person else "81", buyer=buyer, **given
            )
        except NothingToInvoice:
            continue
        if place % 2:
            answer = Answer(state="issued", number=f"26332{place:015d}", issued_at=given["now"])
            invoicing.note_answer(invoice_id=key, answer=answer, next_at=None, **given)

"""The chart of accounts a hotel starts with: revenue by charge code, tax by rate, a till for each means of payment.

Used by the demo, the replay and the tests when a hotel is furnished. Rates: services 6 %, goods 13 % (VAT law of
2026, art. 10); what is owed without any supply (cancelled, no-show, damage) carries no VAT.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from binzhi.kernel import db
from binzhi.kernel.operations import unit_of_work

SERVICES, GOODS, NO_SUPPLY = Decimal("0.06"), Decimal("0.13"), Decimal(0)
ROOM = "1000"
TRANSFER = "9010"
COMPANY = "company"


@dataclass(frozen=True, slots=True)
class CodeSpec:
    code: str
    name: str
    name_en: str
    group: str
    tax_rate: Decimal
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class MeansSpec:
    code: str
    name: str
    name_en: str


CHARGE_CODES = (
    CodeSpec(ROOM, "房费", "Room", "room", SERVICES),
    CodeSpec("1010", "半日租", "Half day", "room", SERVICES),
    CodeSpec("1020", "加床", "Extra bed", "room", SERVICES),
    CodeSpec("1030", "钟点房", "Day use", "room", SERVICES),
    CodeSpec("2010", "早餐", "Breakfast", "food", SERVICES),
    CodeSpec("2020", "餐饮", "Restaurant", "food", SERVICES),
    CodeSpec("2030", "送餐", "Room service", "food", SERVICES),
    CodeSpec("2040", "迷你吧", "Minibar", "minibar", GOODS),
    CodeSpec("3010", "电话", "Telephone", "other", SERVICES),
    CodeSpec("3020", "洗衣", "Laundry", "laundry", SERVICES),
    CodeSpec("3030", "停车", "Parking", "other", SERVICES),
    CodeSpec("4010", "会议", "Meeting", "other", SERVICES),
    CodeSpec("4020", "商品", "Shop", "other", GOODS),
    CodeSpec("8010", "取消费", "Cancellation fee", "fee", NO_SUPPLY),
    CodeSpec("8020", "未到费", "No-show fee", "fee", NO_SUPPLY),
    CodeSpec("8030", "赔偿", "Damage", "fee", NO_SUPPLY),
    # Not for posting by hand: transfers between windows carry it.
    CodeSpec(TRANSFER, "转账", "Transfer", "transfer", NO_SUPPLY, is_active=False),
    CodeSpec("9020", "其他", "Other", "other", SERVICES),
)
MEANS = (
    MeansSpec("wechat", "微信支付", "WeChat Pay"),
    MeansSpec("alipay", "支付宝", "Alipay"),
    MeansSpec("card", "银行卡", "Bank card"),
    MeansSpec("cash", "现金", "Cash"),
    MeansSpec("bank", "转账", "Bank transfer"),
    MeansSpec(COMPANY, "公司挂账", "Company account"),
)

_ACCOUNTS = """
INSERT INTO billing_account (hotel_id, kind, code, name)
SELECT %s, a.kind, a.code, a.name FROM unnest(%s::text[], %s::text[], %s::text[]) AS a (kind, code, name)
ON CONFLICT (hotel_id, kind, code) WHERE folio_id IS NULL DO NOTHING
"""
_CODES = """
INSERT INTO billing_chargecode
    (hotel_id, code, name, name_en, "group", tax_rate, is_active, revenue_account_id, tax_account_id)
SELECT %(hotel)s, c.code, c.name, c.name_en, c.grp, c.tax_rate, c.is_active, r.id, t.id
FROM unnest(%(code)s::text[], %(name)s::text[], %(name_en)s::text[], %(grp)s::text[], %(rate)s::numeric[],
            %(active)s::boolean[], %(tax)s::text[]) AS c (code, name, name_en, grp, tax_rate, is_active, tax)
JOIN billing_account r ON r.hotel_id = %(hotel)s AND r.kind = 'revenue' AND r.code = c.code AND r.folio_id IS NULL
JOIN billing_account t ON t.hotel_id = %(hotel)s AND t.kind = 'tax' AND t.code = c.tax AND t.folio_id IS NULL
ON CONFLICT (hotel_id, code) DO NOTHING
"""
_MEANS = """
INSERT INTO billing_paymentmeans (hotel_id, code, name, name_en, position, account_id)
SELECT %(hotel)s, m.code, m.name, m.name_en, m.position, a.id
FROM unnest(%(code)s::text[], %(name)s::text[], %(name_en)s::text[])
    WITH ORDINALITY AS m (code, name, name_en, position)
JOIN billing_account a ON a.hotel_id = %(hotel)s AND a.code = m.code AND a.folio_id IS NULL
    AND a.kind = CASE WHEN m.code = 'company' THEN 'receivable' ELSE 'means' END
ON CONFLICT (hotel_id, code) DO NOTHING
"""


def create_chart(*, hotel_id: int) -> None:
    """Accounts, charge codes and means of payment of a new hotel, in three statements; again it changes nothing."""
    accounts = [("revenue", spec.code, spec.name) for spec in CHARGE_CODES]
    accounts += [("tax", _tax_code(rate), f"增值税 {rate:.0%}") for rate in (NO_SUPPLY, SERVICES, GOODS)]
    accounts += [("receivable" if spec.code == COMPANY else "means", spec.code, spec.name) for spec in MEANS]
    with unit_of_work():
        db.execute(_ACCOUNTS, [hotel_id, *(list(column) for column in zip(*accounts, strict=True))])
        db.execute(
            _CODES,
            {
                "hotel": hotel_id,
                "code": [spec.code for spec in CHARGE_CODES],
                "name": [spec.name for spec in CHARGE_CODES],
                "name_en": [spec.name_en for spec in CHARGE_CODES],
                "grp": [spec.group for spec in CHARGE_CODES],
                "rate": [spec.tax_rate for spec in CHARGE_CODES],
                "active": [spec.is_active for spec in CHARGE_CODES],
                "tax": [_tax_code(spec.tax_rate) for spec in CHARGE_CODES],
            },
        )
        db.execute(
            _MEANS,
            {
                "hotel": hotel_id,
                "code": [spec.code for spec in MEANS],
                "name": [spec.name for spec in MEANS],
                "name_en": [spec.name_en for spec in MEANS],
            },
        )


def _tax_code(rate: Decimal) -> str:
    """0.06 is kept under 0600: four digits of the rate."""
    return f"{int(rate * 10000):04d}"

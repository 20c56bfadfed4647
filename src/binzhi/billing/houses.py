"""The house's own accounts: over or short, the safe, what was written off, what it pays. Made when first used."""

from __future__ import annotations

from binzhi.kernel import db

OVER_SHORT, SAFE, BAD_DEBT, PAYABLE = "over_short", "safe", "bad_debt", "payable"
NAMES = {
    OVER_SHORT: "长短款", SAFE: "保险柜", BAD_DEBT: "坏账", PAYABLE: "应付费用",
    # 外送: a guest housed elsewhere at the house's cost.
    "walk_room": "外送房费", "walk_transport": "外送交通费", "walk_compensation": "外送补偿", "walk_other": "外送其他",
}  # fmt: skip

_ACCOUNT = """
INSERT INTO billing_account (hotel_id, kind, code, name) VALUES (%s, %s, %s, %s)
ON CONFLICT (hotel_id, kind, code) WHERE folio_id IS NULL DO UPDATE SET name = billing_account.name RETURNING id
"""


def house_account(*, hotel_id: int, code: str) -> int:
    """Building block: the id of one of the house's own accounts; each currency in the safe has its own (`safe:USD`)."""
    kind, _colon, currency = code.partition(":")
    found: int = db.fetch_value(_ACCOUNT, [hotel_id, "house", code, f"{NAMES[kind]} {currency}".strip()])
    return found


def means_account(*, hotel_id: int, code: str) -> int:
    """Building block: the account of a means of payment, or of a foreign currency's till (`cash:USD`)."""
    found: int = db.fetch_value(_ACCOUNT, [hotel_id, "means", code, code.removeprefix("cash:")])
    return found

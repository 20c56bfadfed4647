"""The house's own accounts: what is over or short, the safe, what was written off. Made when first used."""

from __future__ import annotations

from binzhi.kernel import db

OVER_SHORT, SAFE, BAD_DEBT = "over_short", "safe", "bad_debt"
NAMES = {OVER_SHORT: "长短款", SAFE: "保险柜", BAD_DEBT: "坏账"}

_ACCOUNT = """
INSERT INTO billing_account (hotel_id, kind, code, name) VALUES (%s, %s, %s, %s)
ON CONFLICT (hotel_id, kind, code) WHERE folio_id IS NULL DO UPDATE SET name = billing_account.name RETURNING id
"""


def house_account(*, hotel_id: int, code: str) -> int:
    """Building block: the id of one of the house's own accounts."""
    found: int = db.fetch_value(_ACCOUNT, [hotel_id, "house", code, NAMES[code]])
    return found


def means_account(*, hotel_id: int, code: str) -> int:
    """Building block: the account of a means of payment, or of a foreign currency's till (`cash:USD`)."""
    found: int = db.fetch_value(_ACCOUNT, [hotel_id, "means", code, code.removeprefix("cash:")])
    return found

"""Whose drawer money lies in that moved without anybody standing at it. A building block."""

from __future__ import annotations

from binzhi.kernel import db

_DRAWER = """
SELECT EXISTS (
    SELECT 1 FROM (
        SELECT 1 FROM billing_cashiershift WHERE hotel_id = %(hotel)s AND user_id = %(user)s AND closed_at IS NULL
        FOR SHARE
    ) mine
) OR NOT EXISTS (SELECT 1 FROM billing_cashiersetting WHERE hotel_id = %(hotel)s AND must_be_open)
"""


def with_drawer(*, hotel_id: int, user_id: int | None) -> int | None:
    """Who asked for it, while his shift is open (it stays so) or none is needed; otherwise nobody.

    A bank that answers after the clerk has gone home has moved the money: it is booked all the same, in no shift.
    """
    if user_id is None or db.fetch_value(_DRAWER, {"hotel": hotel_id, "user": user_id}):
        return user_id
    return None

"""A hotel's rate plans by code, for contexts below that keep a plan's id and show its code."""

from __future__ import annotations

from binzhi.kernel import db


def plan_codes(hotel_id: int) -> dict[str, int]:
    """Ids by code, in one statement."""
    rows = db.fetch_all("SELECT code, id FROM reservations_rateplan WHERE hotel_id = %s ORDER BY code", [hotel_id])
    return {row["code"]: row["id"] for row in rows}

"""The pack as it is read: which days have one, one report, and who the rooms' people are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from binzhi.frontdesk.night_audit.statistics import COLUMNS, Figures
from binzhi.kernel import db
from binzhi.property.queries import localised

_DAYS = f"""
SELECT d.business_date, n.finished_at, coalesce(nullif(u.name, ''), u.username, '') AS run_by,
       EXISTS (SELECT FROM frontdesk_auditreport r
               WHERE r.hotel_id = d.hotel_id AND r.business_date = d.business_date) AS has_reports,
       EXISTS (SELECT FROM frontdesk_trialline t WHERE t.hotel_id = d.hotel_id AND t.business_date = d.business_date
               AND t.kept <> t.closing) AS differs,
       {", ".join(f"d.{column}" for column in COLUMNS)}
FROM frontdesk_daystatistics d
LEFT JOIN frontdesk_nightaudit n ON n.hotel_id = d.hotel_id AND n.business_date = d.business_date
LEFT JOIN people_user u ON u.id = n.started_by
WHERE d.hotel_id = %s AND d.business_date BETWEEN %s AND %s ORDER BY d.business_date DESC
"""  # noqa: S608  (constants)
_ONE = """
SELECT data::text, created_at FROM frontdesk_auditreport WHERE hotel_id = %s AND business_date = %s AND kind = %s
"""
_SPAN = """
SELECT min(business_date) AS first, max(business_date) AS last FROM frontdesk_daystatistics WHERE hotel_id = %s
"""


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A closed day in the list. `differs`: a running balance was not what the ledger's lines came to."""

    business_date: date
    finished_at: datetime | None
    run_by: str
    has_reports: bool
    differs: bool
    figures: Figures


def closed_days(*, hotel_id: int, first: date, last: date) -> list[ClosedDay]:
    """The closed days of a span, newest first, in one statement."""
    found = []
    for row in db.fetch_all(_DAYS, [hotel_id, first, last]):
        figures = Figures(**{column: row.pop(column) for column in COLUMNS})
        found.append(ClosedDay(**row, figures=figures))
    return found


def span_of(*, hotel_id: int) -> tuple[date, date] | None:
    """The first and the last closed day."""
    row = db.fetch_one(_SPAN, [hotel_id])
    return (row["first"], row["last"]) if row and row["first"] else None


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of its month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def data_of(*, hotel_id: int, business_date: date, kind: str) -> dict[str, Any] | None:
    """What a report holds, amounts exact, or None: the day is not closed, or was closed without a pack."""
    row = db.fetch_one(_ONE, [hotel_id, business_date, kind])
    if row is None:
        return None
    data: dict[str, Any] = json.loads(row["data"], parse_float=Decimal)
    return data


@dataclass(frozen=True, slots=True)
class Who:
    """Whose room it is or was, as it is known now."""

    name: str
    reservation: str


_WHO = """
SELECT r.id, coalesce(g.name, v.booker_name) AS name, v.number AS reservation
FROM reservations_roomreservation r
JOIN reservations_reservation v ON v.id = r.reservation_id
LEFT JOIN guests_guest g ON g.id = coalesce(r.guest_id, v.guest_id)
WHERE r.hotel_id = %s AND r.id = ANY (%s)
"""


def who_is(*, hotel_id: int, stays: Sequence[int | None]) -> dict[int, Who]:
    """People by stay, in one statement."""
    wanted = sorted({stay for stay in stays if stay is not None})
    rows = db.fetch_all(_WHO, [hotel_id, wanted]) if wanted else []
    return {row["id"]: Who(row["name"], row["reservation"]) for row in rows}


_PLANS = "SELECT id, name, name_en FROM reservations_rateplan WHERE hotel_id = %s"
_TYPES = "SELECT code, name, name_en FROM property_roomtype WHERE hotel_id = %s"
_CODES = "SELECT code, name, name_en FROM billing_chargecode WHERE hotel_id = %s"
_MEANS = "SELECT code, name, name_en FROM billing_paymentmeans WHERE hotel_id = %s"


def plans_of(hotel_id: int) -> dict[int, str]:
    return {row["id"]: localised(row["name"], row["name_en"]) for row in db.fetch_all(_PLANS, [hotel_id])}


def types_of(hotel_id: int) -> dict[str, str]:
    return {row["code"]: localised(row["name"], row["name_en"]) for row in db.fetch_all(_TYPES, [hotel_id])}


def codes_of(hotel_id: int) -> dict[str, str]:
    return {row["code"]: localised(row["name"], row["name_en"]) for row in db.fetch_all(_CODES, [hotel_id])}


def means_of(hotel_id: int) -> dict[str, str]:
    return {row["code"]: localised(row["name"], row["name_en"]) for row in db.fetch_all(_MEANS, [hotel_id])}


_FREE = """
SELECT f.id, f.reason, f.kind, coalesce(nullif(a.name, ''), a.username, '') AS asked_by,
       coalesce(nullif(d.name, ''), d.username, '') AS decided_by
FROM frontdesk_freeroom f
LEFT JOIN people_user a ON a.id = f.asked_by LEFT JOIN people_user d ON d.id = f.decided_by
WHERE f.hotel_id = %s AND f.id = ANY (%s)
"""


@dataclass(frozen=True, slots=True)
class Leave:
    """By whose leave a room costs nothing."""

    reason: str
    asked_by: str
    decided_by: str


def leaves(*, hotel_id: int, ids: Sequence[int | None]) -> dict[int, Leave]:
    wanted = [one for one in ids if one is not None]
    rows = db.fetch_all(_FREE, [hotel_id, wanted]) if wanted else []
    return {row["id"]: Leave(row["reason"], row["asked_by"], row["decided_by"]) for row in rows}

"""What a rate says about cancelling, for the sentence beside its price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from binzhi.kernel import db
from binzhi.property.queries import localised
from binzhi.reservations.fees import POLICY_COLUMNS, POLICY_OF_ROOM, Policy, policy_of_row


@dataclass(frozen=True, slots=True)
class PlanPolicy:
    """The conditions a rate plan is booked under, with their name."""

    rate_plan: str
    name: str
    name_en: str
    terms: Policy

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)


_POLICIES = f"""
SELECT p.code AS rate_plan, c.name, c.name_en, {POLICY_COLUMNS}
FROM reservations_rateplan p JOIN reservations_cancellationpolicy c ON c.id = p.cancellation_policy_id
WHERE p.hotel_id = %s AND p.code = ANY (%s::text[])
"""  # noqa: S608  (constants)
_OF_ROOMS = f"""
SELECT rr.id, p.code AS rate_plan, c.name, c.name_en, {POLICY_COLUMNS}
FROM reservations_roomreservation rr
JOIN reservations_rateplan p ON p.id = rr.rate_plan_id
JOIN reservations_cancellationpolicy c ON {POLICY_OF_ROOM}
WHERE rr.hotel_id = %s AND rr.id = ANY (%s::bigint[])
"""  # noqa: S608  (constants)


def policies_of(*, hotel_id: int, rate_plans: Sequence[str]) -> dict[str, PlanPolicy]:
    """What the plans are sold under now, by plan code; one statement."""
    rows = db.fetch_all(_POLICIES, [hotel_id, list(rate_plans)])
    return {row["rate_plan"]: _policy(row) for row in rows}


def policies_of_rooms(*, hotel_id: int, room_ids: Sequence[int]) -> dict[int, PlanPolicy]:
    """What rooms were booked under, by room reservation; one statement."""
    return {row["id"]: _policy(row) for row in db.fetch_all(_OF_ROOMS, [hotel_id, list(room_ids)])}


def _policy(row: dict[str, Any]) -> PlanPolicy:
    return PlanPolicy(row["rate_plan"], row["name"], row["name_en"], policy_of_row(row))


@dataclass(frozen=True, slots=True)
class PlanOption:
    """A rate plan to choose from."""

    code: str
    name: str
    name_en: str

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)


_PLANS = """
SELECT p.code, p.name, p.name_en FROM reservations_rateplan p
LEFT JOIN reservations_agreement a ON a.rate_plan_id = p.id AND a.organisation_id = %s::bigint
WHERE p.hotel_id = %s AND p.is_active AND (p.kind <> 'negotiated' OR a.id IS NOT NULL)
ORDER BY p.position, p.code
"""


def plan_options(*, hotel_id: int, organisation_id: int | None) -> list[PlanOption]:
    """The plans that may be asked for, agreements of the organisation included; one statement."""
    return [PlanOption(**row) for row in db.fetch_all(_PLANS, [organisation_id, hotel_id])]

"""What a rate says about cancelling, for the sentence beside its price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from binzhi.kernel import db
from binzhi.property.queries import localised
from binzhi.reservations.fees import fee_of

__all__ = ["PlanOption", "PlanPolicy", "fee_of", "plan_options", "policies_of"]


@dataclass(frozen=True, slots=True)
class PlanPolicy:
    """A rate plan's cancellation policy: free until `free_days` days before arrival at `free_until`, then a fee."""

    rate_plan: str
    name: str
    name_en: str
    free_days: int
    free_until: time
    fee_kind: str
    fee_percent: Decimal
    no_show_kind: str
    no_show_percent: Decimal

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)

    def free_before(self, arrival: date) -> datetime:
        """On the hotel's clocks."""
        return datetime.combine(arrival - timedelta(days=self.free_days), self.free_until)


_POLICIES = """
SELECT p.code AS rate_plan, c.name, c.name_en, c.free_days, c.free_until, c.fee_kind, c.fee_percent, c.no_show_kind,
       c.no_show_percent
FROM reservations_rateplan p JOIN reservations_cancellationpolicy c ON c.id = p.cancellation_policy_id
WHERE p.hotel_id = %s AND p.code = ANY (%s::text[])
"""


def policies_of(*, hotel_id: int, rate_plans: Sequence[str]) -> dict[str, PlanPolicy]:
    """By plan code; one statement."""
    rows = db.fetch_all(_POLICIES, [hotel_id, list(rate_plans)])
    return {row["rate_plan"]: PlanPolicy(**row) for row in rows}


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

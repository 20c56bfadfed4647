"""Who receives: the general manager, or the highest-ranking leader at work when the general manager is away."""

from __future__ import annotations

from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.people import duty
from binzhi.people.duty import OnDuty
from binzhi.vip.models import Visit

GENERAL_MANAGER = "general-manager"


def general_manager(*, hotel_id: int, at: datetime) -> OnDuty | None:
    """The general manager, when at work by the roster."""
    return next(iter(duty.on_duty(hotel_id=hotel_id, at=at, posts=[GENERAL_MANAGER])), None)


def highest_leader(*, hotel_id: int, at: datetime) -> OnDuty | None:
    """Who stands in for the general manager: the highest-ranking leader at work."""
    return duty.highest_on_duty(hotel_id=hotel_id, at=at, below=GENERAL_MANAGER)


def who_receives(*, hotel_id: int, visit_id: int, at: datetime) -> OnDuty | None:
    """Who is to receive a visit at that moment, of any level; None when the roster has nobody at work.

    Raises NotFound.
    """
    if not Visit.objects.filter(hotel_id=hotel_id, pk=visit_id).exists():
        raise NotFound(field="visit")
    return general_manager(hotel_id=hotel_id, at=at) or highest_leader(hotel_id=hotel_id, at=at)


def is_live(visit: Visit) -> bool:
    """Does the protocol of this visit still run?"""
    return visit.run_id is not None and bool(
        db.fetch_value("SELECT 1 FROM promises_run WHERE id = %s AND status = 'live'", [visit.run_id])
    )

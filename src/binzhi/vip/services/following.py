"""A visit goes along with its stay."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record
from binzhi.property.queries import hotel_by_id
from binzhi.reservations.enums import Status
from binzhi.vip import engine, reception
from binzhi.vip.access import Permission
from binzhi.vip.enums import VisitStatus
from binzhi.vip.events import VisitChanged
from binzhi.vip.models import Visit
from binzhi.vip.services.visits import cancel_visit, move_arrival
from binzhi.vip.visits import lock_visit, write

NOT_COMING = {Status.CANCELLED: "预订已取消", Status.NO_SHOW: "预订未到店"}
_SHORTEST = timedelta(hours=1)


@operation(Permission.PLAN)
def follow_stay(*, hotel_id: int, visit_id: int, actor: Actor, now: datetime) -> None:
    """What became of the reservation becomes of the visit: cancelled with it, moved by as many days, in its room.

    The hour of the day stays. A time that would lie in the past is put at this moment: the plan is compressed, nothing
    is lost. Locks the visit, then its run. Idempotent. Raises NotFound, VisitEnded. Publishes VisitChanged, or
    VisitCancelled.
    """
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    stay = visit.room_reservation
    if stay is not None and stay.status in NOT_COMING and visit.status != VisitStatus.IN_HOUSE:
        reason = NOT_COMING[Status(stay.status)]
        cancel_visit(hotel_id=hotel_id, visit_id=visit_id, reason=reason, actor=actor, now=now)
        visit.status = VisitStatus.CANCELLED
    elif stay is not None and (stay.arrival, stay.departure) != (visit.stay_arrival, visit.stay_departure):
        arrival, departure = _times(visit, stay.arrival, stay.departure, now)
        if (arrival, departure) != (visit.arrival_at, visit.departure_at):
            move_arrival(
                hotel_id=hotel_id, visit_id=visit_id, arrival_at=arrival, departure_at=departure, actor=actor, now=now
            )
        visit.refresh_from_db(fields=["version"])
        write(visit, stay_arrival=stay.arrival, stay_departure=stay.departure)
    if stay is not None and visit.status != VisitStatus.CANCELLED and reception.is_live(visit):
        engine.rename(visit, actor=actor, now=now)
    record(
        "visit.followed", subject="visit", subject_id=visit_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"arrival": visit.arrival_at, "departure": visit.departure_at},
        after={
            "stay": stay.status if stay else None, "stay_arrival": visit.stay_arrival,
            "stay_departure": visit.stay_departure,
        },
        event=VisitChanged(hotel_id=hotel_id, visit_id=visit_id),
    )  # fmt: skip


def _times(visit: Visit, comes: date, leaves: date, now: datetime) -> tuple[datetime, datetime]:
    # On the hotel's clocks: the hour of the day stays across the night when they are changed.
    local = hotel_by_id(visit.hotel_id).local
    arrival, departure = visit.arrival_at, visit.departure_at
    if visit.status != VisitStatus.IN_HOUSE and visit.stay_arrival not in (None, comes):
        arrival = max((local(arrival) + _days(visit.stay_arrival, comes)).astimezone(UTC), now)
    if visit.stay_departure not in (None, leaves):
        departure = max((local(departure) + _days(visit.stay_departure, leaves)).astimezone(UTC), now)
    return arrival, departure if departure > arrival else arrival + _SHORTEST


def _days(before: date | None, after: date) -> timedelta:
    return after - before if before is not None else timedelta(0)

"""Facts for giving rooms: arrivals without one, rooms that are free, how they look now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from binzhi.frontdesk.assignment import FreeRoom, Need, Proposal, optimise, ranked
from binzhi.frontdesk.assignment.obstacles import HeldRoom, Obstacle, obstacles, unmet
from binzhi.frontdesk.assignment.weights import DEFAULT
from binzhi.kernel import db
from binzhi.property.queries import HotelRef

_NEED_COLUMNS = """
SELECT rr.id AS room_reservation_id, rr.reservation_id, rr.room_type_id, rr.arrival, rr.departure, rr.walk_in,
       coalesce(g.vip_level, '') AS vip_level, coalesce(g.vip_rank, 0) AS vip_rank, v.expected_at,
       v.special_requests AS requests,
       (SELECT s.room_id FROM reservations_roomreservation s
        WHERE s.guest_id = g.id AND s.hotel_id = rr.hotel_id AND s.status = 'checked_out' AND s.room_id IS NOT NULL
        ORDER BY s.departure DESC, s.id DESC LIMIT 1) AS last_room_id,
       (SELECT s.room_id FROM reservations_roomreservation s WHERE s.id = frontdesk_stay_before(rr.id)) AS stays_on_in
FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
"""
_NEEDS = f"""
{_NEED_COLUMNS}
WHERE rr.hotel_id = %s AND rr.status = 'reserved' AND rr.arrival = %s AND rr.room_id IS NULL
ORDER BY rr.id
"""
# Out-of-order nights and given nights are rows of one table, so that one anti-join tells both.
_ROOMS = """
WITH floors AS (
    SELECT f.id, f.name, percent_rank() OVER (ORDER BY f.level) AS height
    FROM property_floor f WHERE f.hotel_id = %(hotel)s
)
SELECT r.id, r.number, r.room_type_id, f.name AS floor, f.height, r.orientation, r.features, r.smoking, r.accessible,
       r.connects_to_id, r.housekeeping, stay.id IS NOT NULL AS occupied, coalesce(given.nights, '{}') AS taken
FROM property_room r
JOIN floors f ON f.id = r.floor_id
LEFT JOIN reservations_roomreservation stay
       ON stay.room_id = r.id AND stay.hotel_id = r.hotel_id AND stay.status = 'in_house'
LEFT JOIN LATERAL (
    SELECT array_agg(n.night) AS nights FROM reservations_roomnight n
    WHERE n.room_id = r.id AND n.night >= %(arrival)s AND n.night < %(until)s
      AND n.room_reservation_id IS DISTINCT FROM %(besides)s::bigint
) given ON true
WHERE r.hotel_id = %(hotel)s AND r.is_active AND r.maintenance = 'in_service'
  AND (%(types)s::bigint[] IS NULL OR r.room_type_id = ANY (%(types)s))
  AND NOT EXISTS (SELECT 1 FROM reservations_roomnight h
                  WHERE h.room_id = r.id AND h.room_reservation_id = stay.id AND h.night >= %(arrival)s
                    AND h.room_reservation_id IS DISTINCT FROM %(besides)s::bigint)
  AND NOT EXISTS (SELECT 1 FROM property_roomseal s WHERE s.room_id = r.id AND s.broken_at IS NULL
                  AND (s.stay_id = %(besides)s::bigint) IS NOT TRUE)
  AND NOT EXISTS (SELECT 1 FROM reservations_roomreservation d
                  WHERE d.room_id = r.id AND d.hotel_id = r.hotel_id AND d.status = 'reserved'
                    AND d.id IS DISTINCT FROM %(besides)s::bigint
                    AND d.arrival = %(arrival)s AND d.departure = %(arrival)s)
ORDER BY r.number
"""


def needs_of_day(*, hotel_id: int, day: date) -> list[Need]:
    """Arrivals of a day without a room. One statement."""
    return [Need(**row) for row in db.fetch_all(_NEEDS, [hotel_id, day])]


def need_of(*, hotel_id: int, room_reservation_id: int) -> Need | None:
    """The same facts of one room reservation, whether it has a room or not."""
    row = db.fetch_one(f"{_NEED_COLUMNS} WHERE rr.hotel_id = %s AND rr.id = %s", [hotel_id, room_reservation_id])
    return Need(**row) if row else None


def free_rooms(
    *, hotel_id: int, arrival: date, until: date, room_type_ids: Sequence[int] | None, besides: int | None = None
) -> list[FreeRoom]:
    """Rooms in service with the nights that are taken; those whose guest stays beyond the arrival are left out.

    `besides` is a room reservation whose own nights do not count. One statement.
    """
    rows = db.fetch_all(
        _ROOMS,
        {
            "hotel": hotel_id,
            "arrival": arrival,
            "until": max(until, arrival + timedelta(days=1)),
            "types": None if room_type_ids is None else list(room_type_ids),
            "besides": besides,
        },
    )
    return [_room(row) for row in rows]


def _room(row: dict[str, Any]) -> FreeRoom:
    return FreeRoom(**{**row, "features": frozenset(row["features"]), "taken": frozenset(row["taken"])})


@dataclass(frozen=True, slots=True)
class DayPlan:
    """Arrivals without a room, what is proposed for each, and all rooms of their types. `proven`: no better plan
    exists; else `gap` is the share of the wishes by which a better one could exceed it."""

    needs: Mapping[int, Need]
    proposals: Mapping[int, Proposal]
    rooms: Mapping[int, Sequence[FreeRoom]]
    inspection: bool
    proven: bool = True
    gap: float = 0.0
    upgrades: frozenset[int] = frozenset()
    obstacles: Mapping[int, Sequence[Obstacle]] = field(default_factory=dict)


_RANKS = "SELECT id, rank FROM property_roomtype WHERE hotel_id = %s AND is_active"
_SPARE = """
SELECT room_type_id, night, rooms - out_of_order - sold - held AS spare FROM reservations_night
WHERE hotel_id = %s AND night >= %s AND night < %s AND NOT closed
"""
# Rooms that cannot be given that day at all: somebody stays in them, they are sealed or not in service.
_HELD = """
WITH floors AS (
    SELECT f.id, f.name, percent_rank() OVER (ORDER BY f.level) AS height
    FROM property_floor f WHERE f.hotel_id = %(hotel)s
)
SELECT r.id, r.number, r.room_type_id, f.name AS floor, f.height, r.orientation, r.features, r.smoking, r.accessible,
       r.connects_to_id, r.housekeeping, stay.id IS NOT NULL AS occupied, '{}'::date[] AS taken,
       CASE WHEN stay.departure > %(day)s THEN stay.departure END AS until
FROM property_room r
JOIN floors f ON f.id = r.floor_id
LEFT JOIN reservations_roomreservation stay
       ON stay.room_id = r.id AND stay.hotel_id = r.hotel_id AND stay.status = 'in_house'
WHERE r.hotel_id = %(hotel)s AND r.is_active AND r.room_type_id = ANY (%(types)s)
  AND (stay.departure > %(day)s OR r.maintenance <> 'in_service')
ORDER BY stay.departure, r.number
"""


def day_plan(*, hotel: HotelRef, day: date, locks: Mapping[int, int] | None = None) -> DayPlan:
    """What a press on "propose rooms" gives; `locks` are rooms a clerk fixed.

    Three statements, however many arrive; two more where somebody finds no room of the type, one where a wish is not
    met.
    """
    needs = needs_of_day(hotel_id=hotel.pk, day=day)
    if not needs:
        return DayPlan({}, {}, {}, hotel.inspection_required)
    until = max(max(need.departure for need in needs), day + timedelta(days=1))
    own_types = sorted({need.room_type_id for need in needs})
    weights = weights_of(hotel.pk)
    rooms = free_rooms(hotel_id=hotel.pk, arrival=day, until=until, room_type_ids=own_types)
    given: dict[str, Any] = {"inspection": hotel.inspection_required, "weights": weights, "locks": locks}
    best = optimise(needs, rooms, **given)
    if len(best.proposals) < len(needs):
        rooms = free_rooms(hotel_id=hotel.pk, arrival=day, until=until, room_type_ids=None)
        ranks = {row["id"]: row["rank"] for row in db.fetch_all(_RANKS, [hotel.pk])}
        spare = {
            (row["room_type_id"], row["night"]): row["spare"] for row in db.fetch_all(_SPARE, [hotel.pk, day, until])
        }
        best = optimise(needs, rooms, **given, ranks=ranks, spare=spare)
    by_type: dict[int, list[FreeRoom]] = defaultdict(list)
    for room in rooms:
        by_type[room.room_type_id].append(room)
    wanting = unmet(needs, best.proposals)
    held = _held(hotel.pk, day, own_types) if wanting else []
    return DayPlan(
        needs={need.room_reservation_id: need for need in needs}, proposals=best.proposals, rooms=by_type,
        inspection=hotel.inspection_required, proven=best.proven, gap=best.gap, upgrades=best.upgrades,
        obstacles=obstacles(wanting, rooms=rooms, held=held, proposals=best.proposals),
    )  # fmt: skip


def _held(hotel_id: int, day: date, types: Sequence[int]) -> list[HeldRoom]:
    rows = db.fetch_all(_HELD, {"hotel": hotel_id, "day": day, "types": list(types)})
    return [HeldRoom(until=row.pop("until"), room=_room(row)) for row in rows]


def weights_of(hotel_id: int) -> dict[str, int]:
    """What wishes weigh at this hotel."""
    own = db.fetch_all("SELECT code, weight FROM frontdesk_assignmentweight WHERE hotel_id = %s", [hotel_id])
    return {**DEFAULT, **{row["code"]: row["weight"] for row in own if row["code"] in DEFAULT}}


def rooms_for(*, hotel: HotelRef, room_reservation_id: int, any_type: bool = False) -> list[Proposal]:
    """Rooms one reservation could have, the best first; other types only when asked for. Two statements."""
    need = need_of(hotel_id=hotel.pk, room_reservation_id=room_reservation_id)
    if need is None:
        return []
    rooms = free_rooms(
        hotel_id=hotel.pk,
        arrival=need.arrival,
        until=need.departure,
        room_type_ids=None if any_type else [need.room_type_id],
        besides=room_reservation_id,
    )
    found = ranked(need, rooms, inspection=hotel.inspection_required)
    return sorted(found, key=lambda proposal: proposal.room.room_type_id != need.room_type_id)


def rooms_to_move(*, hotel: HotelRef, room_reservation_id: int) -> list[Proposal]:
    """Empty rooms for the rest of a stay, own type first. Two statements."""
    need = need_of(hotel_id=hotel.pk, room_reservation_id=room_reservation_id)
    if need is None:
        return []
    today = hotel.business_date
    rest = replace(need, arrival=today)
    rooms = free_rooms(
        hotel_id=hotel.pk, arrival=today, until=need.departure, room_type_ids=None, besides=room_reservation_id
    )
    found = ranked(rest, [room for room in rooms if not room.occupied], inspection=hotel.inspection_required)
    return sorted(found, key=lambda proposal: proposal.room.room_type_id != need.room_type_id)


def rooms_now(*, hotel: HotelRef, until: date, room_type_id: int | None) -> list[Proposal]:
    """Rooms that a guest at the desk can have this moment, of one type; ready ones only. One statement."""
    today = hotel.business_date
    need = Need(
        room_reservation_id=0, reservation_id=0, room_type_id=room_type_id or 0, arrival=today, departure=until,
        walk_in=True, vip_level="", expected_at=None, requests=(),
    )  # fmt: skip
    if room_type_id is None:
        return []
    rooms = free_rooms(hotel_id=hotel.pk, arrival=today, until=until, room_type_ids=[room_type_id])
    vacant = [room for room in rooms if not room.occupied]
    found = ranked(need, vacant, inspection=hotel.inspection_required)
    ready = {"inspected"} if hotel.inspection_required else {"inspected", "clean"}
    return sorted(found, key=lambda proposal: proposal.room.housekeeping not in ready)

"""A stay as the protocols see it: what is known of it, its moments, and which events concern it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from binzhi.frontdesk.names import surname_of
from binzhi.frontdesk.recognition import wishes
from binzhi.kernel import clock, db
from binzhi.kernel.follower import Seen
from binzhi.promises.starting import Kind, Subject, register
from binzhi.reservations.enums import Status

TOPICS = frozenset({
    "reservation.created", "reservation.confirmed", "reservation.changed", "reservation.cancelled",
    "reservation.no_show", "reservation.reinstated", "reservation.unit_assigned", "reservation.units_assigned",
    "reservation.unit_unassigned", "stay.checked_in", "stay.check_in_reverted", "stay.guest_registered",
    "stay.checked_out", "stay.check_out_reverted", "stay.moved", "stay.extended", "stay.shortened", "stay.continued",
    "stay.continuation_reverted", wishes.TOPIC,
})  # fmt: skip
_NOON = time(12)
_TURNDOWN, _BREAKFAST = time(20), time(6, 30)
# How long after the hour of turndown a room may still be turned down the same evening.
_STILL_TIME = timedelta(hours=2)
# Nothing more is promised to who does not come.
_GONE = {Status.CANCELLED: "cancelled", Status.NO_SHOW: "no show"}
_STAYS = "SELECT id FROM reservations_roomreservation WHERE hotel_id = %s AND reservation_id = %s ORDER BY id"
_STAY = """
SELECT s.id, s.status, s.arrival, s.departure, s.adults, s.children, s.infants, s.walk_in, s.room_id,
    m.number AS room, t.code AS room_type, p.code AS rate_plan, r.expected_at, r.special_requests, r.market, r.source,
    r.channel, r.booker_name, g.id AS guest_id, g.name AS guest, g.birth_date, g.vip_level, g.member_tier, g.stays,
    h.timezone, h.check_in_time, h.check_out_time
FROM reservations_roomreservation s
JOIN reservations_reservation r ON r.id = s.reservation_id
JOIN property_hotel h ON h.id = s.hotel_id
JOIN property_roomtype t ON t.id = s.room_type_id
JOIN reservations_rateplan p ON p.id = s.rate_plan_id
LEFT JOIN property_room m ON m.id = s.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(s.guest_id, r.guest_id)
WHERE s.hotel_id = %s AND s.id = %s
"""


def concerned(seen: Seen) -> Sequence[int]:
    """The stays that an event tells of."""
    payload = seen.payload
    if seen.topic == wishes.TOPIC:
        return wishes.stays_concerned(hotel_id=seen.hotel_id, guest_id=int(payload["guest_id"]))
    if "room_reservation_ids" in payload:
        return [int(pk) for pk in str(payload["room_reservation_ids"]).split(",") if pk]
    if "room_reservation_id" in payload:
        return [int(payload["room_reservation_id"])]
    db.enter_scope("*", "*")
    return db.fetch_values(_STAYS, [seen.hotel_id, payload["reservation_id"]])


def described(hotel_id: int, stay_id: int) -> Subject | None:
    """A stay with its facts and moments; None when there is no such stay.

    Facts: level, member_tier, nights, adults, children, infants, room_type, rate_plan, market, source, channel,
    walk_in, first_stay, birthday_in_stay, baby_expected, `wish_<code>` for each special request, and what its guests
    are known to like (`wishes.facts_of_stay`).
    """
    row = db.fetch_one(_STAY, [hotel_id, stay_id])
    if row is None:
        return None
    birthday = _birthday(row)
    asked = list(row["special_requests"] or ())
    today = clock.now().astimezone(ZoneInfo(row["timezone"])).date()
    liked = wishes.facts_of_stay(hotel_id=hotel_id, stay_id=stay_id, today=today)
    facts: dict[str, Any] = {
        "level": row["vip_level"] or "", "member_tier": row["member_tier"] or "",
        "nights": (row["departure"] - row["arrival"]).days, "adults": row["adults"], "children": row["children"],
        "infants": row["infants"], "room_type": row["room_type"], "rate_plan": row["rate_plan"],
        "market": row["market"], "source": row["source"], "channel": row["channel"], "walk_in": row["walk_in"],
        "first_stay": row["guest_id"] is not None and not row["stays"], "birthday_in_stay": birthday is not None,
        "baby_expected": row["infants"] > 0 or "crib" in asked or liked.get("likes_crib") is True,
        **{f"wish_{code}": True for code in asked},
        **liked,
    }  # fmt: skip
    return Subject(
        id=row["id"], label=_label(row), facts=facts, anchors=_anchors(row, birthday), room_id=row["room_id"],
        guest_id=row["guest_id"], host_department="front-office", gone=_GONE.get(row["status"], ""),
    )  # fmt: skip


def _label(row: Mapping[str, Any]) -> str:
    return " ".join(part for part in (row["room"] or "", surname_of(row["guest"] or row["booker_name"])) if part)


def _anchors(row: Mapping[str, Any], birthday: date | None) -> dict[str, datetime]:
    zone = ZoneInfo(row["timezone"])
    anchors = {
        "arrival": datetime.combine(row["arrival"], row["expected_at"] or row["check_in_time"], zone),
        "departure": datetime.combine(row["departure"], row["check_out_time"], zone),
    }
    if birthday is not None:
        anchors["birthday"] = datetime.combine(birthday, _NOON, zone)
    return anchors | _of_the_day(row, zone, clock.now().astimezone(zone))


def _of_the_day(row: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> dict[str, datetime]:
    """Turndown and breakfast of the stay: those of the day of arrival, and in the house those that come next.

    What is found out on the second day is for that evening, not for one that has passed.
    """
    day = row["arrival"]
    if row["status"] == Status.IN_HOUSE and now.date() > day:
        day = now.date()
    turndown = datetime.combine(day, _TURNDOWN, zone)
    if turndown + _STILL_TIME < now:
        turndown += timedelta(days=1)
    breakfast = datetime.combine(day, _BREAKFAST, zone)
    if breakfast < now or day == row["arrival"]:
        breakfast += timedelta(days=1)
    return {"turndown": turndown, "breakfast": breakfast}


def _birthday(row: Mapping[str, Any]) -> date | None:
    """The birthday that falls into the stay; somebody born on 29 February has it on the 28th in other years."""
    born: date | None = row["birth_date"]
    if born is None:
        return None
    for year in {row["arrival"].year, row["departure"].year}:
        try:
            day = born.replace(year=year)
        except ValueError:
            day = date(year, 2, 28)
        if row["arrival"] <= day <= row["departure"]:
            return day
    return None


def make_known() -> None:
    """Let protocols be laid over stays."""
    register(Kind("stay", TOPICS, concerned, described, wishes.hotels_concerned))

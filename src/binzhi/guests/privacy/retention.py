"""How long data stays: a clock by class of data, run every night, each run on record.

A class has the months the house keeps it, which a hotel may set otherwise, never under what the law asks.
Files belong to the group, so among its hotels the longest time holds. A legal hold stops every clock.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.events import RetentionRan, RetentionSet
from binzhi.guests.privacy import states
from binzhi.guests.privacy.erasing import erase_file, with_merged
from binzhi.guests.privacy.rows import busy_among, clear_profiles
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.property.queries import HotelRef, all_hotels, hotel_by_id

BATCH = 200
PROFILE, REGISTRATION, LOOKUPS = "profile", "registration", "lookups"
LONGEST_MONTHS = 1200


@dataclass(frozen=True, slots=True)
class Cleared:
    """What one batch did: rows or files cleared, and files a hold kept."""

    count: int
    held: int = 0


# (hotel, before this day, how many at most, by whom, now) -> what was done.
Sweep = Callable[[HotelRef, date, int, Actor, datetime], Cleared]


@dataclass(frozen=True, slots=True)
class DataClass:
    """`months`: what the house keeps; `least`: what a hotel may not go under."""

    code: str
    label: str | Promise
    what: str | Promise
    months: int
    least: int
    sweep: Sweep


_classes: dict[str, DataClass] = {}


def register_class(data_class: DataClass) -> None:
    """Give the clock another class of data, from AppConfig.ready of the context that keeps it."""
    _classes[data_class.code] = data_class


def classes() -> tuple[DataClass, ...]:
    return tuple(_classes.values())


def months_back(day: date, months: int) -> date:
    """The same day so many months earlier; the last of the month where there is none."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def months_of(*, group_id: int, data_class: str) -> int:
    """How long the group keeps a class: the longest of its hotels, each its own setting or the house's rule."""
    rule = _classes[data_class]
    longest: int | None = db.fetch_value(
        "SELECT max(coalesce(s.months, %s)) FROM property_hotel h"
        " LEFT JOIN guests_retentionsetting s ON s.hotel_id = h.id AND s.data_class = %s WHERE h.group_id = %s",
        [rule.months, data_class, group_id],
    )
    return longest if longest is not None else rule.months


@operation(Permission.SET_RETENTION)
def set_retention(*, hotel_id: int, data_class: str, months: int, actor: Actor, now: datetime) -> None:
    """Say how many months this hotel keeps a class of data.

    Writes the setting. Locks nothing. Raises InvalidInput (unknown class, less than the law asks). Publishes
    RetentionSet. Idempotent.
    """
    rule = _classes.get(data_class)
    if rule is None:
        raise InvalidInput(field="data_class", message=_("This class of data does not exist."))
    if not rule.least <= months <= LONGEST_MONTHS:
        raise InvalidInput(
            field="months", message=_("From %(least)s to %(most)s months."), least=rule.least, most=LONGEST_MONTHS
        )
    db.execute(
        "INSERT INTO guests_retentionsetting (hotel_id, data_class, months, set_by, set_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (hotel_id, data_class) DO UPDATE SET months = excluded.months, set_by = excluded.set_by,"
        " set_at = excluded.set_at",
        [hotel_id, data_class, months, actor.user_id, now],
    )
    record(
        "guest.retention_set", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"data_class": data_class, "months": months}, event=RetentionSet(data_class=data_class, months=months),
    )  # fmt: skip


@operation(Permission.RUN_RETENTION)
def run_class(*, hotel_id: int, data_class: str, limit: int = BATCH, actor: Actor, now: datetime) -> int:
    """Clear at most `limit` of what is over its time in the hotel's group; how many there were (0: all done).

    Changes and deletes rows of the class. Locks the files it takes, skipping those somebody works on. Publishes
    RetentionRan. Idempotent and resumable. Asks for a right no post carries: only the clock does this.
    """
    hotel = hotel_by_id(hotel_id)
    rule = _classes[data_class]
    today = hotel.local(now).date()
    before = months_back(today, months_of(group_id=hotel.group_id, data_class=data_class))
    done = rule.sweep(hotel, before, limit, actor, now)
    moment = datetime.combine(before, time(), tzinfo=hotel.local(now).tzinfo)
    db.execute(
        "INSERT INTO guests_retentionrun (hotel_id, data_class, before, cleared, held, at) VALUES (%s, %s, %s,"
        " %s, %s, %s)",
        [hotel_id, data_class, moment, done.count, done.held, now],
    )
    record(
        "guest.retention_ran", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"data_class": data_class, "before": before, "cleared": done.count, "held": done.held},
        event=RetentionRan(data_class=data_class, cleared=done.count),
    )  # fmt: skip
    return done.count


def run_all(*, actor: Actor, now: datetime) -> dict[str, int]:
    """Every class of every group until nothing is left; how many of each. One transaction for each batch."""
    total: dict[str, int] = {}
    seen: set[int] = set()
    for hotel in all_hotels():
        if hotel.group_id in seen:
            continue
        seen.add(hotel.group_id)
        for rule in classes():
            while done := run_class(hotel_id=hotel.pk, data_class=rule.code, actor=actor, now=now):
                total[rule.code] = total.get(rule.code, 0) + done
                if done < BATCH:
                    break
    return total


# ---------------------------------------------------------------- the classes of this context

# A file is over its time when the last stay, or without one its opening, lies before the day.
_OVER = """
SELECT g.id, EXISTS (
    SELECT FROM guests_legalhold h WHERE h.guest_id = g.id AND h.lifted_at IS NULL
    AND (h.until IS NULL OR h.until >= %(today)s)
) AS held
FROM guests_guest g LEFT JOIN guests_filestate s ON s.guest_id = g.id
WHERE g.group_id = %(group)s AND coalesce(g.last_stay_on, (g.created_at AT TIME ZONE %(zone)s)::date) < %(before)s
  AND g.merged_into_id IS NULL AND s.erased_at IS NULL AND {still} AND g.id > %(after)s
ORDER BY g.id LIMIT %(limit)s FOR NO KEY UPDATE OF g SKIP LOCKED
"""
_NOT_CLEARED = "(s.profile_cleared_at IS NULL OR s.profile_cleared_at::date < g.last_stay_on)"


def _over(hotel: HotelRef, before: date, limit: int, now: datetime, *, still: str) -> tuple[list[int], int]:
    """Files over their time that may go, and how many a hold keeps. Those still busy are passed over."""
    free: list[int] = []
    held, after = 0, 0
    while len(free) < limit:
        rows = db.fetch_all(
            _OVER.format(still=still),
            {
                "group": hotel.group_id, "before": before, "limit": limit, "after": after, "zone": hotel.timezone,
                "today": hotel.local(now).date(),
            },
        )  # fmt: skip
        if not rows:
            break
        after = rows[-1]["id"]
        held += sum(1 for row in rows if row["held"])
        loose = [row["id"] for row in rows if not row["held"]]
        busy = busy_among(loose) if loose else set()
        free += [guest_id for guest_id in loose if guest_id not in busy]
    return free[:limit], held


def _sweep_profiles(hotel: HotelRef, before: date, limit: int, _actor: Actor, now: datetime) -> Cleared:
    free, held = _over(hotel, before, limit, now, still=_NOT_CLEARED)
    if free:
        whole = [each for guest_id in free for each in with_merged(guest_id)]
        clear_profiles(whole, now)
        states.mark_cleared(group_id=hotel.group_id, guest_ids=free, now=now)
    return Cleared(len(free), held)


def _sweep_registrations(hotel: HotelRef, before: date, limit: int, actor: Actor, now: datetime) -> Cleared:
    free, held = _over(hotel, before, limit, now, still="true")
    for guest_id in free:
        erase_file(group_id=hotel.group_id, guest_id=guest_id, actor=actor, now=now)
    return Cleared(len(free), held)


def _sweep_lookups(hotel: HotelRef, before: date, limit: int, _actor: Actor, now: datetime) -> Cleared:
    gone = db.execute(
        "DELETE FROM guests_lookup WHERE id IN (SELECT id FROM guests_lookup WHERE group_id = %s AND at < %s"
        " ORDER BY id LIMIT %s)",
        [hotel.group_id, datetime.combine(before, time(), tzinfo=hotel.local(now).tzinfo), limit],
    )
    return Cleared(gone)


def register() -> None:
    """Make the classes of this context known."""
    register_class(DataClass(
        PROFILE, _("Likes, notes, contact"), _("after the last stay; then they are cleared"), 24, 1, _sweep_profiles,
    ))  # fmt: skip
    register_class(DataClass(
        REGISTRATION, _("Registration: name and document"), _("after the last stay; then no name is left"), 36, 12,
        _sweep_registrations,
    ))  # fmt: skip
    register_class(DataClass(
        LOOKUPS, _("Who looked at whom"), _("from the day of the look; then deleted"), 36, 6, _sweep_lookups,
    ))  # fmt: skip

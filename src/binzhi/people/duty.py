"""Who is at work: on the roster at that moment, not absent, still employed. Building blocks for the contexts above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from binzhi.kernel import db
from binzhi.property.queries import localised


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody at work until `until`, in the post he acts in just now; his rank is the higher of that and his own.

    `since` is the day he came into his job; `department` and the posts are codes and names of the house.
    """

    staff_id: int
    user_id: int
    name: str
    post: str
    post_name: str
    post_name_en: str
    grade: int
    department: str
    since: date
    until: datetime

    @property
    def post_label(self) -> str:
        return localised(self.post_name, self.post_name_en)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a post, at work or not."""

    staff_id: int
    user_id: int
    name: str
    post: str
    post_name: str
    post_name_en: str
    grade: int
    department: str
    since: date

    @property
    def post_label(self) -> str:
        return localised(self.post_name, self.post_name_en)


_DAY = timedelta(days=1)
# No duty is longer than 36 hours (a rule of the table), so one index range finds all that can cover the moment.
_AT_WORK = """
SELECT s.id AS staff_id, s.user_id, coalesce(nullif(u.name, ''), u.username) AS name, p.code AS post,
    p.name AS post_name, p.name_en AS post_name_en, greatest(p.grade, own.grade) AS grade, d.code AS department,
    s.since, duty.ends_at AS until, own.code AS own_post, d.position, p.id AS post_id
FROM people_duty duty
JOIN people_staff s ON s.id = duty.staff_id
JOIN people_user u ON u.id = s.user_id AND u.is_active
JOIN people_post own ON own.id = s.post_id
JOIN people_post p ON p.id = coalesce(duty.acting_post_id, s.post_id)
JOIN people_department d ON d.id = p.department_id
JOIN property_hotel h ON h.id = duty.hotel_id
WHERE duty.hotel_id = %(hotel)s AND duty.starts_at <= %(at)s AND duty.starts_at > %(at)s - interval '36 hours'
    AND duty.ends_at > %(at)s
    AND s.since <= (%(at)s AT TIME ZONE h.timezone)::date
    AND (s.left_on IS NULL OR s.left_on > (%(at)s AT TIME ZONE h.timezone)::date)
    AND NOT EXISTS (
        SELECT 1 FROM people_absence a WHERE a.staff_id = s.id AND a.starts_at <= %(at)s AND a.ends_at > %(at)s)
"""
_COLUMNS = "staff_id, user_id, name, post, post_name, post_name_en, grade, department, since, until"
_BY_RANK = "grade DESC, position, post_id, since, staff_id"
_ON_DUTY = f"""
SELECT {_COLUMNS} FROM ({_AT_WORK}) w
WHERE (%(department)s = '' OR department = %(department)s)
    AND (%(posts)s::text[] = '{{}}' OR post = ANY (%(posts)s::text[]) OR own_post = ANY (%(posts)s::text[]))
ORDER BY {_BY_RANK}
"""  # noqa: S608  (constants)
_HIGHEST = f"""
SELECT {_COLUMNS} FROM ({_AT_WORK}) w WHERE %(below)s = '' OR (post <> %(below)s AND own_post <> %(below)s)
ORDER BY {_BY_RANK} LIMIT 1
"""  # noqa: S608  (constants)
_STAND_IN = f"""
WITH asked AS (
    SELECT p.id, d.code AS department FROM people_post p JOIN people_department d ON d.id = p.department_id
    WHERE p.hotel_id = %(hotel)s AND p.code = %(post)s
), deputies AS (
    SELECT p.code, min(f.position) AS place FROM people_deputy f JOIN people_post p ON p.id = f.deputy_id
    WHERE f.post_id = (SELECT id FROM asked) GROUP BY p.code
)
SELECT {_COLUMNS} FROM ({_AT_WORK}) w
ORDER BY own_post <> %(post)s, post <> %(post)s,
    (SELECT min(place) FROM deputies WHERE code IN (w.post, w.own_post)) NULLS LAST,
    department IS DISTINCT FROM (SELECT department FROM asked), {_BY_RANK}
LIMIT 1
"""  # noqa: S608  (constants)
# The same for many posts of many hotels at once.
_STAND_INS = f"""
SELECT g.place, w.* FROM unnest(%(hotels)s::bigint[], %(posts)s::text[]) WITH ORDINALITY AS g (hotel_id, post, place)
CROSS JOIN LATERAL ({_STAND_IN.replace("%(hotel)s", "g.hotel_id").replace("%(post)s", "g.post")}) w
"""  # noqa: S608  (constants)
_HOLDERS = """
SELECT s.id AS staff_id, s.user_id, coalesce(nullif(u.name, ''), u.username) AS name, p.code AS post,
    p.name AS post_name, p.name_en AS post_name_en, p.grade, d.code AS department, s.since
FROM people_staff s
JOIN people_user u ON u.id = s.user_id AND u.is_active
JOIN people_post p ON p.id = s.post_id
JOIN people_department d ON d.id = p.department_id
JOIN property_hotel h ON h.id = s.hotel_id
WHERE s.hotel_id = %s AND p.code = ANY (%s::text[])
    AND s.since <= h.business_date AND (s.left_on IS NULL OR s.left_on > h.business_date)
ORDER BY p.grade DESC, d.position, p.id, s.since, s.id
"""


def on_duty(*, hotel_id: int, at: datetime, department: str = "", posts: Sequence[str] = ()) -> list[OnDuty]:
    """Who is at work at that moment, highest grade first.

    `department`: where they work just now; `posts`: posts they hold or act in. One statement.
    """
    params = {"hotel": hotel_id, "at": at, "department": department, "posts": db.texts(posts)}
    return [OnDuty(**row) for row in db.fetch_all(_ON_DUTY, params)]


def highest_on_duty(*, hotel_id: int, at: datetime, below: str = "") -> OnDuty | None:
    """The highest-ranking one at work, who receives when the general manager is away.

    `below`: nobody who holds or acts in that post. None when nobody is at work. One statement.
    """
    row = db.fetch_one(_HIGHEST, {"hotel": hotel_id, "at": at, "below": below})
    return None if row is None else OnDuty(**row)


def stand_in(*, hotel_id: int, post: str, at: datetime) -> OnDuty | None:
    """Who answers for a post at that moment, so that a notice always reaches somebody at work.

    Its holder, else who acts in it, else its deputies in their order, else the highest of its department, else the
    highest of the house; None when nobody is at work. One statement.
    """
    row = db.fetch_one(_STAND_IN, {"hotel": hotel_id, "at": at, "post": post})
    return None if row is None else OnDuty(**row)


def stand_ins(*, asked: Sequence[tuple[int, str]], at: datetime) -> dict[tuple[int, str], OnDuty]:
    """As `stand_in`, for many posts (hotel and code) at once; without those where nobody is at work. One statement."""
    hotels, posts = [hotel for hotel, _post in asked], [post for _hotel, post in asked]
    rows = db.fetch_all(_STAND_INS, {"hotels": db.array(hotels), "posts": db.texts(posts), "at": at})
    return {asked[row.pop("place") - 1]: OnDuty(**row) for row in rows}


def holders(*, hotel_id: int, posts: Sequence[str]) -> list[Holder]:
    """Everyone employed in these posts, at work or not, highest grade first. One statement."""
    return [Holder(**row) for row in db.fetch_all(_HOLDERS, [hotel_id, db.texts(posts)])]


def months_in_job(since: date, today: date) -> int:
    """Whole months from the day somebody came into the job; 0 before. The 31st counts to the last day of a month."""
    months = (today.year - since.year) * 12 + today.month - since.month
    if today.day < since.day and (today + _DAY).month == today.month:
        months -= 1
    return max(months, 0)

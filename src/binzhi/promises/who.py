"""Who may do a task: by post, by rank in its department, standing in for somebody away; and who is eligible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.people import duty
from binzhi.promises.errors import GradeTooLow, Ineligible, TooNewInJob, WrongPost
from binzhi.promises.protocols.language import TaskSpec
from binzhi.property.queries import localised

# A leader: who may stand in for the head of a department that is away. Below, only deputies by name could.
LEADER = 2
# The head of a department, or the duty manager: who may speak for more than the own department.
HEAD = 3


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff with the post held; `today` is the hotel's calendar day at the moment asked about."""

    staff_id: int
    user_id: int
    post: str
    grade: int
    department: str
    department_id: int
    since: date
    today: date


@dataclass(frozen=True, slots=True)
class PostFacts:
    grade: int
    department: str
    label: str


_PEOPLE = """
SELECT s.id AS staff_id, s.user_id, p.code AS post, p.grade, d.code AS department, d.id AS department_id, s.since,
    (%(at)s AT TIME ZONE h.timezone)::date AS today
FROM people_staff s
JOIN people_post p ON p.id = s.post_id
JOIN people_department d ON d.id = p.department_id
JOIN property_hotel h ON h.id = s.hotel_id
WHERE s.hotel_id = %(hotel)s AND (s.left_on IS NULL OR s.left_on > h.business_date)
"""
_POSTS = """
SELECT p.code, p.grade, d.code AS department, p.name, p.name_en
FROM people_post p JOIN people_department d ON d.id = p.department_id WHERE p.hotel_id = %s
"""


def doer(actor: Actor, *, hotel_id: int, at: datetime) -> Person | None:
    """The actor as one of this hotel's staff; None for the system itself. Raises NotFound when he is none of them."""
    if actor.is_system:
        return None
    found = db.fetch_one(_PEOPLE + " AND s.user_id = %(user)s", {"hotel": hotel_id, "at": at, "user": actor.user_id})
    if found is None:
        raise NotFound(field="staff")
    return Person(**found)


def people(staff_ids: Iterable[int], *, hotel_id: int, at: datetime) -> dict[int, Person]:
    """Employed staff of this hotel by id."""
    wanted = db.array(sorted(set(staff_ids)))
    found = db.fetch_all(_PEOPLE + " AND s.id = ANY (%(ids)s::bigint[])", {"hotel": hotel_id, "at": at, "ids": wanted})
    return {row["staff_id"]: Person(**row) for row in found}


def posts_of(hotel_id: int) -> dict[str, PostFacts]:
    """All posts of the hotel by code. One statement."""
    return {
        row["code"]: PostFacts(row["grade"], row["department"], localised(row["name"], row["name_en"]))
        for row in db.fetch_all(_POSTS, [hotel_id])
    }


def fits(
    *, post: str, grade: int, department: str, wanted: Sequence[str], of: str, posts: Mapping[str, PostFacts]
) -> bool:
    """Does somebody of this post do a task of department `of` that `wanted` posts may do (none: all of it)?

    Who ranks above such a post in the task's own department may, too.
    """
    if not wanted:
        return department == of
    if post in wanted:
        return True
    least = min((posts[code].grade for code in wanted if code in posts), default=None)
    return department == of and least is not None and grade > least


def require_post(person: Person, *, hotel_id: int, wanted: Sequence[str], department: str, at: datetime) -> None:
    """Raise WrongPost unless the person's post, the one acted in just now, or one stood in for does this."""
    posts = posts_of(hotel_id)
    if fits(
        post=person.post, grade=person.grade, department=person.department, wanted=wanted, of=department, posts=posts
    ):
        return
    if acts_for(person, hotel_id=hotel_id, wanted=wanted, department=department, at=at, posts=posts):
        return
    raise WrongPost(posts=", ".join(_label(code, posts) for code in wanted) or _department(hotel_id, department))


def _department(hotel_id: int, code: str) -> str:
    found = "SELECT name, name_en FROM people_department WHERE hotel_id = %s AND code = %s"
    row = db.fetch_one(found, [hotel_id, code])
    return code if row is None else localised(row["name"], row["name_en"])


def acts_for(
    person: Person,
    *,
    hotel_id: int,
    wanted: Sequence[str],
    department: str,
    at: datetime,
    posts: Mapping[str, PostFacts],
) -> bool:
    """Is the person on duty in such a post by the roster, or the leader who stands in for one that is away?"""
    now = next((one for one in duty.on_duty(hotel_id=hotel_id, at=at) if one.staff_id == person.staff_id), None)
    if now is None:
        return False
    if fits(post=now.post, grade=now.grade, department=now.department, wanted=wanted, of=department, posts=posts):
        return True
    if now.grade < LEADER:
        return False
    substitutes = [duty.stand_in(hotel_id=hotel_id, post=post, at=at) for post in wanted]
    return any(one is not None and one.staff_id == person.staff_id for one in substitutes)


def why_ineligible(
    spec: TaskSpec, facts: Mapping[str, object], *, grade: int, since: date, today: date
) -> Ineligible | None:
    """The first rule the person does not meet, as the refusal that names its clause; None when all are met."""
    for rule in spec.eligible:
        if not all(test.holds(facts) for test in rule.when):
            continue
        if grade < rule.least_grade:
            return GradeTooLow(clause=rule.clause, least=rule.least_grade)
        if duty.months_in_job(since, today) < rule.least_months:
            return TooNewInJob(clause=rule.clause, least=rule.least_months)
    return None


def require_eligible(spec: TaskSpec, facts: Mapping[str, object], person: Person) -> None:
    """Raise Ineligible with the clause."""
    refusal = why_ineligible(spec, facts, grade=person.grade, since=person.since, today=person.today)
    if refusal is not None:
        raise refusal


def _label(code: str, posts: Mapping[str, PostFacts]) -> str:
    return posts[code].label if code in posts else code

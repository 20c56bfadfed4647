"""What a roster is made of: shifts, and who stands in for whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.people.access import Permission
from binzhi.people.errors import UnknownDepartment, UnknownPost
from binzhi.people.events import DeputiesSet, ShiftSet

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,9}")
DEPUTIES_LIMIT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftInput:
    """A shift as typed; one that does not end after it starts ends on the next day. No department: the house's."""

    name: str
    starts: time
    ends: time
    name_en: str = ""
    department: str = ""
    is_active: bool = True


_SET_SHIFT = """
INSERT INTO people_shift (hotel_id, code, name, name_en, starts, ends, department_id, is_active)
VALUES (%(hotel)s, %(code)s, %(name)s, %(name_en)s, %(starts)s, %(ends)s, %(department)s, %(is_active)s)
ON CONFLICT (hotel_id, code) DO UPDATE SET name = EXCLUDED.name, name_en = EXCLUDED.name_en, starts = EXCLUDED.starts,
    ends = EXCLUDED.ends, department_id = EXCLUDED.department_id, is_active = EXCLUDED.is_active
RETURNING id
"""


@operation(Permission.PLAN_DUTY)
def set_shift(*, hotel_id: int, code: str, shift: ShiftInput, actor: Actor, now: datetime) -> int:
    """Make the shift of this code, or change it: duties planned before keep their times. Its id.

    Locks the shift. Idempotent. Raises InvalidInput at the field, UnknownDepartment. Publishes ShiftSet.
    """
    code = code.strip().lower()
    if not _CODE.fullmatch(code):
        raise InvalidInput(field="code", message=_("One to ten letters or digits, as they are typed in the roster."))
    values = {
        "name": clean_text(shift.name, field="name", limit=40, required=True),
        "name_en": clean_text(shift.name_en, field="name_en", limit=60),
        "starts": shift.starts, "ends": shift.ends, "is_active": shift.is_active,
    }  # fmt: skip
    department = _department(hotel_id, shift.department) if shift.department else None
    shift_id: int = db.fetch_value(_SET_SHIFT, values | {"hotel": hotel_id, "code": code, "department": department})
    record(
        "shift.set", subject="shift", subject_id=shift_id, hotel_id=hotel_id, actor=actor, now=now,
        after=values | {"code": code, "department": shift.department},
        event=ShiftSet(hotel_id=hotel_id, shift_id=shift_id),
    )  # fmt: skip
    return shift_id


def _department(hotel_id: int, code: str) -> int:
    found: int | None = db.fetch_value(
        "SELECT id FROM people_department WHERE hotel_id = %s AND code = %s", [hotel_id, code]
    )
    if found is None:
        raise UnknownDepartment(department=code)
    return found


_SET_DEPUTIES = """
WITH given AS (
    SELECT p.id, g.place FROM unnest(%(deputies)s::text[]) WITH ORDINALITY AS g (code, place)
    JOIN people_post p ON p.hotel_id = %(hotel)s AND p.code = g.code
)
INSERT INTO people_deputy (hotel_id, post_id, deputy_id, position)
SELECT %(hotel)s, %(post)s, id, place FROM given ORDER BY place
"""


@operation(Permission.PLAN_DUTY)
def set_deputies(*, hotel_id: int, post: str, deputies: Sequence[str], actor: Actor, now: datetime) -> None:
    """Say which posts stand in for a post when none of its holders is on duty, first asked first; none clears it.

    Locks the post. Idempotent. Raises UnknownPost, InvalidInput at the field. Publishes DeputiesSet.
    """
    if len(deputies) > DEPUTIES_LIMIT:
        raise InvalidInput(field="deputies", message=_("At most %(limit)s deputies."), limit=DEPUTIES_LIMIT)
    if len(set(deputies)) != len(deputies) or post in deputies:
        raise InvalidInput(field="deputies", message=_("Name every deputy once, and never the post itself."))
    # Two who set the deputies of one post at a time come one after the other.
    post_id = db.fetch_value(
        "SELECT id FROM people_post WHERE hotel_id = %s AND code = %s FOR NO KEY UPDATE", [hotel_id, post]
    )
    if post_id is None:
        raise UnknownPost(post=post)
    before = db.fetch_values(
        "SELECT p.code FROM people_deputy d JOIN people_post p ON p.id = d.deputy_id WHERE d.post_id = %s"
        " ORDER BY d.position",
        [post_id],
    )
    db.execute("DELETE FROM people_deputy WHERE post_id = %s", [post_id])
    made = db.execute(_SET_DEPUTIES, {"deputies": db.texts(deputies), "hotel": hotel_id, "post": post_id})
    if made != len(deputies):
        known = db.fetch_values("SELECT code FROM people_post WHERE hotel_id = %s", [hotel_id])
        raise UnknownPost(field="deputies", post=next(code for code in deputies if code not in known))
    record(
        "deputies.set", subject="post", subject_id=post_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"deputies": before}, after={"deputies": list(deputies)},
        event=DeputiesSet(hotel_id=hotel_id, post_id=post_id),
    )  # fmt: skip

"""Who is acting: one statement that reads the posts of a user and binds the database to their hotels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from binzhi.kernel import db
from binzhi.kernel.actor import STRANGER, Actor
from binzhi.property.queries import HOTEL_COLUMNS, HotelRef, hotel_of_row, localised


class SignedIn(Protocol):
    """What is needed of a user here."""

    pk: int

    def get_full_name(self) -> str: ...


# The scope comes first and the posts hang on it, so that a user without any post unbinds the session.
# Tables read before the scope is known (staff, posts, hotels, tokens) carry no row-level security.
_BIND = """
bound AS (
    SELECT set_config('binzhi.hotels', coalesce((SELECT string_agg(hotel_pk::text, ',' ORDER BY hotel_pk)
                                                 FROM mine), ''), false),
           set_config('binzhi.groups', coalesce((SELECT string_agg(g::text, ',' ORDER BY g)
                                                 FROM (SELECT DISTINCT hotel_group_id AS g FROM mine) x), ''), false)
)
SELECT mine.* FROM bound LEFT JOIN mine ON true ORDER BY mine.staff_id
"""


def bind_statement(mine: str) -> str:
    """A statement that reads `mine` (with staff_id and HOTEL_COLUMNS) and binds the session to its hotels."""
    return f"WITH mine AS MATERIALIZED ({mine}),{_BIND}"


def bound_rows(sql: str, params: list[Any]) -> list[dict[str, Any]]:
    """The rows of a `bind_statement`, without the empty one of a stranger."""
    return [row for row in db.fetch_all(sql, params, binds=True) if row["staff_id"] is not None]


_OF_USER = bind_statement(f"""
    SELECT s.id AS staff_id, p.name AS post, p.name_en AS post_en, p.permissions, {HOTEL_COLUMNS}
    FROM people_staff s
    JOIN people_post p ON p.id = s.post_id
    JOIN property_hotel h ON h.id = s.hotel_id
    WHERE s.user_id = %s AND (s.left_on IS NULL OR s.left_on > h.business_date)
""")  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True)
class Standing:
    """A user's place in one hotel."""

    hotel: HotelRef
    staff_id: int
    post: str
    post_en: str

    @property
    def post_label(self) -> str:
        return localised(self.post, self.post_en)


def actor_for_user(user: SignedIn) -> tuple[Actor, list[HotelRef]]:
    """The user as an actor and the hotels of his posts, first post first; binds row-level security to them."""
    actor, standings = standings_of(user)
    return actor, [standing.hotel for standing in standings]


def standings_of(user: SignedIn) -> tuple[Actor, list[Standing]]:
    """The user as an actor and his place in each of his hotels; one statement, which also binds row-level security."""
    rows = bound_rows(_OF_USER, [user.pk])
    standings = [Standing(hotel_of_row(row), row["staff_id"], row["post"], row["post_en"]) for row in rows]
    if not rows:
        actor = replace(STRANGER, user_id=user.pk, name=user.get_full_name())
    else:
        actor = Actor(
            user_id=user.pk,
            staff_id=rows[0]["staff_id"],
            name=user.get_full_name(),
            grants={row["hotel_pk"]: frozenset(row["permissions"]) for row in rows},
            group_ids=frozenset(row["hotel_group_id"] for row in rows),
        )
    db.mark_scope(actor.hotel_scope, actor.group_scope)
    return actor, standings


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as its owner sees it in the list; the key itself is known to nobody."""

    pk: int
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def tokens_of(*, user_id: int, hotel_id: int) -> list[TokenRow]:
    """The tokens of one person in one hotel, newest first, revoked ones too."""
    return [
        TokenRow(**row)
        for row in db.fetch_all(
            "SELECT t.id AS pk, t.name, t.scopes, t.created_at, t.expires_at, t.revoked_at FROM people_apitoken t"
            " JOIN people_staff s ON s.id = t.staff_id WHERE s.user_id = %s AND t.hotel_id = %s ORDER BY t.id DESC",
            [user_id, hotel_id],
        )
    ]


_DEPARTMENT = """
SELECT d.code FROM people_staff s JOIN people_post p ON p.id = s.post_id
JOIN people_department d ON d.id = p.department_id WHERE s.id = %s
"""


def department_of(staff_id: int) -> str:
    """The code of the department somebody of the staff belongs to; empty for nobody."""
    return str(db.fetch_value(_DEPARTMENT, [staff_id]) or "")

"""Keys of programs: a random string shown once, kept as its hash."""

from __future__ import annotations

import hashlib
import secrets
import time

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.people.queries import bind_statement, bound_rows
from binzhi.property.queries import HOTEL_COLUMNS, HotelRef, hotel_of_row

PREFIX = "bz_"
_BYTES = 32
# How long, in seconds, a token that was just recognised need not be looked up again, and for how many. While the first
# who comes after that looks it up, the others go on with what is known.
LATELY, _MEANWHILE = 0.75, 0.25
_MOST_KEPT = 1000

SignedIn = tuple[Actor, HotelRef, frozenset[str]]
_lately: dict[bytes, tuple[float, SignedIn]] = {}

_BY_DIGEST = bind_statement(f"""
    SELECT t.id AS token_id, t.scopes, s.id AS staff_id, s.user_id, u.name AS user_name, p.permissions, {HOTEL_COLUMNS}
    FROM people_apitoken t
    JOIN people_staff s ON s.id = t.staff_id
    JOIN people_user u ON u.id = s.user_id
    JOIN people_post p ON p.id = s.post_id
    JOIN property_hotel h ON h.id = t.hotel_id
    WHERE t.digest = %s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
      AND u.is_active AND (s.left_on IS NULL OR s.left_on > h.business_date)
""")  # noqa: S608  (constants)


def new_token() -> str:
    """256 random bits, marked so that a leaked one can be recognised."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def digest_of(raw_token: str) -> bytes:
    """What is kept of a token; it holds enough randomness that a plain hash cannot be turned around."""
    return hashlib.sha256(raw_token.encode("utf-8", "surrogatepass")).digest()


def authenticate_lately(raw_token: str) -> SignedIn | None:
    """As `authenticate`, asking the database about once a second for each token: a tenth of what a booking costs.

    For calls that read nothing of the hotel but its id, code and currency: the rest may be a second old, as may be
    that the token still holds. The session is not bound then, for who waits for a booking that others write along needs
    no session: operations bind their own.
    """
    digest = digest_of(raw_token)
    until, signed = _lately.get(digest, (0.0, None))
    if signed is not None and until > time.monotonic():
        return signed
    if signed is not None and until + _MEANWHILE > time.monotonic():
        _lately[digest] = (until + _MEANWHILE, signed)
    found = authenticate(raw_token)
    if found is None:
        _lately.pop(digest, None)
        return None
    if len(_lately) >= _MOST_KEPT:
        _lately.clear()
    _lately[digest] = (time.monotonic() + LATELY, found)
    return found


def forget_lately() -> None:
    """Look every token up again, in this process."""
    _lately.clear()


def authenticate(raw_token: str) -> SignedIn | None:
    """Who comes with this token, its hotel and what it may do: scopes of the token that the post holds as well.

    One statement, which binds row-level security too; a token that is unknown, revoked or expired, or whose
    owner has left, unbinds it and gives None.
    """
    rows = bound_rows(_BY_DIGEST, [digest_of(raw_token)])
    if not rows:
        db.mark_scope("", "")
        return None
    row = rows[0]
    hotel = hotel_of_row(row)
    scopes = frozenset(row["scopes"]) & frozenset(row["permissions"])
    actor = Actor(
        user_id=row["user_id"],
        staff_id=row["staff_id"],
        name=row["user_name"],
        grants={hotel.pk: scopes},
        group_ids=frozenset({hotel.group_id}),
        token_id=row["token_id"],
    )
    db.mark_scope(actor.hotel_scope, actor.group_scope)
    return actor, hotel, scopes

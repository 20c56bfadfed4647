"""Operations on one's own account: API tokens and language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.people import tokens
from binzhi.people.access import Permission
from binzhi.people.errors import ScopeNotHeld
from binzhi.people.events import LanguageChosen, TokenIssued, TokenRevoked


@operation(Permission.MANAGE_TOKENS)
def issue_token(
    *,
    hotel_id: int,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> str:
    """Make a program's key to this hotel for oneself; the raw key is returned here and never again.

    Adds a token row with the key's hash. Locks nothing. Raises InvalidInput, ScopeNotHeld, NotFound
    (the actor holds no post here). Publishes TokenIssued. Not idempotent.
    """
    name = clean_text(name, field="name", limit=60, required=True)
    if not scopes:
        raise InvalidInput(field="scopes", message=_("Choose at least one right."))
    for scope in scopes:
        if not actor.may(scope, hotel_id):
            raise ScopeNotHeld(scope=scope)
    if expires_at is not None and expires_at <= now:
        raise InvalidInput(field="expires_at", message=_("This moment has passed."))
    raw = tokens.new_token()
    token_id = db.fetch_value(
        "INSERT INTO people_apitoken (hotel_id, staff_id, name, digest, scopes, created_at, expires_at)"
        " SELECT %s, s.id, %s, %s, %s, %s, %s FROM people_staff s WHERE s.hotel_id = %s AND s.user_id = %s"
        " RETURNING id",
        [hotel_id, name, tokens.digest_of(raw), sorted(set(scopes)), now, expires_at, hotel_id, actor.user_id],
    )
    if token_id is None:
        raise NotFound
    record(
        "token.issued", subject="token", subject_id=token_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"scopes": sorted(set(scopes)), "expires_at": expires_at},
        event=TokenIssued(hotel_id=hotel_id, token_id=token_id),
    )  # fmt: skip
    return raw


@operation(Permission.MANAGE_TOKENS)
def revoke_token(*, hotel_id: int, token_id: int, actor: Actor, now: datetime) -> None:
    """End one of one's own tokens: at once, and within a second where another process has just recognised it.

    Changes the token row. Locks it. Idempotent. Raises NotFound. Publishes TokenRevoked.
    """
    touched = db.execute(
        "UPDATE people_apitoken t SET revoked_at = coalesce(t.revoked_at, %s) FROM people_staff s"
        " WHERE s.id = t.staff_id AND t.id = %s AND t.hotel_id = %s AND s.user_id = %s",
        [now, token_id, hotel_id, actor.user_id],
    )
    if not touched:
        raise NotFound
    tokens.forget_lately()
    record(
        "token.revoked", subject="token", subject_id=token_id, hotel_id=hotel_id, actor=actor, now=now,
        event=TokenRevoked(hotel_id=hotel_id, token_id=token_id),
    )  # fmt: skip


@operation(Permission.OWN_ACCOUNT)
def choose_language(*, hotel_id: int, language: str, actor: Actor, now: datetime) -> None:
    """Set the language one is greeted in on any screen; a screen's own switch goes before it.

    Changes the user row. Locks it. Idempotent. Raises InvalidInput, NotFound. Publishes LanguageChosen.
    """
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput(field="language", message=_("This language is not available."))
    if not db.execute("UPDATE people_user SET language = %s WHERE id = %s", [language, actor.user_id]):
        raise NotFound
    record(
        "user.language_chosen", subject="user", subject_id=actor.user_id or 0, hotel_id=hotel_id, actor=actor, now=now,
        after={"language": language}, event=LanguageChosen(user_id=actor.user_id or 0, language=language),
    )  # fmt: skip

"""A colleague signs at somebody else's screen, with name and password: seen here, kept by whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from allauth.core import ratelimit
from django.contrib.auth import authenticate
from django.http import HttpRequest

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.people.queries import SignedIn, actor_for_user

LIMITED = "login_failed"


@dataclass(frozen=True, slots=True)
class TooOften:
    """So many wrong passwords that none is looked at for a while."""


def signature(request: HttpRequest, *, username: str, password: str, by: object) -> Actor | TooOften | None:
    """Who signed, or None when name and password do not fit; wrong ones are counted as at sign-in.

    The session stays bound to `by`, the one who is signed in, or the actor of a token.
    """
    key = username.strip().lower()
    usage = ratelimit.consume(request, action=LIMITED, key=key, dry_run=True)
    if not usage:
        return TooOften()
    # Nobody has a name that the database cannot hold.
    user = None if "\0" in username else authenticate(request, username=username.strip(), password=password)
    if user is None:
        ratelimit.consume(request, action=LIMITED, key=key)
        return None
    found, _hotels = actor_for_user(cast(SignedIn, user))
    if isinstance(by, Actor):
        db.enter_scope(by.hotel_scope, by.group_scope)
    else:
        actor_for_user(cast(SignedIn, by))
    return found

"""Secrets of the second step of sign-in, sealed by `adapter.MfaAdapter`: moved under the newest key on rotation."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings

from binzhi.kernel import crypto

PLACE = "mfa_authenticator.secret"
_SECRETS = ("secret", "seed")


def seal(text: str) -> str:
    """As text, because it stands inside JSON."""
    return base64.b64encode(crypto.seal(text, place=PLACE)).decode()


def open_sealed(sealed: str) -> str:
    """Raises KeyMissing."""
    return crypto.open_sealed(base64.b64decode(sealed), place=PLACE)


def under_old_keys() -> int:
    """How many people's secrets still wait for rotation."""
    return sum(_is_old(found.data) for found in Authenticator.objects.all())


def reseal(*, limit: int) -> int:
    """Building block: seal at most `limit` people's secrets anew; how many. Locks their rows. Raises KeyMissing."""
    done = 0
    for found in Authenticator.objects.select_for_update(skip_locked=True).order_by("pk"):
        if done >= limit:
            break
        if _is_old(found.data):
            found.data = _changed(found.data, lambda value: seal(open_sealed(value)))
            found.save(update_fields=["data"])
            done += 1
    return done


def _changed(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    fresh = {name: change(value) if name in _SECRETS else value for name, value in data.items()}
    if data.get("migrated_codes") is not None:
        fresh["migrated_codes"] = [change(code) for code in data["migrated_codes"]]
    return fresh


def _is_old(data: dict[str, Any]) -> bool:
    newest = max(settings.BINZHI_DATA_KEYS)
    values = [data[name] for name in _SECRETS if name in data] + list(data.get("migrated_codes") or ())
    return any(crypto.key_id_of(base64.b64decode(value)) != newest for value in values)

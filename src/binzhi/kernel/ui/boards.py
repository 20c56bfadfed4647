"""Boards that are asked every other second whether anything changed: most answers are empty."""

from __future__ import annotations

from hashlib import blake2b

from django.http import HttpRequest

from binzhi.kernel.ui.htmx import wants_part

HEADER = "X-Board-Version"


def version_of(*shown: object) -> str:
    """A name for what is shown: equal as long as nothing on the board changed."""
    return blake2b(repr(shown).encode(), digest_size=12).hexdigest()


def is_known(request: HttpRequest, version: str) -> bool:
    """True when the part on the screen is this very version: the answer is 204 and nothing is drawn again."""
    return wants_part(request) and request.headers.get(HEADER) == version

"""Typed text: cleaned at the edge, limited in characters, kept as the guest writes it."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import InvalidInput

# Direction marks that can turn a line around on screen, and spaces without width; a name needs none of them.
_CONTROLS = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff\u200b\u2060\u00ad\u180e"
)


def clean_text(value: str, *, field: str, limit: int, required: bool = False, multiline: bool = False) -> str:
    """NFC, without control characters and outer space.

    Raises InvalidInput at `field` when empty or too long, or with what PostgreSQL cannot keep (NUL, half a character).
    """
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
        raise InvalidInput(field=field, message=_("This text contains characters that cannot be stored."))
    kept = [
        character
        for character in unicodedata.normalize("NFC", value)
        if character not in _CONTROLS and (unicodedata.category(character) != "Cc" or (multiline and character == "\n"))
    ]
    text = "".join(kept).strip()
    if required and not text:
        raise InvalidInput(field=field, message=_("This field is required."))
    if len(text) > limit:
        raise InvalidInput(
            field=field, message=_("At most %(limit)s characters; this has %(length)s."), limit=limit, length=len(text)
        )
    return text

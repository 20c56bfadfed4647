"""The numbers that somebody may have meant who typed this one: one digit wrong, or two neighbours changed places."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

from django.conf import settings

# +86 and the first digit of a mobile number are not mistyped unnoticed: the number would not be one.
FIXED = 4


def variants(e164: str) -> Iterator[str]:
    """About a hundred numbers for one of eleven digits."""
    head, digits = e164[:FIXED], e164[FIXED:]
    for place, digit in enumerate(digits):
        for other in "0123456789":
            if other != digit:
                yield f"{head}{digits[:place]}{other}{digits[place + 1 :]}"
        if place and digits[place - 1] != digit:
            yield f"{head}{digits[: place - 1]}{digit}{digits[place - 1]}{digits[place + 1 :]}"


def variant_hashes(e164: str) -> frozenset[bytes]:
    """As `phones.phone_index` would give them, in a tenth of the time: the key is set up once."""
    keyed = hmac.new(settings.BINZHI_INDEX_KEY, b"phone\0", hashlib.sha256)
    found = set()
    for number in variants(e164):
        each = keyed.copy()
        each.update(number.encode())
        found.add(each.digest()[:16])
    return frozenset(found)

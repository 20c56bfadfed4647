"""Addresses and what is read off a page."""

from __future__ import annotations

import re
from typing import Any

from tests.promises.engine.house import House

PART = {"HTTP_HX_REQUEST": "true"}


def url(house: House, rest: str) -> str:
    return f"/h/{house.hotel.ref.code}/{rest}"


def text_of(answer: Any) -> str:
    """What a reader sees, blanks made one."""
    html = re.sub(r"<(script|style|template)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def version_in(answer: Any) -> str:
    found = re.search(r'"X-Board-Version": "([0-9a-f]+)"', answer.content.decode())
    assert found is not None
    return found.group(1)

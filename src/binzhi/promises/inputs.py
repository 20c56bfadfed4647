"""What callers hand in, looked at before anything is locked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import InvalidInput


def instant_of(at: datetime, *, field: str = "at") -> datetime:
    """In UTC. Raises InvalidInput where it has no time zone."""
    if at.tzinfo is None:
        raise InvalidInput(field=field, message=_("This time has no time zone."))
    return at.astimezone(UTC)


def facts_of(facts: Mapping[str, object]) -> dict[str, str | int | bool | None]:
    """Facts are words, whole numbers, yes or no; None takes a fact away. Raises InvalidInput."""
    checked: dict[str, str | int | bool | None] = {}
    for name, value in facts.items():
        if not isinstance(value, str | int | bool | None):
            raise InvalidInput(field="facts", message=_("A fact is a word, a whole number, or yes or no."))
        checked[str(name)] = value
    return checked


def without_empty(facts: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value is not None}

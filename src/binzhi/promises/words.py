"""Words of a task may name a fact of its run: `空调 {likes_temperature} ℃`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FACT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_SPACES = re.compile(r" {2,}")


def filled(text: str, facts: Mapping[str, object]) -> str:
    """The words with the facts they name; what is not known leaves no gap."""
    if "{" not in text:
        return text
    return _SPACES.sub(" ", _FACT.sub(lambda found: _word(facts.get(found[1])), text)).strip()


def _word(fact: object) -> str:
    return "" if fact is None or isinstance(fact, bool) else str(fact)

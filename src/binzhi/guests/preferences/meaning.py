"""From what was noted to what it may mean: chips, chips together, words. Plain values, no database."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from binzhi.guests.preferences.catalogue import Catalogue, Meaning, catalogue

# A sentence that says the opposite of a wish means a negative: 不要百合.
_NOT = re.compile(r"(不要|不喜欢|别放?|讨厌|受不了|闻不得|不吃|过敏|不能)\s*.{0,3}$")


def meanings(
    *,
    noted: Iterable[Meaning],
    chips: Collection[str],
    before: Collection[str] = (),
    text: str = "",
    once: bool = False,
    known: Catalogue | None = None,
) -> list[Meaning]:
    """What an observation means, each wish once, the first that says it.

    `noted`: what its own chips mean; `chips`: their codes; `before`: those of the same stay before. A need that passes
    (`once`, a word that says so, a wish that is of one stay by its nature) is of this stay, all of it.
    """
    known = known or catalogue()
    seen = set(chips) | set(before)
    # Together they mean more than the last alone; but only when this observation added one of them.
    signs = [sign for sign in known.signs if sign.chips <= seen and sign.chips & set(chips)]
    found = [*noted, *(meaning for sign in signs for meaning in sign.means), *_of_text(text, known)]
    passing = once or any(pattern.search(text) for pattern in known.passing)
    kept: dict[str, Meaning] = {}
    for meaning in found:
        wish = known.wishes.get(meaning.wish)
        if wish is None or not (wish.takes(meaning.value) or meaning.never):
            continue
        of_stay = passing or meaning.passing or wish.once
        kept.setdefault(wish.code, Meaning(wish.code, meaning.value, meaning.never, of_stay and not meaning.never))
    return list(kept.values())


def _of_text(text: str, known: Catalogue) -> Sequence[Meaning]:
    found = []
    for wish in known.wishes.values():
        for pattern in wish.words:
            match = pattern.search(text)
            if match is None:
                continue
            value = match.groupdict().get("value") or ""
            never = _NOT.search(text[: match.start()]) is not None or wish.kind == "taboo"
            if wish.takes(value) or never:
                found.append(Meaning(wish.code, value, never))
            break
    return found

"""Words in free text that a guest file should not hold: the seven things not to ask (七不问), sensitive ones, insults.

A warning, never a refusal: the text is kept, who writes it sees the word and why, and decides. The list is data
(`words.json`), so that it grows without code. A word inside another is a warning too many at worst.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LIST = Path(__file__).with_name("words.json")
WHY: dict[str, str | Promise] = {
    "age": _("age is one of the seven things not to ask"),
    "marriage": _("marriage and private life are not to be asked or noted"),
    "income": _("income is not to be asked; noted only with consent"),
    "address": _("an address belongs into its field, where it is masked"),
    "past": _("somebody's past is not to be asked or noted"),
    "faith": _("faith is sensitive: only if the guest offers it, and with consent"),
    "health": _("health is sensitive: only if the guest offers it, and with consent"),
    "origin": _("origin and inclination are sensitive and not to be noted"),
    "insult": _("the guest may read the file"),
    "secret": _("numbers and passwords belong into sealed fields, never into a note"),
}
# The seven of 七不问, in the order they are taught.
SEVEN = ("age", "marriage", "income", "address", "past", "faith", "health")


@dataclass(frozen=True, slots=True)
class Caution:
    """A word that was found, and the reason to think again. A number is shown by its first digits alone."""

    word: str
    kind: str

    @property
    def why(self) -> str:
        return str(WHY[self.kind])


@functools.cache
def _finders() -> tuple[tuple[str, re.Pattern[str]], ...]:
    kinds = json.loads(LIST.read_text(encoding="utf-8"))
    found = []
    for kind, entry in kinds.items():
        plain = [rf"\b{re.escape(w)}\b" if w.isascii() else re.escape(w) for w in entry["words"]]
        found.append((kind, re.compile("|".join([*plain, *entry["patterns"]]), re.IGNORECASE)))
    return tuple(found)


def cautions_of(text: str) -> list[Caution]:
    """What stands in a text that should be thought about, each word once, in the order of the text."""
    seen: dict[tuple[str, str], int] = {}
    for kind, finder in _finders():
        for match in finder.finditer(text):
            word = match[0]
            shown = f"{word[:3]}…" if kind == "secret" and word[:3].isdigit() else word
            seen.setdefault((shown, kind), match.start())
    return [Caution(word, kind) for (word, kind), _place in sorted(seen.items(), key=lambda entry: entry[1])]

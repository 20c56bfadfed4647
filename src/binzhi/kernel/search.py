"""Search keys of names: Chinese names are found by characters, pinyin or its initials."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class NameKeys:
    """What a name is found by: `plain` (no spaces, lower case), `pinyin` (zhangwei), `initials` (zw), `marked` (Zhāng Wěi)."""

    plain: str
    pinyin: str
    initials: str
    marked: str


@lru_cache(maxsize=20000)
def name_keys(name: str) -> NameKeys:
    """Keys of a name; surnames are read as surnames (单 is Shàn, 曾 is Zēng)."""
    folded = unicodedata.normalize("NFKC", name).strip()
    plain = re.sub(r"[\s·•.\-']+", "", folded).lower()
    if not any("\u3400" <= character <= "\u9fff" or ord(character) > 0x1FFFF for character in folded):
        words = [word for word in _LETTERS.split(_ascii(folded).lower()) if word]
        return NameKeys(plain[:80], "".join(words)[:80], "".join(word[0] for word in words)[:20], folded[:120])
    syllables, marked = _readings(folded)
    return NameKeys(plain[:80], "".join(syllables)[:80], "".join(s[0] for s in syllables if s)[:20], marked[:120])


def _ascii(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _readings(name: str) -> tuple[list[str], str]:
    # Imported late: its dictionaries cost 40 MB and half a second, which a command that needs no name should not pay.
    from pypinyin import Style, lazy_pinyin

    from binzhi.kernel.surnames import surname_reading

    surname, reading = surname_reading(name)
    rest = name[len(surname) :]
    toned = list(reading) + lazy_pinyin(rest, style=Style.TONE)
    bare = [_LETTERS.sub("", _ascii(syllable.replace("ü", "v")).lower()) for syllable in toned]
    head = "".join(reading).capitalize()
    tail = "".join(toned[len(reading) :]).capitalize()
    return [syllable for syllable in bare if syllable], f"{head} {tail}".strip()

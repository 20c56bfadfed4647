"""Search keys of names: Chinese names are found by characters, pinyin or its initials."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_LETTERS = re.compile(r"[^a-z0-9]+")
_U_UMLAUT = re.compile(r"(?<=[ln])(v|yu)")


@dataclass(frozen=True, slots=True)
class NameKeys:
    """A name without spaces (`plain`), as `pinyin` (zhangwei), its `initials` (zw), with tones (`marked`)."""

    plain: str
    pinyin: str
    initials: str
    marked: str


@lru_cache(maxsize=20000)
def name_keys(name: str, *, person: bool = True) -> NameKeys:
    """Keys of a name. A person's surname is read as one (单 is Shàn, 曾 is Zēng), a company's first word is not."""
    folded = unicodedata.normalize("NFKC", name).strip()
    plain = re.sub(r"[\s·•.\-']+", "", folded).lower()
    if not any(is_han(character) for character in folded):
        words = [word for word in _LETTERS.split(fold_letters(folded)) if word]
        return NameKeys(plain[:80], "".join(words)[:80], "".join(word[0] for word in words)[:20], folded[:120])
    syllables, marked = _readings(folded, person=person)
    return NameKeys(plain[:80], "".join(syllables)[:80], "".join(s[0] for s in syllables if s)[:20], marked[:120])


def is_han(character: str) -> bool:
    """A Chinese character, the rare ones of four bytes too (𠮷, 𬭸); an emoji is none."""
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or 0x20000 <= ord(character) < 0x33480


def fold_letters(text: str) -> str:
    """Small letters without marks. 吕 is typed lv, written Lyu in passports and Lü in books: all three become lu."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _U_UMLAUT.sub("u", bare.lower())


def _readings(name: str, *, person: bool) -> tuple[list[str], str]:
    # Imported late: its dictionaries cost 40 MB and half a second, which a command that needs no name should not pay.
    from pypinyin import Style, lazy_pinyin

    from binzhi.kernel.surnames import READINGS, surname_of

    # A name with a dot (阿卜杜拉·买买提) is written given name first and has no Chinese surname.
    has_surname = person and not any(dot in name for dot in "·•")
    parts = [part for part in re.split(r"[\s·•]+", name) if part]
    if has_surname and len(parts) == 1:
        surname = surname_of(name)
        parts = [surname, name[len(surname) :]]
    toned = [list(READINGS.get(part, ())) if has_surname and index == 0 else [] for index, part in enumerate(parts)]
    toned = [ready or lazy_pinyin(part, style=Style.TONE) for ready, part in zip(toned, parts, strict=True)]
    bare = [_LETTERS.sub("", fold_letters(syllable)) for words in toned for syllable in words]
    marked = " ".join("".join(words).capitalize() for words in toned if words)
    return [syllable for syllable in bare if syllable], marked

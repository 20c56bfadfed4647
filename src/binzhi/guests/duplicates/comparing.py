"""How two files compare, field by field: each comparison comes out at one of a few levels.

Phones and documents are compared by their keyed hashes; whether two phones are one mistake apart is told from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from rapidfuzz.distance import OSA, DamerauLevenshtein

from binzhi.kernel.search import is_han
from binzhi.kernel.surnames import surname_of

# A father has the son's surname and phone, and is at least so much older.
GENERATION = 15 * 365


# Not frozen: many thousands are made for each batch of an import, and freezing takes longer than all else.
@dataclass(slots=True, kw_only=True, eq=False)
class Features:
    """What of a file is compared."""

    guest_id: int
    name: str
    plain: str
    pinyin: str
    initials: str
    name_en: str = ""
    sex: str = ""
    birth_date: date | None = None
    nationality: str = ""
    email: str = ""
    phone: bytes | None = None
    tail: bytes | None = None
    mask: str = ""
    organisation_id: int | None = None
    member_no: str = ""
    documents: frozenset[tuple[str, bytes]] = frozenset()
    # How often the reading of the name occurs among the files of the group, as a share.
    share: float = 0.00001


def compare(one: Features, other: Features, *, near_phone: bool = False) -> dict[str, str]:
    """The level of each comparison that could be made. `near_phone`: the numbers are one mistake apart."""
    found = {
        "name": _names(one, other),
        "birth": _births(one.birth_date, other.birth_date),
        "phone": _phones(one, other, near_phone),
        "document": _documents(one, other),
        "email": _emails(one.email.lower(), other.email.lower()),
        "member": _equal(one.member_no, other.member_no),
        "sex": _equal(one.sex, other.sex),
        "company": _equal(one.organisation_id, other.organisation_id),
        "nationality": _equal(one.nationality, other.nationality),
    }
    return {field: level for field, level in found.items() if level}


def _equal(one: object, other: object) -> str:
    return ("same" if one == other else "differs") if one and other else ""


def _names(one: Features, other: Features) -> str:
    han = [any(is_han(character) for character in each.plain) for each in (one, other)]
    if one.plain == other.plain:
        return "same"
    if one.pinyin and one.pinyin == other.pinyin:
        # 伟 and 玮, 陳 and 陈, or one of them written in letters.
        return "sounds_same" if all(han) else "same_in_letters"
    if not any(han):
        return _letters(one, other)
    if not all(han):
        return _one_in_letters(one, other, han_first=han[0])
    return _both_han(one, other)


def _both_han(one: Features, other: Features) -> str:
    surnames = surname_of(one.plain), surname_of(other.plain)
    if OSA.distance(one.pinyin, other.pinyin, score_cutoff=1) <= 1:
        # zhen and zheng, si and shi: heard or typed wrong. Twins' names differ by more than a letter.
        return "one_letter"
    if surnames[0] == surnames[1]:
        given = one.plain[len(surnames[0]) :], other.plain[len(surnames[1]) :]
        return "part" if set(given[0]) & set(given[1]) else "surname"
    return "differs"


def _one_in_letters(one: Features, other: Features, *, han_first: bool) -> str:
    """A Chinese name beside one in letters: the other order, and the passport's spelling noted in the file."""
    chinese, letters = (one, other) if han_first else (other, one)
    words = _words(letters.name)
    if chinese.name_en and sorted(_words(chinese.name_en)) == sorted(words):
        return "same_in_letters"
    if "".join(words[1:] + words[:1]) == chinese.pinyin:
        return "same_in_letters"
    if OSA.distance(chinese.pinyin, letters.pinyin, score_cutoff=1) <= 1:
        return "one_letter"
    return "differs"


def _letters(one: Features, other: Features) -> str:
    mine, theirs = _words(one.name), _words(other.name)
    if sorted(mine) == sorted(theirs):
        return "turned"
    if DamerauLevenshtein.distance(one.pinyin, other.pinyin, score_cutoff=2) <= (2 if len(one.pinyin) > 10 else 1):
        return "one_letter"
    first, second = set(mine), set(theirs)
    if first < second or second < first:
        # A middle name that one of the two has.
        return "longer" if len(first & second) > 1 else "part"
    if first & second:
        # Given name the same: a surname taken in marriage. Surname the same: family.
        return "given" if mine[0] == theirs[0] or mine[0] == theirs[-1] or mine[-1] == theirs[0] else "part"
    return "differs"


def _words(name: str) -> list[str]:
    return [word for word in "".join(c if c.isalnum() else " " for c in name.lower()).split() if word]


def _births(one: date | None, other: date | None) -> str:
    if one is None or other is None:
        return ""
    if one == other:
        return "same"
    digits = one.strftime("%Y%m%d"), other.strftime("%Y%m%d")
    if OSA.distance(*digits) <= 1 or (one.year == other.year and (one.month, one.day) == (other.day, other.month)):
        return "one_digit"
    return "generation" if abs(one - other) > timedelta(days=GENERATION) else "differs"


def _phones(one: Features, other: Features, near_phone: bool) -> str:
    if one.phone is None or other.phone is None:
        return ""
    if one.phone == other.phone:
        return "same"
    if near_phone:
        return "one_digit"
    return "tail" if one.tail is not None and one.tail == other.tail else "differs"


def _documents(one: Features, other: Features) -> str:
    mine, theirs = one.documents, other.documents
    if not mine or not theirs:
        return ""
    if {number for _kind, number in mine} & {number for _kind, number in theirs}:
        return "same"
    kinds = {kind for kind, _number in mine} & {kind for kind, _number in theirs}
    if "resident_id" in kinds:
        return "other_card"
    # Passports are renewed under another number.
    return "differs" if kinds else ""


def _emails(one: str, other: str) -> str:
    if not one or not other:
        return ""
    if one == other:
        return "same"
    return "one_letter" if OSA.distance(one, other, score_cutoff=1) <= 1 else "differs"

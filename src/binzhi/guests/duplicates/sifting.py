"""Pairs that cannot be likely however the rest of them compares: most candidates, dropped before they are weighed.

A quick upper bound of `weigh`. It keeps some that are not likely and drops none that are: a test holds the
two together.
"""

from __future__ import annotations

from rapidfuzz.distance import OSA

from binzhi.guests.duplicates.comparing import Features
from binzhi.guests.duplicates.weighing import SUGGESTED, best, name_bits, prior

_MOBILE_MASK = 11
_ONE_LETTER = best("name", "one_letter")
_PART = best("name", "part", "surname", "differs")
_BIRTH, _DIGIT, _OTHER_BIRTH = best("birth", "same"), best("birth", "one_digit"), best("birth", "differs", "generation")
_NEAR, _TAIL, _OTHER_PHONE = best("phone", "one_digit"), best("phone", "tail"), best("phone", "differs")
_EMAIL = best("email", "one_letter", "differs")
_COMPANY, _OTHER_COMPANY = best("company", "same"), best("company", "differs")
_SEX, _OTHER_SEX = best("sex", "same"), best("sex", "differs")
_NATION = best("nationality", "same")
_FAMILY = 8.0
# Each figure is rounded where it is weighed.
_ROUNDED = 0.1


def may_be_one(one: Features, other: Features, *, files: int) -> bool:
    """Is it worth weighing these two?"""
    if one.documents and other.documents and one.documents & other.documents:
        return True
    if one.phone is not None and one.phone == other.phone:
        return True
    if (one.email and one.email.lower() == other.email.lower()) or (one.member_no and one.member_no == other.member_no):
        return True
    if one.pinyin == other.pinyin:
        if not one.pinyin:
            return True
        is_close, bits = True, name_bits("same", max(one.share, other.share))
    elif one.plain.isascii() or other.plain.isascii() or not one.pinyin or not other.pinyin:
        # Names in letters have more ways to be alike: turned, shortened, married.
        return True
    else:
        is_close = OSA.distance(one.pinyin, other.pinyin, score_cutoff=1) <= 1
        bits = _ONE_LETTER if is_close else _PART
    bits += prior(files) + _rest(one, other, is_close=is_close)
    return bits + _ROUNDED >= SUGGESTED


def _rest(one: Features, other: Features, *, is_close: bool) -> float:
    bits = _NATION
    if one.birth_date is not None and other.birth_date is not None:
        if one.birth_date == other.birth_date:
            bits += _BIRTH if is_close else _BIRTH - _FAMILY
        else:
            bits += _DIGIT if _may_be_a_digit(one, other) else _OTHER_BIRTH
    if one.phone is not None and other.phone is not None:
        if is_close and may_be_near(one, other):
            bits += _NEAR
        else:
            bits += _TAIL if one.tail == other.tail else _OTHER_PHONE
    if one.email and other.email:
        bits += _EMAIL
    if one.organisation_id and other.organisation_id:
        same = one.organisation_id == other.organisation_id
        bits += (_COMPANY if is_close else _COMPANY - _FAMILY) if same else _OTHER_COMPANY
    if one.sex and other.sex:
        bits += _SEX if one.sex == other.sex else _OTHER_SEX
    return bits


def _may_be_a_digit(one: Features, other: Features) -> bool:
    """One digit wrong leaves something of a date standing; two changed may touch two of its parts, never three."""
    a, b = one.birth_date, other.birth_date
    assert a is not None
    assert b is not None
    return a.year == b.year or a.month == b.month or a.day == b.day


def may_be_near(one: Features, other: Features) -> bool:
    """Can the phones be one mistake apart? Of two Chinese mobiles, which are equally long, the masks are too, then."""
    if len(one.mask) != _MOBILE_MASK or len(other.mask) != _MOBILE_MASK or "+" in one.mask or "+" in other.mask:
        return True
    return OSA.distance(one.mask, other.mask, score_cutoff=1) <= 1

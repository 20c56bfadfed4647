"""What a cell means, and what is wrong with it: people and spreadsheets write the same thing in many ways."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from binzhi.guests.countries import normalise_country
from binzhi.guests.errors import PhoneNotValid
from binzhi.guests.phones import mask_phone, normalise_phone
from binzhi.kernel.errors import InvalidInput

# Why a cell was not taken. The row is taken without it, unless it is the name.
WHY: dict[str, Promise] = {
    "no_name": _("A row without a name"),
    "too_long": _("Too long"),
    "sex": _("Not a sex"),
    "date": _("Not a date"),
    "date_impossible": _("This date of birth is not possible"),
    "country": _("Not a country"),
    "phone": _("Not a phone number"),
    "digits_lost": _("The spreadsheet rounded this number: its last digits are lost"),
    "email": _("Not an e-mail address"),
    "document": _("Not a valid document number"),
    "document_kind": _("Which kind of document is this?"),
    "document_differs": _("The document says another birthday or sex"),
    "document_taken": _("This document is in another file"),
    "organisation": _("This organisation is not in the list: the guest comes without it"),
}
MALE = {"男", "男性", "先生", "m", "male", "mr", "1"}
FEMALE = {"女", "女性", "女士", "小姐", "f", "female", "ms", "mrs", "miss", "2", "0"}
EXCEL_DAY_ZERO = date(1899, 12, 30)
_YMD = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T].*)?")
_COMPACT = re.compile(r"(19|20|18)\d{6}")
_DMY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SERIAL = re.compile(r"\d{4,5}(\.0*)?")
_FLOATED = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_MAIL = re.compile(r"[^@\s,;<>\"']{1,64}@[^@\s,;<>\"'.]+(\.[^@\s,;<>\"'.]+)+")
_CHINA = {"中国", "中华人民共和国", "china", "cn", "prc", "汉族", "中国大陆"}


class Wrong(Exception):
    """The cell cannot be taken; the code says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def sex_of(text: str) -> str:
    word = text.strip().lower().rstrip(".")
    if word in MALE:
        return "male"
    if word in FEMALE:
        return "female"
    raise Wrong("sex")


@lru_cache(maxsize=50_000)
def date_of(text: str, today: date) -> date:
    """1980-01-02, 1980年1月2日, 19800102, 2/1/1980 where only one reading is possible, and Excel's number of days."""
    text = unicodedata.normalize("NFKC", text).strip()
    try:
        found = _date(text)
    except ValueError as error:
        raise Wrong("date") from error
    if not date(1880, 1, 1) <= found <= today:
        raise Wrong("date_impossible")
    return found


def day_of(text: str) -> date:
    """A day in any of the ways it is written, past or to come. Raises Wrong."""
    try:
        return _date(unicodedata.normalize("NFKC", text).strip())
    except ValueError as error:
        raise Wrong("date") from error


def _date(text: str) -> date:
    if match := _YMD.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
        return date(year, month, day)
    if _COMPACT.fullmatch(text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if match := _DMY.fullmatch(text):
        one, two, year = (int(part) for part in match.groups())
        if one > 12 or one == two:
            return date(year, two, one)
        if two > 12:
            return date(year, one, two)
        # 3/4/1980 is March in one country and April in another.
        raise Wrong("date")
    if _SERIAL.fullmatch(text) and int(float(text)) > 366:
        return EXCEL_DAY_ZERO + timedelta(days=int(float(text)))
    raise Wrong("date")


@lru_cache(maxsize=2000)
def country_of(text: str) -> str:
    word = text.strip()
    if word.lower() in _CHINA:
        return "CHN"
    found = _names().get(word.lower())
    if found:
        return found
    try:
        return normalise_country(word)
    except InvalidInput as error:
        raise Wrong("country") from error


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Names of states in Chinese and English."""
    from babel import Locale

    from binzhi.guests.countries import _alpha2

    return {
        str(locale.territories[two]).lower(): three
        for locale in (Locale.parse("en"), Locale.parse("zh_Hans"))
        for three, two in _alpha2().items()
        if two in locale.territories
    }


@lru_cache(maxsize=20_000)
def _mobile_exists(head: str) -> bool:
    """Does the numbering plan know mobile numbers with these first five digits? Nothing behind them decides."""
    try:
        normalise_phone(head + "000000")
    except PhoneNotValid:
        return False
    return True


def phone_of(text: str) -> tuple[str, str]:
    """E.164 and the mask. Chinese mobiles, which nearly all are, without the long way through the library."""
    bare = text.removesuffix(".0").replace(" ", "").replace("-", "")
    if bare[:3] == "+86" or (bare[:2] == "86" and len(bare) == 13):
        bare = bare[-11:]
    if len(bare) == 11 and bare[0] == "1" and bare.isascii() and bare.isdigit() and _mobile_exists(bare[:5]):
        return f"+86{bare}", f"{bare[:3]}****{bare[-4:]}"
    if _FLOATED.fullmatch(bare):
        raise Wrong("digits_lost")
    try:
        number = normalise_phone(text.removesuffix(".0"))
    except PhoneNotValid as error:
        # A number with the nought of its area lost: 1065123456 for 010 6512 3456.
        if bare.isascii() and bare.isdigit() and 9 <= len(bare) <= 11:
            try:
                number = normalise_phone("0" + bare)
            except PhoneNotValid:
                raise Wrong("phone") from error
        else:
            raise Wrong("phone") from error
    return number, mask_phone(number)


def email_of(text: str) -> str:
    if len(text) > 200 or not _MAIL.fullmatch(text):
        raise Wrong("email")
    return text


def document_text(text: str) -> str:
    """A number as text. One that a spreadsheet took for a quantity comes as 1.10105E+17 and has lost its end."""
    bare = text.removesuffix(".0")
    if _FLOATED.fullmatch(bare):
        raise Wrong("digits_lost")
    return bare

"""Identity documents: what is a valid number, how it is masked, sealed and found."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _
from stdnum.iso7064 import mod_11_2

from binzhi.guests.countries import normalise_country
from binzhi.guests.enums import DocumentKind, Sex
from binzhi.guests.errors import DocumentExpired, DocumentNotValid
from binzhi.guests.mrz import check_digit
from binzhi.kernel import crypto
from binzhi.kernel.errors import InvalidInput

# GB/T 2260, first two digits: provinces, Taiwan, Hong Kong, Macao.
PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()  # noqa: SIM905  (a list of forty strings would be a page)
)
# 港澳台居民居住证: a number like a resident's, under a code of its own for Hong Kong, Macao, Taiwan.
_RESIDENCE_PERMITS = frozenset({"81", "82", "83"})
_RESIDENT_18 = re.compile(r"\d{17}[\dX]")
_RESIDENT_15 = re.compile(r"\d{15}")
_OLDEST_BIRTH_YEAR = 1880
_PATTERNS = {
    DocumentKind.PASSPORT: re.compile(r"[A-Z0-9]{5,20}"),
    # 来往内地通行证: H (Hong Kong) or M (Macao) and 8 digits, on old cards two more for the issue.
    DocumentKind.HK_MACAO: re.compile(r"[HM]\d{8}(\d{2})?"),
    # 台湾居民来往大陆通行证: 8 digits; before 2015 ten digits and often a letter.
    DocumentKind.TAIWAN: re.compile(r"\d{8}|\d{10}[A-Z]?"),
    # 外国人永久居留身份证: since 2023 eighteen places that begin with 9, before three letters and twelve digits.
    DocumentKind.FOREIGNER_PR: re.compile(r"9\d{16}[\dX]|[A-Z]{3}\d{12}"),
    DocumentKind.OTHER: re.compile(r"[A-Z0-9]{3,30}"),
}
_CHINESE_PASSPORT = re.compile(r"[A-Z]{1,2}\d{7,8}|1[45]\d{7}")
# Numbers that hold a date of birth, which the mask hides.
_WITH_BIRTH_DATE = (DocumentKind.RESIDENT_ID, DocumentKind.HMT_RESIDENCE, DocumentKind.FOREIGNER_PR)
_HEAD_OF_MASK = dict.fromkeys(_WITH_BIRTH_DATE, 3)
_TAIL_OF_MASK = dict.fromkeys(_WITH_BIRTH_DATE, 4)


@dataclass(frozen=True, slots=True)
class DocumentInput:
    """A document as it is typed or read."""

    kind: str
    number: str
    country: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document that can be one; `birth_date` and `sex` where the number tells them."""

    kind: str
    number: str
    country: str
    expires_on: date | None
    birth_date: date | None = None
    sex: str = ""

    @property
    def masked(self) -> str:
        return mask_number(self.kind, self.number)


def check_document(
    document: DocumentInput, *, birth_date: date | None = None, sex: str = "", today: date | None = None
) -> CheckedDocument:
    """Check number, country, expiry and, where the number tells them, birth date and sex against those given.

    Raises InvalidInput (DocumentNotValid at `number`, DocumentExpired, an unknown country or kind at its field).
    """
    try:
        kind = DocumentKind(document.kind)
    except ValueError as error:
        raise InvalidInput(field="kind", message=_("Choose the kind of document.")) from error
    number = normalise_number(document.number)
    told_birth, told_sex = None, ""
    if kind in (DocumentKind.RESIDENT_ID, DocumentKind.HMT_RESIDENCE):
        number, told_birth, told_sex = _resident_id(number, today=today)
        if kind == DocumentKind.HMT_RESIDENCE and number[:2] not in _RESIDENCE_PERMITS:
            raise DocumentNotValid(message=_("The number of this permit begins with 81, 82 or 83."))
        country = "CHN"
    else:
        if not _PATTERNS[kind].fullmatch(number):
            raise DocumentNotValid
        country = _country(kind, document.country)
        if kind == DocumentKind.PASSPORT and country == "CHN" and not _CHINESE_PASSPORT.fullmatch(number):
            raise DocumentNotValid(message=_("A Chinese passport has one or two letters and seven or eight digits."))
        if kind == DocumentKind.FOREIGNER_PR and number[0] == "9":
            _checksum(number)
            told_birth = _birth_date(number[6:14], today=today)
        elif kind == DocumentKind.FOREIGNER_PR and check_digit(number[:-1]) != number[-1]:
            raise DocumentNotValid(message=_("The last place does not fit the number: please compare with the card."))
    if birth_date is not None and told_birth is not None and birth_date != told_birth:
        raise DocumentNotValid(message=_("The number says born on %(told)s, the file %(kept)s."),
                               told=told_birth.isoformat(), kept=birth_date.isoformat())  # fmt: skip
    if sex and told_sex and sex != told_sex:
        raise DocumentNotValid(message=_("The number is of a person of the other sex than the file."))
    if document.expires_on is not None and today is not None and document.expires_on < today:
        raise DocumentExpired(on=document.expires_on.isoformat())
    return CheckedDocument(str(kind), number, country, document.expires_on, told_birth, told_sex)


def normalise_number(text: str) -> str:
    """Capital letters and digits only: full-width forms folded, spaces, dashes and brackets dropped."""
    folded = unicodedata.normalize("NFKC", text).upper()
    kept = re.sub(r"[\s\-‐-―()（）.·]+", "", folded)
    if not kept or not re.fullmatch(r"[A-Z0-9]{1,30}", kept):
        raise DocumentNotValid
    return kept


def _country(kind: DocumentKind, given: str) -> str:
    if kind in (DocumentKind.HK_MACAO, DocumentKind.TAIWAN):
        return "CHN"
    country = normalise_country(given, field="country")
    if kind == DocumentKind.PASSPORT and not country:
        raise InvalidInput(field="country", message=_("Which state issued the passport?"))
    return country


def _resident_id(number: str, *, today: date | None) -> tuple[str, date, str]:
    """GB 11643: the number in eighteen places, birth date and sex. Cards of the first generation have fifteen."""
    number = upgraded(number)
    if not _RESIDENT_18.fullmatch(number):
        raise DocumentNotValid(message=_("An ID number has 18 places: 17 digits and a digit or X."))
    if number[:2] not in PROVINCES:
        raise DocumentNotValid(message=_("No province has the first two digits of this number."))
    birth_date = _birth_date(number[6:14], today=today)
    _checksum(number)
    return number, birth_date, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def upgraded(number: str) -> str:
    """A number of the first generation (fifteen digits) as the eighteen places of the second; others as they are."""
    if not _RESIDENT_15.fullmatch(number):
        return number
    body = f"{number[:6]}19{number[6:]}"
    return body + str(mod_11_2.calc_check_digit(body))


def _birth_date(digits: str, *, today: date | None) -> date:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise DocumentNotValid(message=_("The date of birth in this number does not exist.")) from error
    if birth.year < _OLDEST_BIRTH_YEAR or (today is not None and birth > today):
        raise DocumentNotValid(message=_("The date of birth in this number is not possible."))
    return birth


def _checksum(number: str) -> None:
    if not mod_11_2.is_valid(number):
        raise DocumentNotValid(message=_("The last place does not fit the number: please compare with the card."))


def mask_number(kind: str, number: str) -> str:
    """110***********002X for a Chinese ID (birth date hidden), E****678 for others."""
    head, tail = _HEAD_OF_MASK.get(DocumentKind(kind), 1), _TAIL_OF_MASK.get(DocumentKind(kind), 3)
    if len(number) <= head + tail:
        return number[:1] + "*" * (len(number) - 1)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def number_index(number: str) -> bytes:
    """By which a document is found; the kind is not part of it, because who searches does not know it."""
    return crypto.blind_index(number, purpose="document")

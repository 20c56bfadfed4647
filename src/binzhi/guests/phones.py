"""Phone numbers: one spelling (E.164), a mask for screens, keyed hashes to find them by."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from binzhi.guests.errors import PhoneNotValid
from binzhi.kernel import crypto

HOME_REGION = "CN"
TAIL_DIGITS = 4
LONGEST = 40


def normalise_phone(text: str, region: str = HOME_REGION) -> str:
    """The number as +8613912345678. Full-width digits and the usual separators are taken; raises PhoneNotValid.

    Numbers at home must exist in the numbering plan. Foreign ones need only be of a possible length: new
    ranges open faster than tables are updated, and a guest is not turned away for that.
    """
    plain = re.sub(r"[‐-―]", "-", unicodedata.normalize("NFKC", text)).strip()
    if len(plain) > LONGEST or not all(c.isascii() and (c.isdigit() or c in "+-() ./") for c in plain):
        raise PhoneNotValid
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException as error:
        raise PhoneNotValid from error
    at_home = number.country_code == phonenumbers.country_code_for_region(region)
    known = phonenumbers.is_valid_number(number) if at_home else phonenumbers.is_possible_number(number)
    if not known:
        raise PhoneNotValid
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask_phone(e164: str) -> str:
    """139****8806; a foreign number keeps its country code: +44 ****1234."""
    number = phonenumbers.parse(e164, None)
    national = phonenumbers.national_significant_number(number)
    # Some islands have numbers of four digits: half of them at most is shown.
    tail = national[-min(TAIL_DIGITS, len(national) // 2) :]
    if number.country_code != phonenumbers.country_code_for_region(HOME_REGION):
        return f"+{number.country_code} ****{tail}"
    return f"{national[:3]}****{tail}" if len(national) == 11 and national[0] == "1" else f"****{tail}"


def show_phone(e164: str) -> str:
    """As it is dialled from here: 139 1234 5678, +44 20 7946 0018."""
    number = phonenumbers.parse(e164, None)
    if number.country_code == phonenumbers.country_code_for_region(HOME_REGION):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def phone_index(e164: str) -> bytes:
    """By which the whole number is found."""
    return crypto.blind_index(e164, purpose="phone")


def tail_index(digits: str) -> bytes:
    """By which a number is found from its last four digits."""
    return crypto.blind_index(digits[-TAIL_DIGITS:], purpose="phone_tail")

"""States and regions as travel documents write them: three letters (ISO 3166-1 and ICAO 9303-3)."""

from __future__ import annotations

from functools import cache

from babel import Locale
from babel.core import get_global
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import InvalidInput

# What ICAO 9303-3 adds to ISO: British passports of other kinds, organisations, refugees, stateless persons.
ICAO_ONLY = {
    "GBD", "GBN", "GBO", "GBP", "GBS", "RKS", "EUE", "UNO", "UNA", "UNK", "XPO", "XOM", "XXA", "XXB", "XXC", "XXX",
}  # fmt: skip
_SPELT = {"D": "DEU"}
_NAMED_AS = {"GBD": "GB", "GBN": "GB", "GBO": "GB", "GBP": "GB", "GBS": "GB", "RKS": "XK"}
_RETIRED = {"ANT", "BUR", "CSK", "DDR", "FXX", "NTZ", "SCG", "SUN", "TMP", "YMD", "YUG", "ZAR", "XKK", "QUU"}


@cache
def _alpha2() -> dict[str, str]:
    aliases = get_global("territory_aliases")
    names = Locale.parse("en").territories
    return {
        code: to[0]
        for code, to in aliases.items()
        if len(code) == 3 and code.isalpha() and len(to) == 1 and to[0] in names and to[0].isalpha()
        and code[0] != "Q" and to[0] != "ZZ" and code not in _RETIRED and not (code[0] == "X" and code[1] == code[2])
    } | {"QAT": "QA"}  # fmt: skip


def normalise_country(text: str, *, field: str = "nationality") -> str:
    """Three capital letters, D for Germany made DEU; empty stays empty. Raises InvalidInput at `field`."""
    code = text.strip().strip("<").upper()
    code = _SPELT.get(code, code)
    if code and code not in _alpha2() and code not in ICAO_ONLY:
        raise InvalidInput(field=field, message=_("Use the three letters of the passport, such as CHN or USA."))
    return code


def country_name(code: str) -> str:
    """In the language of the screen; the code itself where it has no name."""
    two = _NAMED_AS.get(code) or _alpha2().get(code)
    locale = "en" if (get_language() or "").startswith("en") else "zh_Hans"
    return (two and Locale.parse(locale).territories.get(two)) or code


def country_choices() -> list[tuple[str, str]]:
    """All states and regions, by name in the language of the screen; those met most at a desk in China first."""
    first = ("CHN", "HKG", "MAC", "TWN", "JPN", "KOR", "USA", "GBR", "RUS", "DEU", "FRA", "SGP", "MYS", "THA", "AUS")
    rest = sorted((code for code in _alpha2() if code not in first), key=country_name)
    return [(code, f"{country_name(code)} {code}") for code in (*first, *rest)]

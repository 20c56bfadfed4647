"""The general manager's letter: the level's text or this visit's own, with what stands in braces filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.text import clean_text

LIMIT = 2000
# What may stand in braces, in Chinese as the house writes it.
PLACES = ("称呼", "酒店", "级别", "房号", "抵店", "离店")
_PLACE = re.compile(r"\{([^{}]*)\}")
# The house's standard text, until the hotel writes its own.
STANDARD = """尊敬的{称呼}：
欢迎您下榻{酒店}！
得知您于{抵店}莅临，我和全体同事深感荣幸，并已为您的下榻作了悉心准备。
您在店期间如有任何需要，请随时吩咐大堂副理，我们将全力以赴。
谨祝您旅途愉快，宾至如归！"""


def clean_letter(text: str) -> str:
    """The text as it is kept. Raises InvalidInput at `letter`, for a place that nobody can fill as well."""
    kept = clean_text(text.replace("\r\n", "\n"), field="letter", limit=LIMIT, multiline=True)
    for name in _PLACE.findall(kept):
        if name not in PLACES:
            raise InvalidInput(
                field="letter", message=_("“{%(name)s}” cannot be filled in. There are: %(known)s."), name=name,
                known=" ".join(f"{{{place}}}" for place in PLACES),
            )  # fmt: skip
    return kept


def fill(text: str, values: Mapping[str, str]) -> str:
    """The letter with what is known in its places; without a text of its own, the standard one."""
    return _PLACE.sub(lambda found: values.get(found[1], ""), text or STANDARD)

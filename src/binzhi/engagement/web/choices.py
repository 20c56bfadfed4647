"""The switches above the words of a message: of which kind, by which way, in which language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from binzhi.engagement.enums import LANGUAGES, Kind, Way


def switches(here: str, chosen: tuple[str, str, str], kinds: Iterable[Kind] = Kind) -> dict[str, list[dict[str, Any]]]:
    """Links that change one of the three and keep the others."""
    kind, way, language = chosen
    return {
        "kinds": [
            {"label": one.label, "on": one == kind, "url": f"{here}?kind={one.value}&way={way}&language={language}",
             "kind": one.value}
            for one in kinds
        ],
        "ways": [
            {"label": one.label, "on": one == way, "url": f"{here}?kind={kind}&way={one.value}&language={language}"}
            for one in Way
        ],
        "languages": [
            {"label": name, "on": code == language, "url": f"{here}?kind={kind}&way={way}&language={code}"}
            for code, name in LANGUAGES
        ],
    }  # fmt: skip

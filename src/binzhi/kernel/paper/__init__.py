"""Paper: forms as PDF with Chinese fonts, set by typst from templates that lie beside the context's code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

import orjson
import typst

# Templates see nothing outside the package: `#import "/kernel/paper/base.typ": *`.
ROOT = Path(__file__).parents[2]
FONTS = Path(__file__).with_name("fonts")


class FontsMissing(RuntimeError):
    """The fonts come with the front end's packages; `make setup` puts them in their place."""


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The form `template` (`vip/paper/notice.typ`) filled with `data`, which the template reads as JSON.

    What stands in the data is printed as it stands: none of it is markup. Raises FontsMissing; a template that is wrong
    is a bug and raises typst's own error.
    """
    return _set(template, data, "pdf")[0]


def pictures(template: str, data: Mapping[str, Any], *, dots: int = 80) -> list[bytes]:
    """The same as PNG, a picture for each page, `dots` per inch."""
    return _set(template, data, "png", dots)


def _set(template: str, data: Mapping[str, Any], form: Literal["pdf", "png"], dots: int = 0) -> list[bytes]:
    if not any(FONTS.glob("*.ttf")):
        raise FontsMissing(str(FONTS.name))
    # One page comes as bytes, several pictures as a list; its types know the first only.
    made: object = typst.compile(
        ROOT / template,
        root=ROOT,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format=form,
        ppi=dots or None,
        sys_inputs={"data": orjson.dumps(data, default=str).decode()},
    )
    return [bytes(page) for page in made] if isinstance(made, list) else [cast(bytes, made)]

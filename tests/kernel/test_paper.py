"""Forms as PDF: what was given stands in them as it was given, in Chinese, with the fonts inside."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from binzhi.kernel import paper

NOTICE: dict[str, Any] = {
    "hotel": "宾至·湖畔酒店", "number": "TZ-003", "printed": "2026-11-21", "level": "VVIP", "guest": "陈国梁 先生",
    "title": "陈董", "party": "4", "room": "1201", "arrival": "2026-11-21 16:30", "departure": "", "host": "总办",
    "meals": "", "pays": "", "needs": "", "cautions": "忌花生", "signatures": [["总办", "", ""]],
    "tasks": [[str(n), "营销部", f"任务{n}", "14:30", "何嘉"] for n in range(60)],
}  # fmt: skip


def read(made: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(BytesIO(made))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


def test_form_holds_what_was_given_on_as_many_pages_as_it_takes() -> None:
    reader, text = read(paper.pdf("vip/paper/notice.typ", NOTICE))
    assert len(reader.pages) > 1
    for wanted in ("贵宾接待通知单", "陈国梁 先生", "VVIP", "忌花生", "任务0", "任务59"):
        # Letters that are set apart are read with spaces between them.
        assert wanted.replace(" ", "") in text.replace(" ", "")
    # The head of the table stands on every page that it goes on to.
    assert text.count("负责人") >= 2


def test_fonts_are_inside_so_that_any_printer_has_them() -> None:
    reader, _text = read(paper.pdf("vip/paper/notice.typ", NOTICE))
    fonts = {str(font["/BaseFont"]) for font in reader.pages[0]["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert fonts
    assert all("NotoSansSC" in font for font in fonts)


@pytest.mark.parametrize(
    "typed", ["#strong[x]", "$x$", "*x*", "= x", "\\u{1F600}", '"; #panic("x")', '#read("/config/settings.py")']
)
def test_what_looks_like_markup_is_printed_as_it_stands(typed: str) -> None:
    _reader, text = read(paper.pdf("vip/paper/notice.typ", NOTICE | {"needs": typed}))
    assert typed in text


def test_template_sees_nothing_outside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "form.typ").write_text('#read("../secret.txt")')
    monkeypatch.setattr(paper, "ROOT", inside)
    with pytest.raises(Exception, match=r"(?i)root|denied|outside"):
        paper.pdf("form.typ", {})


def test_missing_fonts_are_said_and_not_printed_as_boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "FONTS", tmp_path)
    with pytest.raises(paper.FontsMissing):
        paper.pdf("vip/paper/notice.typ", NOTICE)

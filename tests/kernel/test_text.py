"""What people type: kept as they write it, refused with a sentence where it cannot be kept."""

from __future__ import annotations

import pytest

from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.text import clean_text


def clean(value: str, *, limit: int = 120, required: bool = False, multiline: bool = False) -> str:
    return clean_text(value, field="name", limit=limit, required=required, multiline=multiline)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  陈国梁 ", "陈国梁"),
        ("𠮷田𬭸", "𠮷田𬭸"),
        ("😀👨‍👩‍👧", "😀👨‍👩‍👧"),
        ("阿卜杜拉·买买提·吐尔逊", "阿卜杜拉·买买提·吐尔逊"),
        ("محمد بن سلمان", "محمد بن سلمان"),
        ("e\u0301", "\u00e9"),
        ("１２３", "１２３"),
        ("O", "O"),
        ("a\u202eb\u2066c\u200f", "abc"),
        ("a\tb\x07c\r\n", "abc"),
        ("\u200b 王\u2060五 \ufeff", "王五"),
    ],
)
def test_clean_text_keeps_what_a_person_writes(typed: str, kept: str) -> None:
    import unicodedata

    assert clean(typed) == unicodedata.normalize("NFC", kept)


def test_clean_text_multiline_keeps_line_ends() -> None:
    assert clean("a\nb\rc", multiline=True) == "a\nbc"


@pytest.mark.parametrize("typed", ["a\0b", "\0", "\ud800", "ok\udfff"])
def test_clean_text_what_the_database_cannot_hold_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        clean(typed)
    assert (refusal.value.field, refusal.value.status) == ("name", 422)


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u200b", "\u202e", "\u3000"])
def test_clean_text_required_and_nothing_to_see_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        clean(typed, required=True)


def test_clean_text_limit_counts_characters_after_cleaning() -> None:
    assert len(clean("陈" * 120 + "  ")) == 120
    with pytest.raises(InvalidInput) as refusal:
        clean("陈" * 300)
    assert refusal.value.params == {"limit": 120, "length": 300}

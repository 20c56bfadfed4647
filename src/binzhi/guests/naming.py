"""How guests are called on boards and cards: surname and title, never the whole name."""

from __future__ import annotations

from django.utils.translation import get_language, gettext

from binzhi.kernel.surnames import READINGS

MALE, FEMALE = "male", "female"


def is_chinese(name: str) -> bool:
    return any("\u3400" <= character <= "\u9fff" or ord(character) > 0x1FFFF for character in name)


def surname_of(name: str) -> str:
    """张 of 张伟, 欧阳 of 欧阳娜娜, Smith of John Smith, SMITH of SMITH/JOHN and of Smith, John."""
    name = name.strip()
    if is_chinese(name):
        compound = name[:2]
        return compound if len(name) > 2 and compound in READINGS else name[:1]
    for separator in ("/", ","):
        if separator in name:
            return name.split(separator)[0].strip()
    words = name.split()
    return words[-1] if words else ""


def surname_reading(name: str, marked: str) -> str:
    """How the surname is said, with its tones: Xǔ of Xǔ Wénjìng; empty where the name is read as it stands."""
    return marked.split()[0] if is_chinese(name) and marked and marked != name else ""


def board_name(name: str, sex: str = "", marked: str = "") -> str:
    """Surname and title in the language of the screen; without a known sex the rest of the name is starred."""
    surname = surname_of(name)
    if not surname:
        return "—"
    if is_chinese(name) and marked and (get_language() or "").startswith("en"):
        surname = marked.split()[0]
    if sex == MALE:
        return gettext("Mr %(surname)s") % {"surname": surname}
    if sex == FEMALE:
        return gettext("Ms %(surname)s") % {"surname": surname}
    return f"{surname}*"

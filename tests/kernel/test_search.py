"""Names are found by characters, pinyin and initials; surnames are read as surnames."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from binzhi.kernel.search import name_keys

NAMES = Path(__file__).resolve().parents[3] / "shared" / "data" / "pinyin_names"


@pytest.mark.parametrize(
    ("name", "pinyin", "initials", "marked"),
    [
        ("陈国梁", "chenguoliang", "cgl", "Chén Guóliáng"),
        ("单雄信", "shanxiongxin", "sxx", "Shàn Xióngxìn"),
        ("单 雄信", "shanxiongxin", "sxx", "Shàn Xióngxìn"),
        ("曾国藩", "zengguofan", "zgf", "Zēng Guófān"),
        ("尉迟敬德", "yuchijingde", "ycjd", "Yùchí Jìngdé"),
        ("欧阳娜娜", "ouyangnana", "oynn", "Ōuyáng Nànà"),
        ("东方", "dongfang", "df", "Dōng Fāng"),
        ("吕丽", "luli", "ll", "Lǚ Lì"),
        ("王", "wang", "w", "Wáng"),
        ("王David", "wangdavid", "wd", "Wáng David"),
        ("阿卜杜拉·买买提", "abodulamaimaiti", "abdlmmt", "Ābodùlā Mǎimǎití"),
        ("Anna Maria Eriksson", "annamariaeriksson", "ame", "Anna Maria Eriksson"),
        ("Müller", "muller", "m", "Müller"),
        ("محمد", "", "", "محمد"),
        ("😀", "", "", "😀"),
        ("", "", "", ""),
    ],
)
def test_name_keys_reading(name: str, pinyin: str, initials: str, marked: str) -> None:
    keys = name_keys(name)
    assert (keys.pinyin, keys.initials, keys.marked) == (pinyin, initials, marked)


@pytest.mark.parametrize("spelling", ["吕丽", "lv li", "Lyu Li", "Lü Li", "LULI"])
def test_name_keys_u_umlaut_every_spelling_meets(spelling: str) -> None:
    assert name_keys(spelling).pinyin == "luli"


def test_name_keys_of_a_company_reads_words_not_surnames() -> None:
    assert name_keys("解放路商贸", person=False).pinyin == "jiefanglushangmao"
    assert name_keys("解放", person=True).pinyin == "xiefang"


def test_name_keys_long_name_fits_its_columns() -> None:
    keys = name_keys("阿" * 300)
    assert (len(keys.plain), len(keys.pinyin), len(keys.initials), len(keys.marked) <= 120) == (80, 80, 20, True)


@pytest.mark.skipif(not NAMES.exists(), reason="../shared/data/pinyin_names is not there")
def test_name_keys_cases_of_others_agree() -> None:
    cases = json.loads((NAMES / "name_cases.json").read_text())
    wrong = []
    for case in cases:
        keys = name_keys(case["input"])
        said = keys.initials if case["function"] == "nameAbbr" else keys.pinyin
        if said != name_keys(" ".join(case["expected"])).pinyin:
            wrong.append((case["input"], case["expected"], said))
    assert wrong == []


@pytest.mark.skipif(not NAMES.exists(), reason="../shared/data/pinyin_names is not there")
def test_name_keys_hundred_surnames_agree() -> None:
    """The two lists differ where two readings are in use; 干 is gān in the one; the rest must agree."""
    both = {"隗", "盖", "皇甫", "粘"}
    wrong = []
    for file in ("surnames_irregular.tsv", "surnames_single.tsv", "surnames_compound.tsv"):
        with (NAMES / file).open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows, delimiter="\t"):
                surname, reading = row["surname"], row["pinyin"]
                said = name_keys(f"{surname}某某").pinyin.removesuffix("moumou")
                if surname not in both and said != name_keys(reading).pinyin:
                    wrong.append((surname, reading, said))
    assert wrong == []

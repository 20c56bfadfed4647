"""What is shown to whom, and which words of a note are warned of."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from binzhi.guests.privacy.masking import mask_address, mask_birth_date, mask_email, mask_name, name_for, rows_for
from binzhi.guests.privacy.words import SEVEN, WHY, _finders, cautions_of
from binzhi.property.queries import HotelRef
from tests.guests.conftest import colleague


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张*"), ("欧阳娜娜", "欧阳*"), ("东方", "东*"), ("阿卜杜拉·买买提", "阿*"), ("John Smith", "J* S*"), ("陈", "陈*"),
        ("", ""), ("𠮷田", "𠮷*"),
    ],
)  # fmt: skip
def test_mask_name(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("浙江省杭州市西湖区文三路90号1幢", "浙江省杭州市西湖区***"), ("杭州市文三路90号", "杭州市***"),
        ("文三路90号", "***"), ("", ""), ("内蒙古自治区呼和浩特市新城区北街3号", "内蒙古自治区呼和浩特市新城区***"),
    ],
)  # fmt: skip
def test_mask_address_to_the_district(address: str, masked: str) -> None:
    assert mask_address(address) == masked


def test_mask_of_mail_and_birthday() -> None:
    assert (mask_email("chen.gl@example.com"), mask_email("nonsense"), mask_birth_date(None)) == (
        "c***@example.com",
        "",
        "",
    )


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    marked: str
    room: str


def test_name_is_whole_for_posts_that_know_guests_only(hotel: HotelRef) -> None:
    knows, does_not = colleague(hotel, "guests.view_guest"), colleague(hotel, "property.view_rooms")
    assert (name_for(knows, hotel.pk, "欧阳修远"), name_for(does_not, hotel.pk, "欧阳修远")) == ("欧阳修远", "欧阳*")
    greets = colleague(hotel, "guests.recognise")
    rows = [Line("欧阳修远", "Ōuyáng Xiūyuǎn", "1201")]
    assert rows_for(greets, hotel.pk, rows, "name") == rows
    assert rows_for(does_not, hotel.pk, rows, "name") == [Line("欧阳*", "", "1201")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("喜欢靠窗的座位，两个荞麦枕", []),
        ("客人离婚了，心情不好", [("离婚", "marriage")]),
        ("信佛，吃素；有糖尿病", [("信佛", "faith"), ("糖尿病", "health")]),
        ("手机 13912348806", [("139…", "secret")]),
        ("身份证 11010519491231002X", [("110…", "secret")]),
        ("房间 1201，8 点叫早", []),
        ("He is a STINGY man, how old?", [("STINGY", "insult"), ("how old", "age")]),
        ("住翠苑小区3栋", [("住翠苑小区3栋", "address")]),
        ("今年 54 岁", [("54 岁", "age")]),
        ("stingynose", []),
    ],
)
def test_cautions_name_the_word_and_the_kind(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.word, one.kind) for one in cautions_of(text)] == found


def test_every_kind_of_word_has_its_reason() -> None:
    assert {kind for kind, _finder in _finders()} == set(WHY) >= set(SEVEN)

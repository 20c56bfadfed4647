"""What is printed for a visit: welcome board, seat cards, the general manager's letter, in Chinese."""

from __future__ import annotations

import pytest

from binzhi.kernel.errors import InvalidInput
from binzhi.vip import services
from binzhi.vip.letters import STANDARD, fill
from binzhi.vip.models import Menu, Visit
from tests.promises.web.pages import text_of
from tests.vip.house import ARRIVAL, HOUR, NOW, House, traces
from tests.vip.web.conftest import SignIn
from tests.vip.web.test_work import read, url, with_room


def meal(house: House, visit: Visit) -> int:
    return services.plan_meal(
        hotel_id=house.pk, visit_id=visit.pk, meal_at=ARRIVAL + HOUR, private_room="西溪厅",
        actor=house.actor("gm-office-clerk"), now=NOW,
    )  # fmt: skip


def test_board_welcomes_without_level_or_room(house: House, sign_in: SignIn) -> None:
    visit = with_room(house, "VVIP")
    text = read(sign_in("sales-executive").get(url(house, visit, "/board.pdf")))
    assert [word in text for word in ("热烈欢迎", "王先生", f"莅临{house.hotel.ref.name}")] == [True] * 3
    assert [word in text for word in ("VVIP", "特级贵宾", "101")] == [False] * 3


def test_letter_is_the_house_standard_until_level_or_visit_have_their_own(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    client = sign_in("gm-office-clerk")
    letter = url(house, visit, "/letter.pdf")
    standard = read(client.get(letter))
    assert [word in standard for word in ("尊敬的王先生", "2026年11月23日", "总经理", "宾至如归")] == [True] * 4
    services.define_level(
        hotel_id=house.pk,
        level=services.LevelInput("VIP", "贵宾", 2, sealed=True, letter="{称呼}，您好！\n{级别}房已为您备好。"),
        actor=house.gm, now=NOW,
    )  # fmt: skip
    assert "王先生，您好！贵宾房已为您备好。" in read(client.get(letter))
    own = "{称呼}，久违了！"
    client.post(url(house, visit, "/letter"), {"letter": own})
    assert house.visit(visit.pk).letter == own
    assert "王先生，久违了！" in read(client.get(letter))
    # Emptied, the level's stands again.
    client.post(url(house, visit, "/letter"), {"letter": ""})
    assert "贵宾房已为您备好" in read(client.get(letter))


def test_letter_with_a_place_nobody_fills_is_refused_at_its_field(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    before = traces(house)
    answer = sign_in("gm-office-clerk").post(url(house, visit, "/letter"), {"letter": "{姓名}您好"})
    page = answer.content.decode()
    assert (answer.status_code, 'id="letter-letter-error"' in page, "{姓名}" in page) == (422, True, True)
    assert traces(house) == before


def test_letter_says_of_the_guest_only_what_it_asks(house: House) -> None:
    assert fill("{称呼}{房号}", {"称呼": "王总"}) == "王总"
    assert fill("", {"称呼": "王总"}).startswith("尊敬的王总：")
    assert "{称呼}" in STANDARD


def test_seat_cards_carry_every_name_twice(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    menu = meal(house, visit)
    client = sign_in("dining-manager")
    cards = url(house, visit, f"/meals/{menu}/seats.pdf")
    assert read(client.get(cards)).count("王先生") == 2
    client.post(
        url(house, visit, f"/meals/{menu}/seats"), {"seats": "王先生\r\n\r\n 沈立群 \r\n周敏华\r\n陈思\r\n欧阳娜娜"}
    )
    assert Menu.objects.get(pk=menu).seats == "王先生\n沈立群\n周敏华\n陈思\n欧阳娜娜"
    assert "王先生、沈立群、周敏华" in text_of(client.get(url(house, visit)))
    text = read(client.get(cards))
    assert [text.count(name) for name in ("王先生", "沈立群", "周敏华", "陈思", "欧阳娜娜")] == [2] * 5
    assert "西溪厅" in text


@pytest.mark.parametrize("seats", ["某" * 31, "\n".join(["某某"] * 61)])
def test_seats_too_long_or_too_many_are_refused(house: House, seats: str) -> None:
    visit = house.approved()
    menu = meal(house, visit)
    before = traces(house)
    with pytest.raises(InvalidInput) as refusal:
        services.seat_guests(hotel_id=house.pk, menu_id=menu, seats=seats, actor=house.actor("dining-manager"), now=NOW)
    assert refusal.value.field == "seats"
    assert traces(house) == before


def test_printed_matter_of_another_visit_or_without_level_is_not_found(house: House, sign_in: SignIn) -> None:
    visit, other = house.approved(), house.visit(house.propose())
    menu = meal(house, visit)
    client = sign_in("general-manager")
    pages = [
        client.get(url(house, other, f"/{name}.pdf")).status_code for name in ("board", "letter", f"meals/{menu}/seats")
    ]
    assert pages == [404, 404, 404]
    assert client.post(url(house, other, f"/meals/{menu}/seats"), {"seats": "某"}).status_code == 404

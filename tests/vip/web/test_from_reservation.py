"""One press on a reservation proposes its reception; rack and room panel say that a room is sealed."""

from __future__ import annotations

from binzhi.frontdesk.services import assign_room
from binzhi.reservations.services import create_reservation
from binzhi.vip import services
from binzhi.vip.models import Visit
from tests.factories import SYSTEM, TODAY, booking
from tests.promises.web.pages import PART
from tests.vip.house import NOW, House
from tests.vip.web.conftest import SignIn
from tests.vip.web.test_work import until_sealed


def reserve(house: House) -> tuple[int, str]:
    """A room of a guest who is known; its number of the reservation."""
    made = create_reservation(
        hotel_id=house.pk, booking=booking(arrival=TODAY, guest_id=house.guest("陈国梁", sex="male")), actor=SYSTEM,
        now=NOW,
    )  # fmt: skip
    return made.room_ids[0], made.number


def test_one_press_proposes_the_visit_and_the_next_opens_it(house: House, sign_in: SignIn) -> None:
    stay, number = reserve(house)
    client = sign_in("duty-manager")
    press = f"/h/{house.hotel.ref.code}/vip/stays/{stay}"
    assert client.get(press).status_code == 404
    page = client.get(f"/h/{house.hotel.ref.code}/reservations/{number}").content.decode()
    assert (press in page, "贵宾接待" in page) == (True, True)
    first = client.post(press)
    visit = Visit.objects.get(room_reservation_id=stay)
    assert (first.status_code, first["Location"]) == (302, f"/h/{house.hotel.ref.code}/vip/{visit.pk}")
    assert (visit.title, visit.status) == ("陈先生", "proposed")
    assert client.post(press)["Location"] == first["Location"]
    assert Visit.objects.count() == 1


def test_press_is_not_there_for_who_may_not_propose(house: House, sign_in: SignIn) -> None:
    stay, _number = reserve(house)
    client = sign_in("room-attendant")
    assert client.post(f"/h/{house.hotel.ref.code}/vip/stays/{stay}").status_code == 403
    assert Visit.objects.count() == 0


def test_press_of_a_stay_that_is_not_there_is_not_found(house: House, sign_in: SignIn) -> None:
    assert sign_in("duty-manager").post(f"/h/{house.hotel.ref.code}/vip/stays/999999").status_code == 404


def test_rack_and_panel_show_seal_and_level(house: House, sign_in: SignIn) -> None:
    stay, _number = reserve(house)
    assign_room(hotel_id=house.pk, room_reservation_id=stay, room_id=house.hotel.rooms["101"], actor=SYSTEM, now=NOW)
    visit = house.approved("VIP", room_reservation_id=stay)
    client = sign_in("general-manager")
    rooms = f"/h/{house.hotel.ref.code}/rooms"
    # Alone in the side panel, without the rack and its legend around it.
    panel = client.get(f"{rooms}/101", **PART).content.decode()
    assert ("已封房" in panel, "VIP" in panel) == (False, True)
    until_sealed(house, visit)
    services.seal_visit_room(
        hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("quality-assistant-manager"), now=NOW
    )
    panel = client.get(f"{rooms}/101", **PART).content.decode()
    assert ("已封房" in panel, "封房 · " in panel) == (True, True)
    rack = client.get(f"{rooms}?state=sealed")
    tile = rack.content.decode().split('id="room-101"')[1].split("</a>")[0]
    assert ("#seal" in tile, "封" in tile, ">VIP<" in tile) == (True, True, True)
    assert " dim" not in rack.content.decode().split('id="room-101"')[0].rsplit("<a ", 1)[1]

"""Registration of today: reports with their receipts and some that lack something, a minor to look after, visitors,
cards that were signed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from binzhi.demo.house_state import House
from binzhi.frontdesk.police.sending import send_due
from binzhi.frontdesk.police.settings import LinkInput, set_up_police
from binzhi.frontdesk.police.simulator import Simulator
from binzhi.frontdesk.registration import cards, visitors
from binzhi.frontdesk.registration.content import card_content
from binzhi.frontdesk.registration.minors import note_patrol
from binzhi.frontdesk.requests import DocumentInput, RegistrationInput
from binzhi.frontdesk.services import register_guest
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError

STATION = "3301060123"
# Stays that began today, each with somebody in it and a bed for one more.
_CAME = """
SELECT s.id, max(g.name) AS name, bool_or(s.adults + s.children + s.infants < t.max_guests) AS has_bed
FROM reservations_roomreservation s JOIN property_roomtype t ON t.id = s.room_type_id
JOIN frontdesk_registration x ON x.room_reservation_id = s.id JOIN guests_guest g ON g.id = x.guest_id
WHERE s.hotel_id = %s AND s.status = 'in_house' AND s.arrival = %s GROUP BY s.id ORDER BY s.id
"""
VISITORS = (
    ("韩雪", "passport", "E12345678"),
    ("Tom Baker", "passport", "533401372"),
    ("罗文斌", "passport", "G60093366"),
)
# A signature as a pen draws one.
_STROKES = (
    "[[[90,110],[120,70],[150,60],[160,90],[130,130],[110,140]],[[190,60],[190,150]],[[170,95],[230,85]],"
    "[[260,70],[300,62],[290,100],[262,140]],[[285,105],[330,148]],[[360,72],[362,146]],[[345,100],[420,92],[440,120]]]"
)
SIGNED = 6


def set_up(house: House) -> None:
    """Reporting begins today: who came earlier was reported on paper."""
    _link(house, "", 0)


def happen(house: House) -> None:
    """What the desk did about it by now. Afterwards receipts are noted by hand: nobody listens in the demo."""
    with Simulator() as police:
        _link(house, police.url, 1)
        while send_due(now=house.at(15)):
            pass
    _link(house, "", 2)
    came = db.fetch_all(_CAME, [house.hotel_id, house.today])
    clerk: dict[str, Any] = {"hotel_id": house.hotel_id, "actor": house.cast["receptionist"]}
    for row in came[:SIGNED]:
        seen = cards.mark_of(card_content(hotel_id=house.hotel_id, room_reservation_id=row["id"]))
        cards.sign_card(room_reservation_id=row["id"], signature=_STROKES, seen=seen, now=house.at(15, 10), **clerk)
    _visits(house, [row["id"] for row in came], clerk)
    _minor(house, [row["id"] for row in came if row["has_bed"]], clerk)


def _link(house: House, url: str, version: int) -> None:
    link = LinkInput(is_on=True, station=STATION, url=url, expected_version=version)
    set_up_police(hotel_id=house.hotel_id, link=link, actor=house.cast["resident-manager"], now=house.at(7, 30))


def _visits(house: House, stays: list[int], clerk: dict[str, Any]) -> None:
    for place, (stay, (name, kind, number)) in enumerate(zip(stays, VISITORS, strict=False)):
        papers = DocumentInput(kind=kind, number=number, country="USA" if name.isascii() else "CHN")
        # Loaded at night there are no visits.
        with suppress(DomainError):
            visitor = visitors.let_in(
                room_reservation_id=stay, visitor=visitors.VisitorInput(name=name, document=papers, agreed=True),
                now=house.at(15, 15 + place), **clerk,
            )  # fmt: skip
            if place == 0:
                visitors.let_out(visitor_id=visitor, now=house.at(15, 40), **clerk)


def _minor(house: House, stays: list[int], clerk: dict[str, Any]) -> None:
    """A boy of sixteen with a friend's family: looked after by the next round."""
    if not stays:
        return
    boy = RegistrationInput(
        name="宋一鸣", sex="male", birth_date=date(house.today.year - 16, 1, 15), identity_by="household",
        guardian_name="宋建国", guardian_phone="13805711866", guardian_relation="parent", guardian_reached=True,
        room_relation="unrelated",
    )  # fmt: skip
    with suppress(DomainError):
        register_guest(room_reservation_id=stays[0], registration=boy, now=house.at(15, 20), **clerk)
        alarm = db.fetch_value("SELECT max(id) FROM frontdesk_minoralarm WHERE hotel_id = %s", [house.hotel_id])
        note_patrol(alarm_id=alarm, note="在房内做作业，同住阿姨已核对身份", now=house.at(15, 50), **clerk)

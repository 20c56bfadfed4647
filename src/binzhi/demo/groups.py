"""Groups to come, a waitlist, what could not be sold, the houses that take guests when this one is full."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from binzhi.demo.house_state import House
from binzhi.demo.selling import AGREED, BASE
from binzhi.kernel import db
from binzhi.reservations.blocks import services
from binzhi.reservations.blocks.master import set_master
from binzhi.reservations.blocks.requests import BlockCell, BlockDetails
from binzhi.reservations.denials import NewDenial, record_denial
from binzhi.reservations.rooming.reading import Line
from binzhi.reservations.rooming.services import take_rooming_list
from binzhi.reservations.waitlist.services import NewEntry, put_on_waitlist
from binzhi.reservations.walks.services import PartnerInput, save_partner

# Name, days from today, nights, rooms by type, state, which partner sends them.
GROUPS: tuple[tuple[str, int, int, dict[str, int], str, int], ...] = (
    ("西湖春茶采风团", 34, 2, {"STD": 8, "KNG": 3}, "definite", -1),
    ("长三角智造论坛", 41, 3, {"KNG": 12, "BIZ": 2}, "definite", 0),
    ("九州摄影学会年会", 47, 2, {"STD": 10}, "tentative", -2),
    ("青禾中学毕业旅行", 55, 1, {"STD": 12}, "inquiry", -3),
)
PEOPLE = (
    ("林晓棠", "1"),
    ("郑屿", "1"),
    ("方知白", "2"),
    ("孟秋实", "2"),
    ("苏映雪", "3"),
    ("沈砚之", "4"),
    ("陆知行", "5"),
    ("顾南枝", "5"),
)
PARTNERS = (
    ("望湖山庄", "环湖东路 66 号", "0571-9610 0001", "420"),
    ("听涛酒店", "江畔路 118 号", "0571-9610 0002", "398"),
    ("云栖精舍", "梅岭路 9 号", "0571-9610 0003", "460"),
)
WAITING = (("乔木", 12, 2, "BIZ", 1), ("裴松之", 12, 1, "BIZ", 2), ("温如玉", 19, 3, "KNG", 2))
UNSOLD = (
    ("price", 6, 2, "KNG", "1760"),
    ("sold_out", 3, 1, "BIZ", "1180"),
    ("closed", 9, 1, "", None),
    ("price", 15, 3, "STD", "2100"),
)


def gather(house: House) -> None:
    """Through the services, by the people whose work it is."""
    sales: dict[str, Any] = {"hotel_id": house.hotel_id, "actor": house.cast["sales-manager"], "now": house.at(9)}
    desk: dict[str, Any] = {
        "hotel_id": house.hotel_id,
        "actor": house.cast["reservations-clerk"],
        "now": house.at(9, 20),
    }
    duty: dict[str, Any] = {"hotel_id": house.hotel_id, "actor": house.cast["duty-manager"], "now": house.at(8)}
    there = {row["code"]: row["rooms"] for row in db.fetch_all(_ROOMS, [house.hotel_id])}
    opened = [_group(house, there, *one, **sales) for one in GROUPS]
    set_master(block_id=opened[0], room_to_master=True, to_master=("food",), **sales)
    lines = [
        Line(number, {"name": name, "share": share, "room_type": "STD" if share in "125" else "KNG"})
        for number, (name, share) in enumerate(PEOPLE, start=2)
    ]
    # A small hotel's group is smaller than its list: the house helps out.
    take_rooming_list(block_id=opened[0], lines=lines, extra=True, **desk)
    for name, address, phone, price in PARTNERS:
        save_partner(partner=PartnerInput(name=name, address=address, phone=phone, price=Decimal(price)), **duty)
    for name, ahead, nights, kind, priority in WAITING:
        arrival = house.today + timedelta(days=ahead)
        entry = NewEntry(
            name=name, room_type=kind, rate_plan=BASE, arrival=arrival, departure=arrival + timedelta(days=nights),
            priority=priority,
        )  # fmt: skip
        put_on_waitlist(entry=entry, **desk)
    for reason, ahead, nights, kind, value in UNSOLD:
        arrival = house.today + timedelta(days=ahead)
        denial = NewDenial(
            reason=reason, arrival=arrival, departure=arrival + timedelta(days=nights), room_type=kind,
            value=Decimal(value) if value else None,
        )  # fmt: skip
        record_denial(denial=denial, **desk)


_ROOMS = """
SELECT t.code, count(*) AS rooms FROM property_room r JOIN property_roomtype t ON t.id = r.room_type_id
WHERE r.hotel_id = %s GROUP BY t.code
"""


def _group(
    house: House,
    there: dict[str, int],
    name: str,
    ahead: int,
    nights: int,
    rooms: dict[str, int],
    status: str,
    sender: int,
    **who: Any,
) -> int:
    arrival = house.today + timedelta(days=ahead)
    company = house.organisations.agencies[sender] if sender < 0 else house.organisations.companies[sender]
    details = BlockDetails(
        name=name, arrival=arrival, departure=arrival + timedelta(days=nights), rate_plan=AGREED,
        organisation_id=company, cut_off=arrival - timedelta(days=10),
    )  # fmt: skip
    cells = [
        BlockCell(night=arrival + timedelta(days=n), room_type=kind, rooms=min(count, there.get(kind, 0) // 2))
        for n in range(nights)
        for kind, count in rooms.items()
    ]
    return services.create_block(block=details, cells=cells, status=status, **who).id

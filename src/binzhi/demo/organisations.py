"""Companies with an agreement and travel agencies, all made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from binzhi.guests.services import NewOrganisation, create_organisation
from binzhi.kernel.actor import Actor
from binzhi.reservations import setup

COMPANIES = (
    ("澜海集团有限公司", "LHJT", 300_000), ("明途资本管理有限公司", "MTZB", 120_000), ("启衡科技股份有限公司", "QHKJ", 200_000),
    ("云栈软件有限公司", "YZRJ", 80_000), ("青禾生物医药有限公司", "QHSW", 100_000), ("恒岳建设工程有限公司", "HYJS", 60_000),
    ("朗润律师事务所", "LRLS", 50_000), ("盛域文化传媒有限公司", "SYWH", 40_000), ("东屿新能源有限公司", "DYXN", 150_000),
    ("合泰进出口有限公司", "HTJC", 60_000), ("星桥物流有限公司", "XQWL", 40_000), ("知微咨询有限公司", "ZWZX", 50_000),
    ("松涛出版社", "STCB", 20_000), ("南汀大学会议中心", "NTDX", 80_000), ("宏远精密机械有限公司", "HYJM", 60_000),
    ("百川水务有限公司", "BCSW", 30_000), ("嘉木设计有限公司", "JMSJ", 20_000), ("同舟保险股份有限公司", "TZBX", 90_000),
)  # fmt: skip
AGENCIES = (
    ("远山旅行社", "YSLX", 100_000), ("湖光国际旅行社", "HGGL", 80_000), ("行知研学旅行社", "XZYX", 40_000),
    ("踏浪会展服务有限公司", "TLHZ", 120_000), ("悦途商旅", "YTSL", 60_000), ("小城故事旅行社", "XCGS", 20_000),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Organisations:
    """Ids in the order of the lists above."""

    companies: tuple[int, ...]
    agencies: tuple[int, ...]


def sign_up(*, hotel_id: int, agreed_plan: int, today: date, actor: Actor, now: datetime) -> Organisations:
    """Open the files and let the companies book the agreed rate until the end of next year."""
    until = date(today.year + 1, 12, 31)

    def create(kind: str, name: str, code: str, limit: int) -> int:
        return create_organisation(
            hotel_id=hotel_id,
            organisation=NewOrganisation(name=name, kind=kind, code=code, contract_until=until, credit_limit=Decimal(limit)),
            actor=actor, now=now,
        )  # fmt: skip

    companies = tuple(create("company", *entry) for entry in COMPANIES)
    agencies = tuple(create("agency", *entry) for entry in AGENCIES)
    for organisation_id in companies + agencies:
        setup.create_agreement(
            hotel_id=hotel_id, rate_plan_id=agreed_plan, organisation_id=organisation_id, valid_until=until + timedelta(days=1)
        )
    return Organisations(companies, agencies)

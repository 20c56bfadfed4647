"""What the demo's house knows of its guests of honour: fields of the file, who is around them, what to heed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from binzhi.demo.names import PHONES
from binzhi.demo.organisations import Organisations
from binzhi.demo.people import Cast, Files
from binzhi.guests.enums import AssessmentKind, ContactOutcome
from binzhi.guests.privacy.consents import ConsentInput, note_consent
from binzhi.guests.profile.relations import relate
from binzhi.guests.profile.services import add_contact, write_organisation, write_profile
from binzhi.guests.profile.warnings import DANGER, TO_HEED, TO_KNOW, raise_warning
from binzhi.guests.relationship.accounts import Account
from binzhi.guests.relationship.catalogue import SIGN_CODES
from binzhi.guests.relationship.contacts import ContactInput, ResultInput, note_result, plan_contact
from binzhi.guests.relationship.services import assess_guest, check_relationship
from binzhi.guests.services import GuestDetails, create_guest
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import unit_of_work
from binzhi.property.queries import hotel_by_id

# By place in the list of guests of honour.
_FIELDS: tuple[Mapping[str, str], ...] = (
    {
        "salutation": "陈董",
        "not_called": "陈总",
        "languages": "普通话，英语",
        "birthday": "lunar",
        "birthplace": "浙江绍兴",
        "post": "董事长",
        "trade": "海洋工程",
        "region": "长三角",
        "plans": "年内在本市设区域总部",
        "interests": "书法、围棋、晨跑",
        "tastes": "清淡，喜小馄饨",
        "colour": "墨绿",
        "taboos": "不放百合\n早 8 点前勿扰",
        "days": "10-01 结婚纪念日",
        "transport": "自备车，常两部",
        "plate": "浙AD66088",
        "address": "杭州市西湖区北山街 88 号",
        "spending": "宴会为主，签单",
        "came_by": "澜海集团协议入住",
        "services": "会议、宴会、洗衣",
    },
    {
        "salutation": "苏总",
        "languages": "普通话，粤语",
        "post": "总经理",
        "interests": "茶艺",
        "tastes": "少油少盐",
        "transport": "高铁",
    },
    {"salutation": "贺董", "post": "董事长", "trade": "建筑", "transport": "自备车", "plate": "苏E·58K21"},
    {"salutation": "许女士", "post": "市场总监", "days": "06-01 孩子生日"},
    {
        "salutation": "顾教授",
        "education": "博士",
        "knowledge": "材料学",
        "taboos": "素食，不沾荤油",
        "post": "首席科学家",
    },
    {"salutation": "程律师", "post": "合伙人", "work": "常夜间开会", "taboos": "不住电梯旁的房间"},
)
_WARNINGS = (
    (0, DANGER, "花生过敏，餐饮与房内零食一律不放"),
    (0, TO_KNOW, "勿拍照，勿公开行程"),
    (5, TO_HEED, "上次投诉走廊噪声，排安静房"),
)  # fmt: skip
# name, sex, of whom, what to that guest, decides, note
_AROUND = (
    ("刘颖", "female", 0, "secretary", True, "行程与账务都找她"),
    ("马志成", "male", 0, "driver", False, "住司机房，车停东侧"),
    ("李慧", "female", 0, "spouse", False, "同行 2 次，喜花茶"),
    ("许可欣", "female", 3, "child", False, "备婴儿床与儿童餐椅"),
)
# Two files of one person, as they come about: heard at the telephone, and with her card at the desk.
_TWICE = (("周雅琴", None), ("周亚琴", date(1988, 5, 2)))
# What was agreed to: purpose, answer.
_CONSENTS = (("profile", "given"), ("health", "given"), ("marketing", "refused"))
_WILLINGNESS = (5, 5, 4, 5, 4, 4, 5, 5, 5, 4)
# channel, purpose, days from now, days between, what came of it (empty: still to do)
_CONTACTS = (
    ("visit", "回访入住感受，问秋季客户大会", 0, 90, "满意客房安静，大会定在 12 月，要 120 间"),
    ("gift", "生日贺卡与龙井一罐", 21, None, ""),
)  # fmt: skip
_COMPANY = {
    "nature": "private", "products": "海工装备、港口机械", "structure": "集团总部下设六个事业部，差旅由行政中心统管",
    "marketing": "客户大会每年两次，春秋各一", "prices": "协议价，旺季上浮 10% 以内", "sales": "年度框架，季度对账",
    "attitude": "认可本店服务，看重安静与停车", "credit": "按月结算，未逾期",
}  # fmt: skip


def introduce(*, hotel_id: int, files: Files, organisations: Organisations, cast: Cast, now: datetime) -> None:
    """Write it all through the services, as the clerks would."""
    clerk, manager = cast["receptionist"], cast["sales-manager"]
    guests = [files.guests[place] for place in range(len(_FIELDS)) if place in files.guests]
    with unit_of_work():
        for guest_id, values in zip(guests, _FIELDS, strict=False):
            write_profile(hotel_id=hotel_id, guest_id=guest_id, values=values, seen=0, actor=clerk, now=now)
        for place, severity, text in _WARNINGS:
            if place < len(guests):
                raise_warning(
                    hotel_id=hotel_id, guest_id=guests[place], text=text, severity=severity, blacklist=False,
                    ends_on=None, actor=clerk, now=now,
                )  # fmt: skip
        company = organisations.companies[0]
        write_organisation(
            hotel_id=hotel_id, organisation_id=company, values=_COMPANY, seen=0, actor=manager, now=now,
            **_terms(company),
        )  # fmt: skip
        for number, (name, sex, place, kind, decides, note) in enumerate(_AROUND):
            if place >= len(guests):
                continue
            details = GuestDetails(name=name, sex=sex, phone=f"{PHONES}{9990 + number}")
            other = create_guest(hotel_id=hotel_id, details=details, actor=clerk, now=now)
            relate(
                hotel_id=hotel_id, guest_id=guests[place], other_id=other, kind=kind, decides=decides, note=note,
                actor=clerk, now=now,
            )  # fmt: skip
            if kind == "secretary":
                add_contact(
                    hotel_id=hotel_id, organisation_id=company, guest_id=other, role="董事长秘书", decides=False,
                    actor=manager, now=now,
                )  # fmt: skip
        for name, born in _TWICE:
            details = GuestDetails(name=name, sex="female", birth_date=born, phone=f"{PHONES}{9980}")
            create_guest(hotel_id=hotel_id, details=details, actor=clerk, now=now)
        if guests:
            _befriend(hotel_id=hotel_id, guest_id=guests[0], clerk=clerk, manager=manager, now=now)


def _befriend(*, hotel_id: int, guest_id: int, clerk: Actor, manager: Actor, now: datetime) -> None:
    """The first guest of honour: what he agreed to, how it stands with him, who calls next."""
    for purpose, answer in _CONSENTS:
        note_consent(
            hotel_id=hotel_id, guest_id=guest_id, consent=ConsentInput(purpose=purpose, answer=answer), actor=clerk,
            now=now,
        )  # fmt: skip
    assess_guest(
        hotel_id=hotel_id, guest_id=guest_id, kind=AssessmentKind.WILLINGNESS, answers=_WILLINGNESS, actor=manager,
        now=now,
    )  # fmt: skip
    account = Account(guest_id=guest_id)
    check_relationship(hotel_id=hotel_id, account=account, signs=SIGN_CODES[:5], actor=manager, now=now)
    today = hotel_by_id(hotel_id).local(now).date()
    for channel, purpose, days, every, came_of_it in _CONTACTS:
        contact = ContactInput(channel=channel, purpose=purpose, due_on=today + timedelta(days=days), every_days=every)
        planned = plan_contact(hotel_id=hotel_id, account=account, contact=contact, actor=manager, now=now)
        if came_of_it:
            result = ResultInput(outcome=ContactOutcome.GOOD, result=came_of_it)
            note_result(hotel_id=hotel_id, planned_id=planned, result=result, actor=manager, now=now)


def _terms(organisation_id: int) -> dict[str, Any]:
    row = db.fetch_one("SELECT contract_until, credit_limit FROM guests_organisation WHERE id = %s", [organisation_id])
    assert row is not None
    return row

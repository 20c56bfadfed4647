"""What the demo hotel sells and how: plans, prices by night, restrictions, policies, codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from binzhi.demo.calendar import holidays
from binzhi.demo.house import TYPES
from binzhi.reservations import rates, setup
from binzhi.reservations.rates import RateChange
from binzhi.reservations.setup import PlanSpec, PolicySpec

WEEKEND = frozenset({4, 5})
BASE, MEMBER, ADVANCE, BREAKFAST, AGREED = "FLEX", "MEMBER", "ADVANCE", "BB", "CORP"


@dataclass(frozen=True, slots=True)
class CodeOfHouse:
    kind: str
    code: str
    name: str
    name_en: str


CODES = tuple(
    CodeOfHouse(kind, code, name, name_en)
    for kind, entries in (
        (
            "market",
            (
                ("fit", "散客", "Individual"),
                ("business", "商务", "Business"),
                ("leisure", "休闲度假", "Leisure"),
                ("corporate", "协议客户", "Corporate"),
                ("agency", "旅行社", "Travel agency"),
                ("conference", "会议", "Conference"),
                ("member", "会员", "Member"),
                ("long-stay", "长住", "Long stay"),
            ),
        ),
        (
            "source",
            (
                ("phone", "电话", "Telephone"),
                ("web", "官网", "Own website"),
                ("walk-in", "散客上门", "Walk-in"),
                ("ota", "网络订房", "Online agency"),
                ("company", "协议公司", "Company"),
                ("agency", "旅行社", "Agency"),
                ("mini-app", "微信小程序", "WeChat mini app"),
            ),
        ),
        (
            "channel",
            (
                ("direct", "酒店直订", "Direct"),
                ("ctrip", "携程", "Ctrip"),
                ("meituan", "美团", "Meituan"),
                ("qunar", "去哪儿", "Qunar"),
                ("fliggy", "飞猪", "Fliggy"),
                ("booking", "Booking.com", "Booking.com"),
            ),
        ),
        (
            "special",
            (
                ("high_floor", "高楼层", "High floor"),
                ("quiet", "安静房", "Quiet room"),
                ("lake_view", "湖景", "Lake view"),
                ("away_from_lift", "远离电梯", "Away from the lift"),
                ("non_smoking", "无烟房", "Non-smoking"),
                ("crib", "婴儿床", "Crib"),
                ("extra_bed", "加床", "Extra bed"),
                ("connecting", "连通房", "Connecting rooms"),
                ("accessible", "无障碍", "Accessible"),
                ("late_check_out", "延迟退房", "Late departure"),
                ("airport_pickup", "接机", "Airport pick-up"),
            ),
        ),
        (
            "cancel_reason",
            (
                ("guest", "客人行程变更", "Plans changed"),
                ("price", "价格原因", "Price"),
                ("weather", "天气", "Weather"),
                ("duplicate", "重复预订", "Booked twice"),
                ("elsewhere", "改订他处", "Booked elsewhere"),
                ("hotel", "酒店原因", "The hotel's reason"),
            ),
        ),
    )
    for code, name, name_en in entries
)

POLICIES = (
    PolicySpec(
        code="flexible",
        name="到店日18点前免费取消，逾时收首晚",
        name_en="Free until 18:00 on the day of arrival, then the first night",
        free_days=0,
        free_until=time(18),
        fee_kind="first_night",
        no_show_kind="first_night",
    ),
    PolicySpec(
        code="day-before",
        name="提前1天18点前免费取消，逾时收首晚",
        name_en="Free until 18:00 the day before, then the first night",
        free_days=1,
        free_until=time(18),
        fee_kind="first_night",
        no_show_kind="first_night",
    ),
    PolicySpec(
        code="no-refund",
        name="不可取消，取消收全额",
        name_en="Not refundable: the whole stay is charged",
        free_days=365,
        free_until=time(0),
        fee_kind="all",
        no_show_kind="all",
    ),
    PolicySpec(
        code="agreed",
        name="协议客户：当日18点前免费取消",
        name_en="Companies: free until 18:00 on the day of arrival",
        free_days=0,
        free_until=time(18),
        fee_kind="none",
        no_show_kind="first_night",
    ),
)


def sell(*, hotel_id: int, types: Mapping[str, int], first: date, last: date) -> dict[str, int]:
    """Policies, plans, prices and restrictions for the nights `first` to `last`, codes; ids of the plans by code."""
    policies = {spec.code: setup.create_policy(hotel_id=hotel_id, spec=spec) for spec in POLICIES}
    for position, code in enumerate(CODES):
        setup.create_code(
            hotel_id=hotel_id, kind=code.kind, code=code.code, name=code.name, name_en=code.name_en, position=position
        )
    plans = _plans(hotel_id, policies)
    _prices(hotel_id, plans[BASE], types, first, last)
    _restrictions(hotel_id, plans, types, first, last)
    setup.open_nights(hotel_id=hotel_id, first=first, last=last)
    return plans


def _plans(hotel_id: int, policies: Mapping[str, int]) -> dict[str, int]:
    base = setup.create_plan(
        hotel_id=hotel_id,
        spec=PlanSpec(
            code=BASE, name="灵活价", name_en="Flexible rate", cancellation_policy_id=policies["flexible"], position=1
        ),
    )
    rest = _conditions(base, policies)
    return {BASE: base} | {spec.code: setup.create_plan(hotel_id=hotel_id, spec=spec) for spec in rest}


def _conditions(base: int, policies: Mapping[str, int]) -> tuple[PlanSpec, ...]:
    """The plans that follow the base: with breakfast, for members, paid ahead, agreed with companies."""
    return (
        PlanSpec(
            code=BREAKFAST,
            name="灵活价含双早",
            name_en="Flexible rate with breakfast for two",
            kind="derived",
            parent_id=base,
            amount=Decimal(96),
            breakfasts=2,
            cancellation_policy_id=policies["flexible"],
            position=2,
        ),
        PlanSpec(
            code=MEMBER,
            name="会员价",
            name_en="Member rate",
            kind="derived",
            parent_id=base,
            percent=Decimal(-8),
            cancellation_policy_id=policies["flexible"],
            position=3,
        ),
        PlanSpec(
            code=ADVANCE,
            name="提前7天预付价",
            name_en="Advance purchase, 7 days",
            kind="derived",
            parent_id=base,
            percent=Decimal(-15),
            min_advance=7,
            cancellation_policy_id=policies["no-refund"],
            position=4,
        ),
        PlanSpec(
            code=AGREED,
            name="协议价含双早",
            name_en="Corporate rate with breakfast",
            kind="negotiated",
            parent_id=base,
            percent=Decimal(-18),
            amount=Decimal(40),
            breakfasts=2,
            cancellation_policy_id=policies["agreed"],
            position=5,
        ),
    )


def _prices(hotel_id: int, plan: int, types: Mapping[str, int], first: date, last: date) -> None:
    spans: list[tuple[date, date, frozenset[int], Decimal]] = [
        (first, last, rates.EVERY_DAY, Decimal(1)),
        (first, last, WEEKEND, Decimal("1.15")),
        *((start, end, rates.EVERY_DAY, Decimal("1.45")) for start, end in holidays(first, last)),
    ]
    for kind in TYPES:
        for start, end, weekdays, factor in spans:
            price = (kind.price * factor).quantize(Decimal(1))
            rates.write(
                hotel_id=hotel_id,
                rate_plan_id=plan,
                room_type_ids=[types[kind.spec.code]],
                first=start,
                last=end,
                weekdays=weekdays,
                change=RateChange(
                    price=price, single_price=price - 20, extra_adult=Decimal(150), extra_child=Decimal(60)
                ),
            )


def _restrictions(hotel_id: int, plans: Mapping[str, int], types: Mapping[str, int], first: date, last: date) -> None:
    """Over holidays suites are sold for two nights at least, and nothing at the advance price."""
    for start, end in holidays(first, last):
        rates.write(
            hotel_id=hotel_id,
            rate_plan_id=plans[ADVANCE],
            room_type_ids=list(types.values()),
            first=start,
            last=end,
            change=RateChange(closed=True),
        )
        rates.write(
            hotel_id=hotel_id,
            rate_plan_id=plans[BASE],
            room_type_ids=[types["STE"]],
            first=start,
            last=end,
            change=RateChange(min_nights=2),
        )

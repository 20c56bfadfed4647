"""The posts (岗位) a hotel starts with, as its reception rules name them, with the rights each carries.

Rights are written as strings because the contexts they belong to stand above this one; a test holds every
one of them against the contexts' own lists.
"""

from __future__ import annotations

from dataclasses import dataclass

Rights = frozenset[str]


def _rights(context: str, *names: str) -> Rights:
    return frozenset(f"{context}.{name}" for name in names)


OWN = _rights("people", "own_account")
TOKENS = _rights("people", "manage_tokens")

SEE_ROOMS = _rights("property", "view_rooms")
SEE_DESK = _rights("frontdesk", "view_desk") | SEE_ROOMS
SEE_GUESTS = _rights("guests", "view_guest")
SEE_BOOKINGS = _rights("reservations", "view_reservations")
SEE_FOLIOS = _rights("billing", "view_folio")
SEE_HOUSE = SEE_DESK | SEE_GUESTS | SEE_BOOKINGS
SEE_ALL = SEE_HOUSE | SEE_FOLIOS

KEEP_GUESTS = SEE_GUESTS | _rights("guests", "create_guest", "update_guest")
REVEAL = _rights("guests", "reveal")
ORGANISATIONS = _rights("guests", "manage_organisations")

CLEAN = SEE_ROOMS | _rights("property", "set_room_condition")
INSPECT = CLEAN | _rights("property", "inspect_room")
BLOCK_ROOMS = _rights("reservations", "set_out_of_order")

BOOK = SEE_BOOKINGS | _rights("reservations", "create_reservation", "change_reservation", "cancel_reservation")
SETTLE_BOOKINGS = _rights("reservations", "mark_no_show", "reinstate_reservation", "override_price", "waive_fee")
SELL = _rights("reservations", "set_rates", "set_sell_limits", "open_nights")

RECEIVE = SEE_DESK | _rights(
    "frontdesk", "assign_room", "check_in", "walk_in", "move_room", "change_stay", "check_out",
    "undo_check_in", "undo_check_out",
)  # fmt: skip
OVERRIDE_READINESS = _rights("frontdesk", "override_readiness")
AUDIT = _rights("frontdesk", "run_night_audit")

CASH = SEE_FOLIOS | _rights("billing", "post_charge", "take_payment", "take_deposit", "refund_deposit")
REFUND = _rights("billing", "refund_payment", "reverse_transaction", "transfer_charges")

RECEPTION = KEEP_GUESTS | REVEAL | BOOK | RECEIVE | CASH | CLEAN
SHIFT_LEAD = RECEPTION | REFUND | OVERRIDE_READINESS | SETTLE_BOOKINGS | ORGANISATIONS | BLOCK_ROOMS
DUTY = SHIFT_LEAD | INSPECT | AUDIT
EVERYTHING = DUTY | SELL | TOKENS | _rights("guests", "set_vip_level")


@dataclass(frozen=True, slots=True)
class PostSpec:
    """A post; `grade` is 1 staff, 2 supervisor, 3 manager, 4 director, 5 general manager."""

    code: str
    name: str
    name_en: str
    grade: int
    rights: Rights

    @property
    def permissions(self) -> list[str]:
        return sorted(self.rights | OWN)


@dataclass(frozen=True, slots=True)
class DepartmentSpec:
    code: str
    name: str
    name_en: str
    posts: tuple[PostSpec, ...]


NOTHING: Rights = frozenset()

CATALOGUE: tuple[DepartmentSpec, ...] = (
    DepartmentSpec("gm-office", "总办", "General manager's office", (
        PostSpec("general-manager", "总经理", "General manager", 5, EVERYTHING),
        PostSpec("gm-assistant", "总经理助理", "Assistant to the general manager", 4, DUTY | SELL),
        PostSpec("resident-manager", "驻店经理", "Resident manager", 4, EVERYTHING),
        PostSpec("gm-office-clerk", "总办文员", "General manager's office clerk", 1, SEE_HOUSE),
    )),
    DepartmentSpec("front-office", "前厅部", "Front office", (
        PostSpec("front-office-manager", "前厅部经理", "Front office manager", 3, DUTY | SELL | TOKENS),
        PostSpec("duty-manager", "大堂副理", "Duty manager", 3, DUTY),
        PostSpec("front-office-supervisor", "前厅主管", "Front office supervisor", 2, SHIFT_LEAD | AUDIT),
        PostSpec("receptionist", "接待员", "Receptionist", 1, RECEPTION),
        PostSpec("reservations-clerk", "预订员", "Reservations clerk", 1,
                 KEEP_GUESTS | ORGANISATIONS | BOOK | SEE_DESK),
        PostSpec("cashier", "收银员", "Cashier", 1, SEE_HOUSE | CASH | REFUND),
        PostSpec("night-auditor", "夜审员", "Night auditor", 2, SHIFT_LEAD | AUDIT),
        PostSpec("concierge-supervisor", "礼宾主管", "Concierge supervisor", 2, SEE_HOUSE),
        PostSpec("bellman", "行李员", "Bellman", 1, SEE_DESK),
    )),
    DepartmentSpec("housekeeping", "客房部", "Housekeeping", (
        PostSpec("housekeeping-manager", "客房部经理", "Housekeeping manager", 3, SEE_HOUSE | INSPECT | BLOCK_ROOMS),
        PostSpec("housekeeping-supervisor", "客房主管", "Housekeeping supervisor", 2, SEE_DESK | INSPECT),
        PostSpec("room-attendant", "客房服务员", "Room attendant", 1, CLEAN),
    )),
    DepartmentSpec("dining", "餐饮部", "Food and beverage", (
        PostSpec("dining-director", "餐饮总监", "Director of food and beverage", 4, SEE_ALL),
        PostSpec("dining-manager", "餐饮部经理", "Food and beverage manager", 3, SEE_HOUSE),
        PostSpec("waiter", "餐饮服务员", "Waiter", 1, NOTHING),
    )),
    DepartmentSpec("engineering", "工程部", "Engineering", (
        PostSpec("engineering-manager", "工程部经理", "Engineering manager", 3, SEE_DESK | BLOCK_ROOMS),
        PostSpec("engineer", "工程技工", "Engineer", 1, SEE_ROOMS),
    )),
    DepartmentSpec("finance", "财务部", "Finance", (
        PostSpec("finance-manager", "财务部经理", "Finance manager", 3,
                 SEE_ALL | REFUND | CASH | AUDIT | ORGANISATIONS),
        PostSpec("accountant", "会计", "Accountant", 1, SEE_ALL),
        PostSpec("purchaser", "采供员", "Purchaser", 1, NOTHING),
    )),
    DepartmentSpec("sales", "营销部", "Sales and marketing", (
        PostSpec("sales-manager", "营销部经理", "Sales manager", 3,
                 KEEP_GUESTS | ORGANISATIONS | BOOK | SETTLE_BOOKINGS | SELL | SEE_ALL),
        PostSpec("sales-executive", "销售员", "Sales executive", 1, KEEP_GUESTS | ORGANISATIONS | BOOK | SEE_DESK),
    )),
    DepartmentSpec("quality", "质检部", "Quality control", (
        PostSpec("quality-manager", "质检部经理", "Quality control manager", 3, SEE_HOUSE | INSPECT),
        PostSpec("quality-assistant-manager", "质检部经理助理", "Assistant quality control manager", 2,
                 SEE_DESK | INSPECT),
    )),
    DepartmentSpec("security", "保安部", "Security", (
        PostSpec("security-manager", "保安部经理", "Security manager", 3, SEE_HOUSE | REVEAL),
        PostSpec("security-guard", "保安员", "Security guard", 1, NOTHING),
    )),
    DepartmentSpec("recreation", "康乐部", "Recreation", (
        PostSpec("recreation-manager", "康乐部经理", "Recreation manager", 3, SEE_HOUSE),
        PostSpec("recreation-attendant", "康乐服务员", "Recreation attendant", 1, NOTHING),
    )),
    DepartmentSpec("human-resources", "人力资源部", "Human resources", (
        PostSpec("hr-manager", "人力资源部经理", "Human resources manager", 3, NOTHING),
        PostSpec("trainer", "培训师", "Trainer", 2, NOTHING),
    )),
)  # fmt: skip

POSTS: dict[str, PostSpec] = {post.code: post for department in CATALOGUE for post in department.posts}

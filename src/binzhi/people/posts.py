"""The posts (岗位) a hotel starts with, as its reception rules name them, with the rights each carries.

Rights are written as strings because the contexts they belong to stand above this one; a test holds every
one of them against the contexts' own lists.
"""

from __future__ import annotations

from dataclasses import dataclass

Rights = frozenset[str]
NOTHING: Rights = frozenset()


def _rights(context: str, *names: str) -> Rights:
    return frozenset(f"{context}.{name}" for name in names)


OWN = _rights("people", "own_account")
TOKENS = _rights("people", "manage_tokens")
# Everybody sees who is on duty; managers plan it.
SEE_ROSTER = _rights("people", "view_roster")
PLAN_DUTY = _rights("people", "plan_duty")
MANAGER = 3
SUPERVISOR = 2
# Everybody does tasks; who leads gives them out; who answers for a department may let one go undone.
DO_TASKS = _rights("promises", "view_tasks", "do_tasks")
ASSIGN_TASKS = _rights("promises", "assign_tasks")
WAIVE_TASKS = _rights("promises", "waive_tasks")
START_RUNS = _rights("promises", "start_runs")
EDIT_PROTOCOLS = _rights("promises", "edit_protocols")

# Everybody sees something worth knowing; who serves guests is told what is known; who leads confirms it.
OBSERVE = _rights("guests", "observe")
RECOGNISE = _rights("guests", "recognise")
CONFIRM = _rights("guests", "confirm_preferences")
KEEP_CHIPS = _rights("guests", "keep_chips")

SEE_ROOMS = _rights("property", "view_rooms")
SEE_DESK = _rights("frontdesk", "view_desk") | SEE_ROOMS | RECOGNISE
SEE_GUESTS = _rights("guests", "view_guest")
SEE_BOOKINGS = _rights("reservations", "view_reservations")
SEE_FOLIOS = _rights("billing", "view_folio")
SEE_HOUSE = SEE_DESK | SEE_GUESTS | SEE_BOOKINGS
SEE_ALL = SEE_HOUSE | SEE_FOLIOS

WARN = _rights("guests", "warn")
KEEP_GUESTS = SEE_GUESTS | WARN | _rights("guests", "create_guest", "update_guest")
# The second person of a blacklisting, and what a hotel asks of its guests.
APPROVE_BLACKLIST = WARN | _rights("guests", "approve_blacklist")
MANAGE_FIELDS = _rights("guests", "manage_fields")
REVEAL = _rights("guests", "reveal")
ORGANISATIONS = _rights("guests", "manage_organisations")
# Two files of one person; files out of another system.
MERGE_GUESTS = _rights("guests", "merge")
IMPORT_GUESTS = _rights("guests", "import")

# What a guest agreed to and asked for: noted by whoever keeps files, decided by a second person.
NOTE_PRIVACY = _rights("guests", "record_consent", "ask_rights")
DECIDE_PRIVACY = _rights("guests", "decide_rights", "review_lookups", "hold")
SET_PRIVACY = DECIDE_PRIVACY | _rights("guests", "edit_consent_texts", "set_retention")
# How the relationship with a guest or a company stands, and who calls when.
SEE_RELATIONSHIP = _rights("guests", "view_relationship")
KEEP_RELATIONSHIP = SEE_RELATIONSHIP | _rights("guests", "assess", "plan_contacts")

CLEAN = SEE_ROOMS | _rights("property", "set_room_condition")
INSPECT = CLEAN | _rights("property", "inspect_room")
BLOCK_ROOMS = _rights("reservations", "set_out_of_order")
# Quality control seals the VIP's room, the assistant to the general manager the VVIP's; more may have to get in.
BREAK_SEALS = _rights("property", "break_seal")
SEAL_ROOMS = BREAK_SEALS | _rights("property", "seal_room")

# Honoured guests. Only the general manager decides about a level; the GM's office and sales ask, each for its own.
SEE_VISITS = _rights("vip", "view_visits")
NOTE_VISITS = SEE_VISITS | _rights("vip", "note_event")
PROPOSE_VISITS = SEE_VISITS | _rights("vip", "propose_visit", "put_on_list")
HOST_VISITS = PROPOSE_VISITS | NOTE_VISITS | _rights("vip", "ask_level", "hold_meeting", "plan_visit")
ASK_FOR_OWNER = HOST_VISITS | _rights("vip", "ask_for_owner")
ASK_FOR_KEY_ACCOUNT = HOST_VISITS | _rights("vip", "ask_for_key_account")
ISSUE_NOTICES = _rights("vip", "issue_notice", "report_gm_away", "plan_visit")
MAKE_KEYS = NOTE_VISITS | _rights("vip", "make_keys")
SEAL_VISITS = NOTE_VISITS | _rights("vip", "seal_room", "break_seal")
BREAK_VISIT_SEALS = NOTE_VISITS | _rights("vip", "break_seal")
DRAFT_MENUS = NOTE_VISITS | _rights("vip", "draft_menu", "plan_visit")
RECEIVE_THINGS = NOTE_VISITS | _rights("vip", "receive_purchase")
DELIVER_THINGS = SEE_VISITS | _rights("vip", "deliver_purchase")
DECIDE_VISITS = (
    ASK_FOR_OWNER | ISSUE_NOTICES | MAKE_KEYS | SEAL_VISITS | DRAFT_MENUS | RECEIVE_THINGS | DELIVER_THINGS
    | _rights("vip", "ask_for_key_account", "decide_level", "approve_list", "define_levels", "approve_menu")
)  # fmt: skip

BOOK = SEE_BOOKINGS | _rights("reservations", "create_reservation", "change_reservation", "cancel_reservation")
SETTLE_BOOKINGS = _rights("reservations", "mark_no_show", "reinstate_reservation", "override_price", "waive_fee")
SELL = _rights("reservations", "set_rates", "set_sell_limits", "open_nights", "manage_promotions")
# A price under the floor, and the floor itself.
SELL_UNDER_FLOOR = SELL | _rights("reservations", "break_floor")

# Groups and the waitlist: who books; the desk walks whom it cannot house.
GROUPS = _rights("reservations", "manage_blocks", "manage_waitlist")
WALK = _rights("reservations", "walk_guest")
PARTNERS = _rights("reservations", "manage_partners")
# What agencies are owed.
COMMISSIONS = _rights("reservations", "settle_commission")

RECEIVE = SEE_DESK | _rights(
    "frontdesk", "assign_room", "check_in", "walk_in", "move_room", "change_stay", "check_out",
    "undo_check_in", "undo_check_out",
)  # fmt: skip
OVERRIDE_READINESS = _rights("frontdesk", "override_readiness")
READ_REPORTS = _rights("frontdesk", "view_reports")
AUDIT = READ_REPORTS | _rights("frontdesk", "run_night_audit")
SET_ASSIGNMENT = _rights("frontdesk", "set_assignment")

CASH = SEE_FOLIOS | _rights(
    "billing", "post_charge", "take_payment", "take_deposit", "refund_deposit", "set_routing", "invoice"
)  # fmt: skip
REFUND = _rights("billing", "refund_payment", "reverse_transaction", "transfer_charges", "red_invoice")
# What a post may decide alone is bounded by its limit; who approves is the second person.
LOWER_CHARGES = _rights("billing", "adjust", "pay_out", "post_late_charge")
APPROVE_CORRECTIONS = _rights("billing", "approve_correction", "open_house_account")
SET_COUNTER = _rights("billing", "set_counter", "set_invoices")

RECEPTION = KEEP_GUESTS | NOTE_PRIVACY | REVEAL | BOOK | RECEIVE | CASH | LOWER_CHARGES | CLEAN
SHIFT_LEAD = (
    RECEPTION
    | MERGE_GUESTS
    | REFUND
    | OVERRIDE_READINESS
    | SETTLE_BOOKINGS
    | ORGANISATIONS
    | BLOCK_ROOMS
    | START_RUNS
    | GROUPS
    | WALK
)
DUTY = (
    SHIFT_LEAD | KEEP_RELATIONSHIP | INSPECT | AUDIT | BREAK_SEALS | PROPOSE_VISITS | ISSUE_NOTICES | MAKE_KEYS
    | BREAK_VISIT_SEALS | APPROVE_BLACKLIST | APPROVE_CORRECTIONS | PARTNERS
)  # fmt: skip
EVERYTHING = (
    DUTY | SET_ASSIGNMENT | SET_PRIVACY | IMPORT_GUESTS | MANAGE_FIELDS | KEEP_CHIPS | SELL_UNDER_FLOOR | TOKENS
    | COMMISSIONS | SEAL_ROOMS | EDIT_PROTOCOLS | _rights("guests", "set_vip_level") | SET_COUNTER
)  # fmt: skip


# Messages to guests: everybody who books or receives sends them, who leads looks after what did not go out.
SEND_MESSAGES = _rights("engagement", "view_messages", "send_message")
SETTLE_MESSAGES = SEND_MESSAGES | _rights("engagement", "settle_messages")
WRITE_MESSAGES = SETTLE_MESSAGES | _rights("engagement", "write_templates")
SET_UP_MESSAGES = WRITE_MESSAGES | _rights("engagement", "set_up_messages")
RECEPTION |= SEND_MESSAGES
BOOK |= SEND_MESSAGES
SHIFT_LEAD |= SETTLE_MESSAGES
DUTY |= SETTLE_MESSAGES
EVERYTHING |= SET_UP_MESSAGES

# Rooms that cost nothing, and what the night audit looks at.
GIVE_ROOMS_AWAY = _rights("frontdesk", "approve_free_room")
SET_NIGHT_AUDIT = _rights("frontdesk", "set_night_audit")
DUTY |= GIVE_ROOMS_AWAY
EVERYTHING |= GIVE_ROOMS_AWAY | SET_NIGHT_AUDIT

# Pre-authorisations: whoever takes money; finance and the managers say which bank holds it.
HOLD_CARDS = _rights("billing", "hold_card")
CASH |= HOLD_CARDS
RECEPTION |= HOLD_CARDS
SHIFT_LEAD |= HOLD_CARDS
DUTY |= HOLD_CARDS
SET_COUNTER |= _rights("billing", "set_holds")
EVERYTHING |= HOLD_CARDS | SET_COUNTER

# Key cards: whoever receives guests; the lock system is the front office manager's.
KEY_CARDS = _rights("frontdesk", "make_keys")
SET_LOCKS = _rights("frontdesk", "set_locks")
RECEPTION |= KEY_CARDS
SHIFT_LEAD |= KEY_CARDS
DUTY |= KEY_CARDS
EVERYTHING |= KEY_CARDS | SET_LOCKS

# Registration: who receives keeps the register and looks after reports; who leads sets rules and sees pictures.
KEEP_REGISTER = _rights("frontdesk", "keep_register", "view_police_reports", "settle_police_reports")
SET_REGISTER = KEEP_REGISTER | _rights("frontdesk", "see_document_images", "set_registration", "set_police")
RECEPTION |= KEEP_REGISTER
SHIFT_LEAD |= KEEP_REGISTER
DUTY |= KEEP_REGISTER | _rights("frontdesk", "see_document_images")
EVERYTHING |= SET_REGISTER


# Shifts of others and companies' accounts: who leads looks after them; limits and bad debts are a manager's.
SUPERVISE_SHIFTS = _rights("billing", "supervise_shifts")
KEEP_RECEIVABLES = SEE_FOLIOS | _rights("billing", "manage_receivables", "ask_write_off")
DECIDE_CREDIT = KEEP_RECEIVABLES | _rights("billing", "exceed_credit", "write_off")
SHIFT_LEAD |= SUPERVISE_SHIFTS
DUTY |= SUPERVISE_SHIFTS | _rights("billing", "exceed_credit")
EVERYTHING |= DECIDE_CREDIT | SUPERVISE_SHIFTS

# Messages, wake-up calls and what is kept for guests: reception; bellmen and the concierge keep luggage.
KEEP_THINGS = _rights("frontdesk", "keep_things")
CARE = KEEP_THINGS | _rights("frontdesk", "take_messages", "wake_up")
RECEPTION |= CARE
SHIFT_LEAD |= CARE
DUTY |= CARE
EVERYTHING |= CARE


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
        planning = PLAN_DUTY if self.grade >= MANAGER else NOTHING
        leading = (ASSIGN_TASKS if self.grade >= SUPERVISOR else NOTHING) | (
            WAIVE_TASKS if self.grade >= MANAGER else NOTHING
        )
        confirming = CONFIRM if self.grade >= SUPERVISOR and self.rights & RECOGNISE else NOTHING
        return sorted(self.rights | OWN | SEE_ROSTER | planning | DO_TASKS | leading | OBSERVE | confirming)


@dataclass(frozen=True, slots=True)
class DepartmentSpec:
    code: str
    name: str
    name_en: str
    posts: tuple[PostSpec, ...]


CATALOGUE: tuple[DepartmentSpec, ...] = (
    DepartmentSpec("gm-office", "总办", "General manager's office", (
        PostSpec("general-manager", "总经理", "General manager", 5, EVERYTHING | DECIDE_VISITS),
        PostSpec("gm-assistant", "总经理助理", "Assistant to the general manager", 4,
                 DUTY | DECIDE_PRIVACY | SELL | SEAL_ROOMS | EDIT_PROTOCOLS | ASK_FOR_OWNER | SEAL_VISITS),
        PostSpec("resident-manager", "驻店经理", "Resident manager", 4, EVERYTHING | ASK_FOR_OWNER | SEAL_VISITS),
        PostSpec("gm-office-clerk", "总办文员", "General manager's office clerk", 1,
                 SEE_HOUSE | START_RUNS | ASK_FOR_OWNER),
    )),
    DepartmentSpec("front-office", "前厅部", "Front office", (
        PostSpec("front-office-manager", "前厅部经理", "Front office manager", 3,
                 DUTY | SET_ASSIGNMENT | SET_LOCKS | DECIDE_PRIVACY | IMPORT_GUESTS | SELL_UNDER_FLOOR | TOKENS
                 | KEEP_CHIPS | SET_UP_MESSAGES | SET_REGISTER),
        PostSpec("duty-manager", "大堂副理", "Duty manager", 3, DUTY),
        PostSpec("front-office-supervisor", "前厅主管", "Front office supervisor", 2, SHIFT_LEAD | AUDIT | MAKE_KEYS),
        PostSpec("receptionist", "接待员", "Receptionist", 1, RECEPTION | MAKE_KEYS),
        PostSpec("reservations-clerk", "预订员", "Reservations clerk", 1,
                 KEEP_GUESTS | ORGANISATIONS | BOOK | SEE_DESK | GROUPS),
        PostSpec("cashier", "收银员", "Cashier", 1, SEE_HOUSE | CASH | REFUND | LOWER_CHARGES),
        PostSpec("night-auditor", "夜审员", "Night auditor", 2, SHIFT_LEAD | AUDIT),
        PostSpec("concierge-supervisor", "礼宾主管", "Concierge supervisor", 2, SEE_HOUSE | NOTE_VISITS | CARE),
        PostSpec("bellman", "行李员", "Bellman", 1, SEE_DESK | NOTE_VISITS | CARE),
    )),
    DepartmentSpec("housekeeping", "客房部", "Housekeeping", (
        PostSpec("housekeeping-manager", "客房部经理", "Housekeeping manager", 3,
                 SEE_HOUSE | INSPECT | BLOCK_ROOMS | BREAK_SEALS | START_RUNS | PROPOSE_VISITS | BREAK_VISIT_SEALS
                 | RECEIVE_THINGS | KEEP_CHIPS),
        PostSpec("housekeeping-supervisor", "客房主管", "Housekeeping supervisor", 2,
                 SEE_DESK | INSPECT | START_RUNS | RECEIVE_THINGS),
        PostSpec("room-attendant", "客房服务员", "Room attendant", 1, CLEAN | RECEIVE_THINGS | RECOGNISE),
    )),
    DepartmentSpec("dining", "餐饮部", "Food and beverage", (
        PostSpec("dining-director", "餐饮总监", "Director of food and beverage", 4,
                 SEE_ALL | START_RUNS | PROPOSE_VISITS | DRAFT_MENUS | _rights("vip", "report_gm_away")),
        PostSpec("dining-manager", "餐饮部经理", "Food and beverage manager", 3,
                 SEE_HOUSE | START_RUNS | PROPOSE_VISITS | DRAFT_MENUS),
        PostSpec("waiter", "餐饮服务员", "Waiter", 1, NOTE_VISITS | RECOGNISE),
    )),
    DepartmentSpec("engineering", "工程部", "Engineering", (
        PostSpec("engineering-manager", "工程部经理", "Engineering manager", 3,
                 SEE_DESK | BLOCK_ROOMS | PROPOSE_VISITS),
        PostSpec("engineer", "工程技工", "Engineer", 1, SEE_ROOMS),
    )),
    DepartmentSpec("finance", "财务部", "Finance", (
        PostSpec("finance-manager", "财务部经理", "Finance manager", 3,
                 SEE_ALL | REFUND | CASH | AUDIT | ORGANISATIONS | PROPOSE_VISITS | DELIVER_THINGS | LOWER_CHARGES
                 | APPROVE_CORRECTIONS | SET_COUNTER | SET_NIGHT_AUDIT | SUPERVISE_SHIFTS | DECIDE_CREDIT
                 | COMMISSIONS),
        PostSpec("accountant", "会计", "Accountant", 1, SEE_ALL | READ_REPORTS | KEEP_RECEIVABLES),
        PostSpec("purchaser", "采供员", "Purchaser", 1, DELIVER_THINGS),
    )),
    DepartmentSpec("sales", "营销部", "Sales and marketing", (
        PostSpec("sales-manager", "营销部经理", "Sales manager", 3,
                 KEEP_GUESTS | NOTE_PRIVACY | KEEP_RELATIONSHIP | ORGANISATIONS | BOOK | SETTLE_BOOKINGS | SELL
                 | WRITE_MESSAGES | SEE_ALL | START_RUNS | ASK_FOR_KEY_ACCOUNT | GROUPS),
        PostSpec("sales-executive", "销售员", "Sales executive", 1,
                 KEEP_GUESTS | NOTE_PRIVACY | KEEP_RELATIONSHIP | ORGANISATIONS | BOOK | SEE_DESK
                 | ASK_FOR_KEY_ACCOUNT | GROUPS),
    )),
    DepartmentSpec("quality", "质检部", "Quality control", (
        PostSpec("quality-manager", "质检部经理", "Quality control manager", 3,
                 SEE_HOUSE | INSPECT | SEAL_ROOMS | EDIT_PROTOCOLS | PROPOSE_VISITS | SEAL_VISITS | KEEP_CHIPS),
        PostSpec("quality-assistant-manager", "质检部经理助理", "Assistant quality control manager", 2,
                 SEE_DESK | INSPECT | SEAL_ROOMS | SEAL_VISITS),
    )),
    DepartmentSpec("security", "保安部", "Security", (
        PostSpec("security-manager", "保安部经理", "Security manager", 3,
                 SEE_HOUSE | REVEAL | PROPOSE_VISITS | APPROVE_BLACKLIST | KEEP_REGISTER),
        PostSpec("security-guard", "保安员", "Security guard", 1,
                 SEE_VISITS | RECOGNISE | _rights("frontdesk", "keep_register")),
    )),
    DepartmentSpec("recreation", "康乐部", "Recreation", (
        PostSpec("recreation-manager", "康乐部经理", "Recreation manager", 3, SEE_HOUSE | PROPOSE_VISITS | NOTE_VISITS),
        PostSpec("recreation-attendant", "康乐服务员", "Recreation attendant", 1, RECOGNISE),
    )),
    DepartmentSpec("human-resources", "人力资源部", "Human resources", (
        PostSpec("hr-manager", "人力资源部经理", "Human resources manager", 3, NOTHING),
        PostSpec("trainer", "培训师", "Trainer", 2, NOTHING),
    )),
)  # fmt: skip

POSTS: dict[str, PostSpec] = {post.code: post for department in CATALOGUE for post in department.posts}

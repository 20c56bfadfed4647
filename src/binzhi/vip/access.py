"""Rights of this context."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "vip.view_visits"
    PROPOSE = "vip.propose_visit"
    PLAN = "vip.plan_visit"
    ASK_LEVEL = "vip.ask_level"
    # One of the two routes each: guests of the owner by the GM's office, key accounts by sales.
    ASK_FOR_OWNER = "vip.ask_for_owner"
    ASK_FOR_KEY_ACCOUNT = "vip.ask_for_key_account"
    DECIDE_LEVEL = "vip.decide_level"
    PUT_ON_LIST = "vip.put_on_list"
    APPROVE_LIST = "vip.approve_list"
    DEFINE_LEVELS = "vip.define_levels"
    HOLD_MEETING = "vip.hold_meeting"
    ISSUE_NOTICE = "vip.issue_notice"
    NOTE_EVENT = "vip.note_event"
    REPORT_GM_AWAY = "vip.report_gm_away"
    DRAFT_MENU = "vip.draft_menu"
    APPROVE_MENU = "vip.approve_menu"
    MAKE_KEYS = "vip.make_keys"
    DELIVER_PURCHASE = "vip.deliver_purchase"
    RECEIVE_PURCHASE = "vip.receive_purchase"
    SEAL_ROOM = "vip.seal_room"
    BREAK_SEAL = "vip.break_seal"

"""Operations on visits of honoured guests."""

from binzhi.vip.services.following import follow_stay
from binzhi.vip.services.here import (
    note_arrival,
    note_departure,
    note_event,
    note_feedback,
    note_wish,
    report_gm_away,
)
from binzhi.vip.services.levels import ask_level, decide_level, set_level_directly
from binzhi.vip.services.meals import approve_menu, draft_menu, move_meal, plan_meal, seat_guests
from binzhi.vip.services.preparing import hold_meeting, issue_departure_notice, issue_notice
from binzhi.vip.services.rooms import break_room_seal, follow_broken_seal, seal_visit_room
from binzhi.vip.services.standard import LevelInput, define_level, retire_level, set_amenity
from binzhi.vip.services.standing import approve_standing, end_standing, put_on_standing_list
from binzhi.vip.services.things import (
    deliver_purchase,
    hand_over_key_card,
    make_key_cards,
    order_purchase,
    receive_purchase,
)
from binzhi.vip.services.visits import cancel_visit, move_arrival, propose_visit, update_visit, write_letter

__all__ = [
    "LevelInput",
    "approve_menu",
    "approve_standing",
    "ask_level",
    "break_room_seal",
    "cancel_visit",
    "decide_level",
    "define_level",
    "deliver_purchase",
    "draft_menu",
    "end_standing",
    "follow_broken_seal",
    "follow_stay",
    "hand_over_key_card",
    "hold_meeting",
    "issue_departure_notice",
    "issue_notice",
    "make_key_cards",
    "move_arrival",
    "move_meal",
    "note_arrival",
    "note_departure",
    "note_event",
    "note_feedback",
    "note_wish",
    "order_purchase",
    "plan_meal",
    "propose_visit",
    "put_on_standing_list",
    "receive_purchase",
    "report_gm_away",
    "retire_level",
    "seal_visit_room",
    "seat_guests",
    "set_amenity",
    "set_level_directly",
    "update_visit",
    "write_letter",
]

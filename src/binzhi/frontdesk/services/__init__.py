"""The desk's operations. Each is one transaction with one audit row; walk-in has two, because it books as well."""

from binzhi.frontdesk.night_audit.services import run_night_audit
from binzhi.frontdesk.services.arriving import check_in, register_guest, undo_check_in, walk_in
from binzhi.frontdesk.services.assigning import assign_proposed, assign_room, assign_rooms, unassign_room
from binzhi.frontdesk.services.fixing import fix_room
from binzhi.frontdesk.services.leaving import check_out, undo_check_out
from binzhi.frontdesk.services.staying import extend_stay, move_room, shorten_stay, undo_shorten_stay
from binzhi.frontdesk.services.weighing import set_assignment_weights

__all__ = [
    "assign_proposed",
    "assign_room",
    "assign_rooms",
    "check_in",
    "check_out",
    "extend_stay",
    "fix_room",
    "move_room",
    "register_guest",
    "run_night_audit",
    "set_assignment_weights",
    "shorten_stay",
    "unassign_room",
    "undo_check_in",
    "undo_check_out",
    "undo_shorten_stay",
    "walk_in",
]

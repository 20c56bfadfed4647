"""What may be done at the desk, each right held per hotel."""

from enum import StrEnum


class Permission(StrEnum):
    """Rights of the front desk; posts carry them (see people.posts)."""

    VIEW = "frontdesk.view_desk"
    ASSIGN_ROOM = "frontdesk.assign_room"
    CHECK_IN = "frontdesk.check_in"
    WALK_IN = "frontdesk.walk_in"
    UNDO_CHECK_IN = "frontdesk.undo_check_in"
    CHECK_OUT = "frontdesk.check_out"
    UNDO_CHECK_OUT = "frontdesk.undo_check_out"
    MOVE_ROOM = "frontdesk.move_room"
    CHANGE_STAY = "frontdesk.change_stay"
    OVERRIDE_READINESS = "frontdesk.override_readiness"
    RUN_NIGHT_AUDIT = "frontdesk.run_night_audit"
    # Assignment of rooms.
    SET_ASSIGNMENT = "frontdesk.set_assignment"
    # The night audit's reports; rooms that cost nothing.
    VIEW_REPORTS = "frontdesk.view_reports"
    SET_NIGHT_AUDIT = "frontdesk.set_night_audit"
    APPROVE_FREE_ROOM = "frontdesk.approve_free_room"
    # Key cards.
    MAKE_KEYS = "frontdesk.make_keys"
    SET_LOCKS = "frontdesk.set_locks"
    # Registration: visitors, minors' alarms, pictures of documents, the rules; reports to the police.
    REGISTER = "frontdesk.keep_register"
    SEE_IMAGES = "frontdesk.see_document_images"
    SET_REGISTRATION = "frontdesk.set_registration"
    SEE_REPORTS = "frontdesk.view_police_reports"
    SETTLE_REPORTS = "frontdesk.settle_police_reports"
    SET_POLICE = "frontdesk.set_police"
    # The worker's alone.
    SEND_REPORTS = "frontdesk.send_police_reports"
    CLEAR_IMAGES = "frontdesk.clear_document_images"
    # Messages for guests, wake-up calls, what is kept for them.
    TAKE_MESSAGES = "frontdesk.take_messages"
    WAKE_UP = "frontdesk.wake_up"
    KEEP_THINGS = "frontdesk.keep_things"

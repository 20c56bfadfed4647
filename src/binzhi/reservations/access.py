"""Rights of this context."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "reservations.view_reservations"
    CREATE = "reservations.create_reservation"
    CHANGE = "reservations.change_reservation"
    CANCEL = "reservations.cancel_reservation"
    WAIVE_FEE = "reservations.waive_fee"
    MARK_NO_SHOW = "reservations.mark_no_show"
    REINSTATE = "reservations.reinstate_reservation"
    OVERRIDE_PRICE = "reservations.override_price"
    SET_RATES = "reservations.set_rates"
    SET_SELL_LIMITS = "reservations.set_sell_limits"
    SET_OUT_OF_ORDER = "reservations.set_out_of_order"
    OPEN_NIGHTS = "reservations.open_nights"
    # Rates and rules
    BREAK_FLOOR = "reservations.break_floor"
    MANAGE_PROMOTIONS = "reservations.manage_promotions"
    # Groups, the waitlist.
    MANAGE_BLOCKS = "reservations.manage_blocks"
    MANAGE_WAITLIST = "reservations.manage_waitlist"
    WALK_GUEST = "reservations.walk_guest"
    MANAGE_PARTNERS = "reservations.manage_partners"
    # Commissions.
    SETTLE_COMMISSION = "reservations.settle_commission"

"""What may be done with money, each right held per hotel."""

from enum import StrEnum


class Permission(StrEnum):
    """Rights of the cashier's desk; posts carry them (see people.posts)."""

    VIEW = "billing.view_folio"
    POST_CHARGE = "billing.post_charge"
    TAKE_PAYMENT = "billing.take_payment"
    REFUND_PAYMENT = "billing.refund_payment"
    TAKE_DEPOSIT = "billing.take_deposit"
    REFUND_DEPOSIT = "billing.refund_deposit"
    REVERSE = "billing.reverse_transaction"
    TRANSFER = "billing.transfer_charges"
    # The folio's rules, corrections and invoices.
    ROUTE = "billing.set_routing"
    ADJUST = "billing.adjust"
    PAY_OUT = "billing.pay_out"
    APPROVE = "billing.approve_correction"
    LATE_CHARGE = "billing.post_late_charge"
    HOUSE = "billing.open_house_account"
    SET_COUNTER = "billing.set_counter"
    INVOICE = "billing.invoice"
    RED_INVOICE = "billing.red_invoice"
    SET_INVOICES = "billing.set_invoices"
    # Cashier shifts: one's own is opened and closed by whoever takes payments.
    SUPERVISE_SHIFTS = "billing.supervise_shifts"
    # Companies' accounts.
    RECEIVABLES = "billing.manage_receivables"
    EXCEED_CREDIT = "billing.exceed_credit"
    ASK_WRITE_OFF = "billing.ask_write_off"
    WRITE_OFF = "billing.write_off"
    # Pre-authorisations.
    HOLD = "billing.hold_card"
    SET_HOLDS = "billing.set_holds"

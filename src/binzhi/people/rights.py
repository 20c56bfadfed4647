"""Rights in words, for the screens that let one choose them. A test holds the list against the contexts' own."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CONTEXTS: dict[str, Promise] = {
    "frontdesk": pgettext_lazy("rights", "Front desk"),
    "reservations": pgettext_lazy("rights", "Reservations and rates"),
    "billing": pgettext_lazy("rights", "Cashier"),
    "guests": pgettext_lazy("rights", "Guest files"),
    "property": pgettext_lazy("rights", "Rooms"),
    "promises": pgettext_lazy("rights", "Tasks and protocols"),
    "vip": pgettext_lazy("rights", "VIP reception"),
    "people": pgettext_lazy("rights", "Account and roster"),
}
WORDS: dict[str, Promise] = {
    "frontdesk.view_desk": _("See arrivals, in-house, departures and the rack"),
    "frontdesk.assign_room": pgettext_lazy("right", "Assign rooms"),
    "frontdesk.check_in": pgettext_lazy("right", "Check in"),
    "frontdesk.walk_in": _("Take walk-ins"),
    "frontdesk.undo_check_in": _("Take a check-in back"),
    "frontdesk.check_out": pgettext_lazy("right", "Check out"),
    "frontdesk.undo_check_out": _("Take a check-out back"),
    "frontdesk.move_room": _("Move guests"),
    "frontdesk.change_stay": _("Extend and shorten stays"),
    "frontdesk.override_readiness": _("Give a room that is not ready"),
    "frontdesk.run_night_audit": pgettext_lazy("right", "Run the night audit"),
    "frontdesk.set_assignment": _("Set what weighs how much when rooms are proposed"),
    "reservations.view_reservations": _("See reservations"),
    "reservations.create_reservation": _("Make reservations"),
    "reservations.change_reservation": _("Change and confirm reservations"),
    "reservations.cancel_reservation": _("Cancel reservations"),
    "reservations.mark_no_show": _("Mark no-shows"),
    "reservations.reinstate_reservation": _("Reinstate reservations"),
    "reservations.override_price": _("Set a price by hand"),
    "reservations.waive_fee": _("Waive fees"),
    "reservations.set_rates": _("Set rates"),
    "reservations.manage_promotions": _("Make promotion codes, agreements and members' rates"),
    "reservations.break_floor": _("Set floors and sell below them"),
    "reservations.set_sell_limits": _("Set limits of sale"),
    "reservations.open_nights": _("Open nights for sale"),
    "reservations.set_out_of_order": _("Take rooms out of order"),
    "billing.view_folio": _("See bills"),
    "billing.post_charge": _("Post charges"),
    "billing.take_payment": _("Take payments"),
    "billing.take_deposit": _("Take deposits"),
    "billing.refund_deposit": _("Return deposits"),
    "billing.refund_payment": _("Refund payments"),
    "billing.reverse_transaction": _("Reverse postings"),
    "billing.transfer_charges": _("Transfer charges"),
    "guests.view_guest": _("See guest files"),
    "guests.create_guest": _("Open guest files"),
    "guests.update_guest": _("Change guest files, add documents"),
    "guests.reveal": _("Look at masked values"),
    "guests.set_vip_level": _("Set a guest's level"),
    "guests.manage_fields": _("Choose the fields of the guest file"),
    "guests.warn": _("Warn of a guest"),
    "guests.approve_blacklist": _("Agree to a blacklisting"),
    "guests.manage_organisations": _("Add organisations"),
    "guests.merge": _("Join two files of one guest, take them apart"),
    "guests.import": _("Import guest files"),
    "guests.observe": _("Note observations of guests"),
    "guests.recognise": _("See recognition cards of guests"),
    "guests.confirm_preferences": _("Confirm preferences of guests"),
    "guests.keep_chips": _("Set what phones offer for observing"),
    "guests.record_consent": _("Note what a guest agreed to"),
    "guests.edit_consent_texts": _("Publish the words of consents"),
    "guests.review_lookups": _("Review who looked at whom"),
    "guests.set_retention": _("Set how long data stays"),
    "guests.hold": _("Put files on legal hold"),
    "guests.ask_rights": _("Note requests for a copy or erasure"),
    "guests.decide_rights": _("Decide requests for a copy or erasure"),
    "guests.view_relationship": _("See relationships and planned visits"),
    "guests.assess": _("Assess relationships"),
    "guests.plan_contacts": _("Plan visits and note results"),
    "property.view_rooms": _("See rooms"),
    "property.set_room_condition": _("Set the condition of rooms"),
    "property.inspect_room": _("Inspect rooms"),
    "property.seal_room": _("Seal rooms"),
    "property.break_seal": _("Break the seal of a room"),
    "promises.view_tasks": _("See tasks and receptions"),
    "promises.do_tasks": _("Do and sign tasks"),
    "promises.assign_tasks": _("Give tasks to people"),
    "promises.waive_tasks": _("Let a task go undone"),
    "promises.start_runs": _("Start and move receptions"),
    "promises.edit_protocols": _("Change protocols"),
    "vip.view_visits": _("See VIP visits"),
    "vip.propose_visit": _("Propose VIP visits"),
    "vip.plan_visit": _("Plan, move and cancel VIP visits"),
    "vip.ask_level": _("Ask for a reception level"),
    "vip.ask_for_owner": _("Ask for guests of the owner"),
    "vip.ask_for_key_account": _("Ask for key accounts"),
    "vip.decide_level": _("Decide reception levels"),
    "vip.put_on_list": _("Put forward for the standing list"),
    "vip.approve_list": _("Approve the standing list"),
    "vip.define_levels": _("Define levels and amenities"),
    "vip.hold_meeting": _("Keep the minutes of a reception meeting"),
    "vip.issue_notice": _("Issue reception notices"),
    "vip.note_event": _("Note what VIP guests do"),
    "vip.report_gm_away": _("Report the general manager away"),
    "vip.draft_menu": _("Draft menus for VIP meals"),
    "vip.approve_menu": _("Approve menus for VIP meals"),
    "vip.make_keys": _("Make key cards for VIP guests"),
    "vip.deliver_purchase": _("Deliver purchases for VIP visits"),
    "vip.receive_purchase": _("Receive purchases for VIP visits"),
    "vip.seal_room": _("Seal rooms of VIP visits"),
    "vip.break_seal": _("Break the seal of a VIP room"),
    "people.own_account": _("Keep one's own account"),
    "people.manage_tokens": _("Make API tokens"),
    "people.view_roster": _("See the roster"),
    "people.plan_duty": _("Plan the roster"),
}


def grouped(rights: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Rights by context, each with its words; what has none speaks by its name."""
    held = set(rights)
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for context, label in CONTEXTS.items():
        ordered = [right for right in WORDS if right.startswith(f"{context}.") and right in held]
        ordered += sorted(right for right in held if right.startswith(f"{context}.") and right not in WORDS)
        if ordered:
            groups.append((str(label), [(right, str(WORDS.get(right, right))) for right in ordered]))
    return groups

"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from binzhi.frontdesk.today.web import today
from binzhi.frontdesk.web import (
    arrangement,
    assigning,
    calendar,
    check_in,
    check_out,
    groups,
    kept,
    keys,
    lists,
    night_audit,
    notes,
    rack,
    recognition,
    staying,
    together,
    wake_up,
    walk_in,
    weighing,
)

app_name = "frontdesk"
urlpatterns = [
    path("h/<slug:hotel>/today", today, name="today"),
    path("h/<slug:hotel>/arrivals", lists.arrivals_list, name="arrivals"),
    path("h/<slug:hotel>/arrivals/rooms", assigning.propose, name="propose"),
    path("h/<slug:hotel>/in-house", lists.in_house_list, name="in_house"),
    path("h/<slug:hotel>/departures", lists.departures_list, name="departures"),
    path("h/<slug:hotel>/walk-in", walk_in.walk_in_screen, name="walk_in"),
    path("h/<slug:hotel>/walk-in/parts", walk_in.parts, name="walk_in_parts"),
    path("h/<slug:hotel>/rooms", rack.rack_screen, name="rack"),
    path("h/<slug:hotel>/rooms/<str:number>", rack.room_screen, name="room"),
    path("h/<slug:hotel>/rooms/<str:number>/condition", rack.set_condition, name="condition"),
    path("h/<slug:hotel>/rooms/<str:number>/do-not-disturb", rack.set_sign, name="do_not_disturb"),
    path("h/<slug:hotel>/stays/<int:stay>/check-in", check_in.check_in_screen, name="check_in"),
    path("h/<slug:hotel>/stays/<int:stay>/check-in/undo", check_in.undo, name="undo_check_in"),
    path("h/<slug:hotel>/stays/<int:stay>/guests", check_in.register_screen, name="register"),
    path("h/<slug:hotel>/stays/<int:stay>/room", assigning.assign, name="assign"),
    path("h/<slug:hotel>/stays/<int:stay>/room/take-back", assigning.unassign, name="unassign"),
    path("h/<slug:hotel>/stays/<int:stay>/move", staying.move, name="move"),
    path("h/<slug:hotel>/stays/<int:stay>/dates", staying.dates, name="dates"),
    path("h/<slug:hotel>/stays/<int:stay>/dates/undo", staying.undo_dates, name="undo_dates"),
    path("h/<slug:hotel>/stays/<int:stay>/check-out", check_out.check_out_screen, name="check_out"),
    path("h/<slug:hotel>/stays/<int:stay>/check-out/late-fee", check_out.late_fee, name="late_fee"),
    path("h/<slug:hotel>/stays/<int:stay>/check-out/undo", check_out.undo, name="undo_check_out"),
    path("h/<slug:hotel>/night-audit", night_audit.night_audit, name="night_audit"),
    path("h/<slug:hotel>/night-audit/run", night_audit.run, name="night_audit_run"),
    path("h/<slug:hotel>/recognition", recognition.recognition, name="recognition"),
    path("h/<slug:hotel>/recognition/<int:stay>", recognition.recognition_card, name="recognition_card"),
    path(
        "h/<slug:hotel>/recognition/<int:stay>/pictures/<int:picture_id>",
        recognition.noted_picture,
        name="noted_picture",
    ),
    path("h/<slug:hotel>/arrivals/rooms/weights", weighing.weights_screen, name="assignment_weights"),
    path("h/<slug:hotel>/stays/<int:stay>/arrangement", arrangement.arrangement, name="arrangement"),
    # Room calendar.
    path("h/<slug:hotel>/calendar", calendar.calendar_screen, name="calendar"),
    path("h/<slug:hotel>/calendar/data", calendar.data, name="calendar_data"),
    path("h/<slug:hotel>/calendar/<int:stay>", calendar.stay_panel, name="calendar_stay"),
    path("h/<slug:hotel>/calendar/<int:stay>/place", calendar.place, name="calendar_place"),
    path("h/<slug:hotel>/calendar/<int:stay>/split", calendar.split, name="calendar_split"),
    path("h/<slug:hotel>/documents/check", check_in.document_check, name="document_check"),
    # Groups at the desk.
    path("h/<slug:hotel>/groups/<int:block_id>/check-in", groups.check_in, name="group_check_in"),
    path("h/<slug:hotel>/groups/<int:block_id>/check-out", groups.check_out, name="group_check_out"),
    path("h/<slug:hotel>/groups/<int:block_id>/master", groups.set_master, name="group_master"),
    path("h/<slug:hotel>/groups/<int:block_id>/master/move", groups.move, name="group_move"),
    # Key cards.
    path("h/<slug:hotel>/keys", keys.log, name="keys"),
    path("h/<slug:hotel>/keys/locks", keys.locks, name="key_locks"),
    path("h/<slug:hotel>/keys/<int:key_id>/void", keys.void, name="void_key"),
    path("h/<slug:hotel>/stays/<int:stay>/keys", keys.of_stay, name="stay_keys"),
    # Messages, wake-up calls, things in keeping.
    path("h/<slug:hotel>/notes", notes.listing, name="notes"),
    path("h/<slug:hotel>/notes/<int:message_id>", notes.finish, name="finish_note"),
    path("h/<slug:hotel>/wake-ups", wake_up.listing, name="wake_ups"),
    path("h/<slug:hotel>/wake-ups/<int:call_id>", wake_up.note, name="note_wake_up"),
    path("h/<slug:hotel>/kept", kept.listing, name="kept"),
    path("h/<slug:hotel>/kept/<int:thing_id>", kept.thing, name="kept_thing"),
    path("h/<slug:hotel>/kept/<int:thing_id>/receipt.pdf", kept.receipt, name="kept_receipt"),
    # Sharers and joined rooms.
    path("h/<slug:hotel>/stays/<int:stay>/together", together.together, name="together"),
    path("h/<slug:hotel>/stays/<int:stay>/together/part", together.part, name="part_room"),
    path("h/<slug:hotel>/stays/<int:stay>/together/out", together.check_out_all, name="party_out"),
    path("h/<slug:hotel>/stays/<int:stay>/together/<int:registration_id>/leave", together.leave, name="sharer_leaves"),
]

"""Addresses of the receptions of honoured guests."""

from __future__ import annotations

from django.urls import path

from binzhi.vip.web import here, levels, lists, page, papers, preparing, printed, standard, standing, things

app_name = "vip"
urlpatterns = [
    path("h/<slug:hotel>/vip", lists.visit_list, name="list"),
    path("h/<slug:hotel>/vip/new", lists.propose, name="new"),
    path("h/<slug:hotel>/vip/stays/<int:room_reservation_id>", lists.of_stay, name="of_stay"),
    path("h/<slug:hotel>/vip/standing", standing.standing_screen, name="standing"),
    path("h/<slug:hotel>/vip/standing/new", standing.put_forward, name="put_forward"),
    path("h/<slug:hotel>/vip/standing/<int:entry_id>/approve", standing.approve, name="approve_standing"),
    path("h/<slug:hotel>/vip/standing/<int:entry_id>/end", standing.end, name="end_standing"),
    path("h/<slug:hotel>/vip/levels", standard.levels_screen, name="levels"),
    path("h/<slug:hotel>/vip/levels/save", standard.save, name="save_level"),
    path("h/<slug:hotel>/vip/levels/<slug:code>/retire", standard.retire, name="retire_level"),
    path("h/<slug:hotel>/vip/<int:visit_id>", page.visit_screen, name="visit"),
    path("h/<slug:hotel>/vip/<int:visit_id>/edit", page.edit, name="edit"),
    path("h/<slug:hotel>/vip/<int:visit_id>/move", page.move, name="move"),
    path("h/<slug:hotel>/vip/<int:visit_id>/cancel", page.cancel, name="cancel"),
    path("h/<slug:hotel>/vip/<int:visit_id>/ask", levels.ask, name="ask"),
    path("h/<slug:hotel>/vip/<int:visit_id>/set-level", levels.set_directly, name="set_level"),
    path("h/<slug:hotel>/vip/<int:visit_id>/requests/<int:request_id>", levels.decide, name="decide"),
    path("h/<slug:hotel>/vip/<int:visit_id>/meetings", preparing.meeting, name="meeting"),
    path("h/<slug:hotel>/vip/<int:visit_id>/notice", preparing.notice, name="issue_notice"),
    path("h/<slug:hotel>/vip/<int:visit_id>/departure-notice", preparing.departure_notice, name="issue_departure"),
    path("h/<slug:hotel>/vip/<int:visit_id>/meals", things.plan, name="plan_meal"),
    path("h/<slug:hotel>/vip/<int:visit_id>/meals/<int:menu_id>/move", things.move, name="move_meal"),
    path("h/<slug:hotel>/vip/<int:visit_id>/meals/<int:menu_id>/draft", things.draft, name="draft_menu"),
    path("h/<slug:hotel>/vip/<int:visit_id>/meals/<int:menu_id>/approve", things.approve, name="approve_menu"),
    path("h/<slug:hotel>/vip/<int:visit_id>/purchases", things.order, name="order"),
    path("h/<slug:hotel>/vip/<int:visit_id>/purchases/<int:purchase_id>/deliver", things.deliver, name="deliver"),
    path("h/<slug:hotel>/vip/<int:visit_id>/purchases/<int:purchase_id>/receive", things.receive, name="receive"),
    path("h/<slug:hotel>/vip/<int:visit_id>/cards", things.make_cards, name="make_cards"),
    path("h/<slug:hotel>/vip/<int:visit_id>/cards/hand-over", things.hand_over, name="hand_over"),
    path("h/<slug:hotel>/vip/<int:visit_id>/arrived", here.arrived, name="arrived"),
    path("h/<slug:hotel>/vip/<int:visit_id>/departed", here.departed, name="departed"),
    path("h/<slug:hotel>/vip/<int:visit_id>/events", here.event, name="event"),
    path("h/<slug:hotel>/vip/<int:visit_id>/wishes", here.wish, name="wish"),
    path("h/<slug:hotel>/vip/<int:visit_id>/feedback", here.feedback, name="feedback"),
    path("h/<slug:hotel>/vip/<int:visit_id>/gm-away", here.gm_away, name="gm_away"),
    path("h/<slug:hotel>/vip/<int:visit_id>/seal", here.seal, name="seal"),
    path("h/<slug:hotel>/vip/<int:visit_id>/break-seal", here.break_seal, name="break_seal"),
    path("h/<slug:hotel>/vip/<int:visit_id>/notice.pdf", papers.notice_pdf, name="notice_pdf"),
    path("h/<slug:hotel>/vip/<int:visit_id>/seal.pdf", papers.seal_pdf, name="seal_pdf"),
    path("h/<slug:hotel>/vip/<int:visit_id>/departure.pdf", papers.departure_pdf, name="departure_pdf"),
    path("h/<slug:hotel>/vip/<int:visit_id>/board.pdf", printed.board_pdf, name="board_pdf"),
    path("h/<slug:hotel>/vip/<int:visit_id>/letter.pdf", printed.letter_pdf, name="letter_pdf"),
    path("h/<slug:hotel>/vip/<int:visit_id>/letter", printed.write_letter, name="write_letter"),
    path("h/<slug:hotel>/vip/<int:visit_id>/meals/<int:menu_id>/seats", printed.seats, name="seats"),
    path("h/<slug:hotel>/vip/<int:visit_id>/meals/<int:menu_id>/seats.pdf", printed.seats_pdf, name="seats_pdf"),
]

"""Addresses of the reservation screens."""

from __future__ import annotations

from django.urls import path

from binzhi.reservations.web import (
    actions,
    block_print,
    blocks,
    booking,
    changing,
    commissions,
    conditions,
    contents,
    denials,
    detail,
    entitled,
    listing,
    rates_grid,
    rates_rules,
    rooming,
    waitlist,
    walks,
)

app_name = "reservations"
urlpatterns = [
    path("h/<slug:hotel>/reservations", listing.listing, name="list"),
    path("h/<slug:hotel>/reservations/new", booking.new, name="new"),
    path("h/<slug:hotel>/reservations/new/parts", booking.parts, name="parts"),
    path("h/<slug:hotel>/reservations/<str:number>", detail.detail, name="detail"),
    path("h/<slug:hotel>/reservations/<str:number>/confirm", actions.confirm, name="confirm"),
    path("h/<slug:hotel>/reservations/<str:number>/details", actions.details, name="details"),
    path("h/<slug:hotel>/reservations/<str:number>/cancel", actions.cancel, name="cancel"),
    path("h/<slug:hotel>/reservations/<str:number>/rooms/<int:position>/change", changing.change, name="change"),
    path("h/<slug:hotel>/reservations/<str:number>/rooms/<int:position>/quote", changing.quote, name="quote"),
    path("h/<slug:hotel>/reservations/<str:number>/rooms/<int:position>/no-show", actions.no_show, name="no_show"),
    path(
        "h/<slug:hotel>/reservations/<str:number>/rooms/<int:position>/reinstate", actions.reinstate, name="reinstate"
    ),
    # Rates and rules
    path("h/<slug:hotel>/rates", rates_grid.rates, name="rates"),
    path("h/<slug:hotel>/rates/paint", rates_grid.paint, name="paint"),
    path("h/<slug:hotel>/rates/apply", rates_grid.apply, name="apply_rules"),
    path("h/<slug:hotel>/rates/paintings", rates_grid.paintings, name="paintings"),
    path("h/<slug:hotel>/rates/paintings/<int:painting_id>/undo", rates_grid.undo, name="undo_painting"),
    path("h/<slug:hotel>/rate-rules", rates_rules.rules, name="rate_rules"),
    path("h/<slug:hotel>/rate-rules/new", rates_rules.new_rule, name="new_rate_rule"),
    path("h/<slug:hotel>/rate-rules/<int:rule_id>", rates_rules.rule, name="rate_rule"),
    path("h/<slug:hotel>/rate-rules/<int:rule_id>/drop", rates_rules.drop_rule, name="drop_rate_rule"),
    path("h/<slug:hotel>/rate-rules/season", rates_rules.season, name="season"),
    path("h/<slug:hotel>/rate-rules/season/<int:season_id>/drop", rates_rules.drop_season, name="drop_season"),
    path("h/<slug:hotel>/rate-rules/base", rates_rules.base, name="base_price"),
    path("h/<slug:hotel>/rate-rules/conditions", conditions.new, name="new_conditions"),
    path("h/<slug:hotel>/rate-rules/conditions/of-rate", conditions.of_plan, name="plan_conditions"),
    path("h/<slug:hotel>/rate-access", entitled.entitled, name="entitled"),
    path("h/<slug:hotel>/rate-access/code", entitled.promotion, name="promotion"),
    path("h/<slug:hotel>/rate-access/code/<int:promotion_id>/end", entitled.end, name="end_promotion"),
    path("h/<slug:hotel>/rate-access/agreed", entitled.agreed, name="agreed_price"),
    path("h/<slug:hotel>/rate-access/members", entitled.members, name="members_rate"),
    path("h/<slug:hotel>/deposits", conditions.deposits, name="deposits"),
    path("h/<slug:hotel>/reservations/<str:number>/deposit", conditions.take, name="take_deposit"),
    path("h/<slug:hotel>/rate-rules/day", rates_rules.day, name="calendar_day"),
    # Packages, more people, commissions.
    path("h/<slug:hotel>/rate-contents", contents.contents, name="contents"),
    path("h/<slug:hotel>/rate-contents/<slug:plan>/parts", contents.parts, name="parts_of_rate"),
    path("h/<slug:hotel>/rate-contents/<slug:plan>/extras", contents.extras, name="extras_of_rate"),
    path("h/<slug:hotel>/commissions", commissions.overview, name="commissions"),
    path("h/<slug:hotel>/commissions/promise", commissions.promise, name="promise_commission"),
    # Groups.
    path("h/<slug:hotel>/groups", blocks.listing, name="blocks"),
    path("h/<slug:hotel>/groups/new", blocks.new, name="new_block"),
    path("h/<slug:hotel>/groups/<int:block_id>", blocks.page, name="block"),
    path("h/<slug:hotel>/groups/<int:block_id>/edit", blocks.edit, name="edit_block"),
    path("h/<slug:hotel>/groups/<int:block_id>/rooms", blocks.rooms, name="block_rooms"),
    path("h/<slug:hotel>/groups/<int:block_id>/state", blocks.status, name="block_status"),
    path("h/<slug:hotel>/groups/<int:block_id>/release", blocks.release, name="release_block"),
    path("h/<slug:hotel>/groups/<int:block_id>/wash", blocks.wash, name="wash_block"),
    path("h/<slug:hotel>/groups/<int:block_id>/pick-up", blocks.pick, name="pick_block"),
    path("h/<slug:hotel>/groups/<int:block_id>/list", block_print.sheet, name="block_sheet"),
    path("h/<slug:hotel>/groups/<int:block_id>/rooming", rooming.upload, name="rooming"),
    # The waitlist, denials.
    path("h/<slug:hotel>/waitlist", waitlist.waitlist, name="waitlist"),
    path("h/<slug:hotel>/waitlist/<int:entry_id>/book", waitlist.book, name="waitlist_book"),
    path("h/<slug:hotel>/waitlist/<int:entry_id>", waitlist.act, name="waitlist_act"),
    path("h/<slug:hotel>/denials", denials.report, name="denials"),
    path("h/<slug:hotel>/denials/note", denials.deny, name="deny"),
    # Overbooking and walks.
    path("h/<slug:hotel>/walks", walks.overview, name="walks"),
    path("h/<slug:hotel>/walks/partners", walks.partners, name="partners"),
    path("h/<slug:hotel>/walks/of/<int:stay>", walks.walk, name="walk"),
    path("h/<slug:hotel>/walks/<int:walk_id>/costs", walks.costs, name="walk_costs"),
    path("h/<slug:hotel>/walks/<int:walk_id>/payments", walks.pay, name="walk_pay"),
    path("h/<slug:hotel>/walks/<int:walk_id>/letter", walks.letter, name="walk_letter"),
]

"""What a visit needs: meals and their menus, purchases, the two key cards."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from binzhi.kernel.errors import NotFound
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common
from binzhi.vip import services
from binzhi.vip.access import Permission
from binzhi.vip.queries import VisitView
from binzhi.vip.web import forms
from binzhi.vip.web.page import answer, press, visit_of


def _with(request: StaffRequest, visit_id: int, papers: str, paper_id: int) -> VisitView:
    """The visit, which must have that paper. Raises NotFound."""
    view = visit_of(request, visit_id)
    found: list[dict[str, Any]] = getattr(view, papers)
    if paper_id not in {one["id"] for one in found}:
        raise NotFound(field=papers)
    return view


# ---------------------------------------------------------------- meals


@require_POST
@screen(Permission.PLAN)
def plan(request: StaffRequest, visit_id: int) -> HttpResponse:
    view, form = visit_of(request, visit_id), forms.MealForm(request.POST, hotel=hotel_of(request))
    return answer(
        request, view, form, lambda: services.plan_meal(visit_id=visit_id, **form.cleaned_data, **common(request)),
        done=_("The meal is planned; its tasks are counted from its start."), part="meals",
    )  # fmt: skip


@require_POST
@screen(Permission.PLAN)
def move(request: StaffRequest, visit_id: int, menu_id: int) -> HttpResponse:
    view = _with(request, visit_id, "menus", menu_id)
    form = forms.MoveMealForm(request.POST, hotel=hotel_of(request), suffix=f"-{menu_id}")
    return answer(
        request, view, form, lambda: services.move_meal(menu_id=menu_id, **form.cleaned_data, **common(request)),
        done=_("Moved, and its open tasks with it."), part="meals",
    )  # fmt: skip


@require_POST
@screen(Permission.DRAFT_MENU)
def draft(request: StaffRequest, visit_id: int, menu_id: int) -> HttpResponse:
    view = _with(request, visit_id, "menus", menu_id)
    form = forms.DraftForm(request.POST, hotel=hotel_of(request), suffix=f"-{menu_id}")
    return answer(
        request, view, form, lambda: services.draft_menu(menu_id=menu_id, **form.cleaned_data, **common(request)),
        done=_("The menu is drafted; the general manager approves it."), part="meals",
    )  # fmt: skip


@require_POST
@screen(Permission.APPROVE_MENU)
def approve(request: StaffRequest, visit_id: int, menu_id: int) -> HttpResponse:
    view = _with(request, visit_id, "menus", menu_id)
    return press(
        request, view, lambda: services.approve_menu(menu_id=menu_id, **common(request)),
        done=_("The menu is approved and changes no more."), part="meals",
    )  # fmt: skip


# ---------------------------------------------------------------- purchases


@require_POST
@screen(Permission.PLAN)
def order(request: StaffRequest, visit_id: int) -> HttpResponse:
    view, form = visit_of(request, visit_id), forms.OrderForm(request.POST, hotel=hotel_of(request))
    return answer(
        request, view, form, lambda: services.order_purchase(visit_id=visit_id, **form.cleaned_data, **common(request)),
        done=_("Ordered."), part="purchases",
    )  # fmt: skip


@require_POST
@screen(Permission.DELIVER_PURCHASE)
def deliver(request: StaffRequest, visit_id: int, purchase_id: int) -> HttpResponse:
    view = _with(request, visit_id, "purchases", purchase_id)
    return press(
        request, view, lambda: services.deliver_purchase(purchase_id=purchase_id, **common(request)),
        done=_("Delivered; it waits for who receives it."), part="purchases",
    )  # fmt: skip


@require_POST
@screen(Permission.RECEIVE_PURCHASE)
def receive(request: StaffRequest, visit_id: int, purchase_id: int) -> HttpResponse:
    view = _with(request, visit_id, "purchases", purchase_id)
    return press(
        request, view, lambda: services.receive_purchase(purchase_id=purchase_id, **common(request)),
        done=_("Received."), part="purchases",
    )  # fmt: skip


# ---------------------------------------------------------------- key cards


@require_POST
@screen(Permission.MAKE_KEYS)
def make_cards(request: StaffRequest, visit_id: int) -> HttpResponse:
    view = visit_of(request, visit_id)
    return press(
        request, view, lambda: services.make_key_cards(visit_id=visit_id, **common(request)),
        done=_("Two cards are made: one for the leader, one for the room."), part="cards",
    )  # fmt: skip


@require_POST
@screen(Permission.MAKE_KEYS)
def hand_over(request: StaffRequest, visit_id: int) -> HttpResponse:
    view, purpose = visit_of(request, visit_id), request.POST.get("purpose", "")
    if purpose not in {card["purpose"] for card in view.cards}:
        raise NotFound(field="card")
    form = forms.HandOverForm(request.POST, hotel=hotel_of(request), suffix=f"-{purpose}")
    return answer(
        request, view, form,
        lambda: services.hand_over_key_card(visit_id=visit_id, **form.cleaned_data, **common(request)),
        done=_("The card is handed over."), part="cards",
    )  # fmt: skip

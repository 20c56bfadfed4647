"""Addresses of the reservation screens."""

from __future__ import annotations

from django.urls import path

from binzhi.reservations.web import actions, booking, changing, detail, listing

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
]

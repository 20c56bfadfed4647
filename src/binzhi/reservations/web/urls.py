"""Addresses of the reservation screens."""

from __future__ import annotations

from django.urls import path

from binzhi.reservations.web import booking, listing

app_name = "reservations"
urlpatterns = [
    path("h/<str:hotel>/reservations", listing.listing, name="list"),
    path("h/<str:hotel>/reservations/new", booking.new, name="new"),
    path("h/<str:hotel>/reservations/new/parts", booking.parts, name="parts"),
]

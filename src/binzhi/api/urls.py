"""Where the API lives."""

from __future__ import annotations

from django.urls import path

from binzhi.api.core import api
from binzhi.api.routers import availability, folios, guests, house, reservations, stays

for _router in (
    availability.router,
    reservations.router,
    stays.router,
    folios.router,
    guests.router,
    house.router,
):
    api.add_router("/v1", _router)

urlpatterns = [path("", api.urls)]

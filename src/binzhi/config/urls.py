"""The one table of addresses: sign-in, the desk's screens, the open API."""

from __future__ import annotations

from django.urls import include, path

from binzhi.kernel.ui.views import search

urlpatterns = [
    path("accounts/", include("binzhi.people.web.sign_in_urls")),
    path("ui/", include("binzhi.kernel.ui.urls")),
    path("h/<str:hotel>/search", search, name="search"),
    path("api/", include("binzhi.api.urls")),
    path("", include("binzhi.people.web.urls")),
    path("", include("binzhi.guests.web.urls")),
    path("", include("binzhi.billing.web.urls")),
    path("", include("binzhi.promises.web.urls")),
    path("", include("binzhi.reservations.web.urls")),
    path("", include("binzhi.vip.web.urls")),
    path("", include("binzhi.frontdesk.web.urls")),
    path("", include("binzhi.engagement.web.urls")),
]

handler400 = "binzhi.kernel.ui.views.bad_request"
handler403 = "binzhi.kernel.ui.views.forbidden"
handler404 = "binzhi.kernel.ui.views.not_found"
handler500 = "binzhi.config.failures.server_error"

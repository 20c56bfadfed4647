"""The one table of addresses: sign-in, the desk's screens, the open API."""

from __future__ import annotations

from django.urls import include, path

from binzhi.kernel.ui.views import search

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("ui/", include("binzhi.kernel.ui.urls")),
    path("h/<str:hotel>/search", search, name="search"),
]

handler400 = "binzhi.kernel.ui.views.bad_request"
handler403 = "binzhi.kernel.ui.views.forbidden"
handler404 = "binzhi.kernel.ui.views.not_found"
handler500 = "binzhi.kernel.ui.views.server_error"

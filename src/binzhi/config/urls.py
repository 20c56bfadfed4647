"""The one table of addresses: sign-in, the desk's screens, the open API."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("ui/", include("binzhi.kernel.ui.urls")),
]

handler400 = "binzhi.kernel.ui.views.bad_request"
handler403 = "binzhi.kernel.ui.views.forbidden"
handler404 = "binzhi.kernel.ui.views.not_found"
handler500 = "binzhi.kernel.ui.views.server_error"

from django.urls import path

from binzhi.kernel.ui import styleguide, views

app_name = "ui"
urlpatterns = [
    path("theme", views.theme, name="theme"),
    path("language", views.language, name="language"),
    path("styleguide", styleguide.page, name="styleguide"),
    path("styleguide/guests", styleguide.guests, name="styleguide_guests"),
    path("styleguide/panel", styleguide.panel, name="styleguide_panel"),
    path("styleguide/form", styleguide.form, name="styleguide_form"),
    path("styleguide/live", styleguide.live, name="styleguide_live"),
    path("styleguide/error/<int:status>", styleguide.error, name="styleguide_error"),
]

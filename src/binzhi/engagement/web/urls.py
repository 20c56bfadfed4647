"""Addresses of the messages to guests."""

from __future__ import annotations

from django.urls import path

from binzhi.engagement.web import log, settings, templates, writing

app_name = "engagement"
urlpatterns = [
    path("h/<slug:hotel>/messages", log.log_screen, name="log"),
    path("h/<slug:hotel>/messages/templates", templates.templates_screen, name="templates"),
    path("h/<slug:hotel>/messages/templates/save", templates.save, name="save_template"),
    path("h/<slug:hotel>/messages/settings", settings.settings_screen, name="settings"),
    path("h/<slug:hotel>/messages/settings/test", settings.try_out, name="try_out"),
    path("h/<slug:hotel>/messages/<int:message_id>", log.message_screen, name="message"),
    path("h/<slug:hotel>/messages/<int:message_id>/resend", log.resend, name="resend"),
    path("h/<slug:hotel>/messages/<int:message_id>/cancel", log.cancel, name="cancel"),
    path("h/<slug:hotel>/reservations/<str:number>/messages", writing.write, name="write"),
]

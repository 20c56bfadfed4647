"""Addresses of one's own account and of the roster."""

from __future__ import annotations

from django.urls import path

from binzhi.people.web import roster, roster_panels, views

app_name = "people"
urlpatterns = [
    path("", views.index, name="index"),
    path("h/<slug:hotel>/account", views.account, name="account"),
    path("h/<slug:hotel>/account/language", views.language, name="language"),
    path("h/<slug:hotel>/account/tokens", views.issue_token, name="issue_token"),
    path("h/<slug:hotel>/account/tokens/<int:token_id>/revoke", views.revoke_token, name="revoke_token"),
    path("h/<slug:hotel>/roster", roster.week_screen, name="roster"),
    path("h/<slug:hotel>/roster/put", roster.put, name="roster_put"),
    path("h/<slug:hotel>/roster/copy", roster.copy, name="roster_copy"),
    path("h/<slug:hotel>/roster/staff/<int:staff_id>", roster_panels.person, name="roster_person"),
    path("h/<slug:hotel>/roster/staff/<int:staff_id>/absence", roster_panels.absence, name="roster_absence"),
    path("h/<slug:hotel>/roster/absences/<int:absence_id>/end", roster_panels.back_at_work, name="roster_back"),
    path("h/<slug:hotel>/roster/shifts", roster_panels.shifts, name="roster_shifts"),
    path("h/<slug:hotel>/roster/deputies", roster_panels.deputies, name="roster_deputies"),
]

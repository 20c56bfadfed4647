"""Addresses of one's own account."""

from __future__ import annotations

from django.urls import path

from binzhi.people.web import views

app_name = "people"
urlpatterns = [
    path("", views.index, name="index"),
    path("h/<slug:hotel>/account", views.account, name="account"),
    path("h/<slug:hotel>/account/language", views.language, name="language"),
    path("h/<slug:hotel>/account/tokens", views.issue_token, name="issue_token"),
    path("h/<slug:hotel>/account/tokens/<int:token_id>/revoke", views.revoke_token, name="revoke_token"),
]

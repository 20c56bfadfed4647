"""Addresses of guest files and organisations."""

from __future__ import annotations

from django.urls import path

from binzhi.guests.web import observing, organisations, preferences, views

app_name = "guests"
urlpatterns = [
    path("h/<slug:hotel>/guests", views.listing, name="list"),
    path("h/<slug:hotel>/guests/suggest", views.suggest, name="suggest"),
    path("h/<slug:hotel>/guests/new", views.new, name="new"),
    path("h/<slug:hotel>/guests/<int:guest_id>", views.detail, name="detail"),
    path("h/<slug:hotel>/guests/<int:guest_id>/edit", views.edit, name="edit"),
    path("h/<slug:hotel>/guests/<int:guest_id>/documents", views.add_document, name="add_document"),
    path("h/<slug:hotel>/guests/<int:guest_id>/reveal", views.reveal, name="reveal"),
    path("h/<slug:hotel>/guests/nothing", views.nothing, name="nothing"),
    path("h/<slug:hotel>/organisations", organisations.listing, name="organisations"),
    path("h/<slug:hotel>/organisations/suggest", organisations.suggest, name="suggest_organisations"),
    path("h/<slug:hotel>/organisations/new", organisations.new, name="new_organisation"),
    # What the house learns.
    path("h/<slug:hotel>/observe", observing.observe, name="observe"),
    path("h/<slug:hotel>/observe/record", observing.record, name="record"),
    path("h/<slug:hotel>/observe/chips", preferences.chips, name="chips"),
    path("h/<slug:hotel>/observe/rule", preferences.learning_rule, name="learning_rule"),
    path("h/<slug:hotel>/observations/<int:observation_id>/take-back", observing.take_back, name="take_back"),
    path("h/<slug:hotel>/observations/pictures/<int:picture_id>", observing.picture, name="observation_picture"),
    path("h/<slug:hotel>/guests/<int:guest_id>/preferences", preferences.of_guest, name="preferences"),
    path("h/<slug:hotel>/preferences", preferences.suggestions, name="suggestions"),
    path("h/<slug:hotel>/preferences/<int:preference_id>/confirm", preferences.confirm, name="confirm_preference"),
    path("h/<slug:hotel>/preferences/<int:preference_id>/refuse", preferences.refuse, name="refuse_preference"),
    path("h/<slug:hotel>/preferences/<int:preference_id>/heard", preferences.hear, name="hear_guest"),
    path("h/<slug:hotel>/preferences/uses/<int:use_id>", preferences.answer, name="answer_use"),
]

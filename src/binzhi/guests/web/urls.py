"""Addresses of guest files and organisations."""

from __future__ import annotations

from django.urls import path

from binzhi.guests.web import duplicates, importing, organisations, views

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
    # The same person twice, and files out of another system.
    path("h/<slug:hotel>/guests/duplicates", duplicates.listing, name="duplicates"),
    path("h/<slug:hotel>/guests/duplicates/<int:pair_id>", duplicates.pair, name="duplicate"),
    path("h/<slug:hotel>/guests/merges/<int:merge_id>/undo", duplicates.unmerge, name="unmerge"),
    path("h/<slug:hotel>/guests/imports", importing.listing, name="imports"),
    path("h/<slug:hotel>/guests/imports/<int:import_id>", importing.one, name="import"),
    path("h/<slug:hotel>/guests/imports/<int:import_id>/faults", importing.faults, name="import_faults"),
]

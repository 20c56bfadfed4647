"""Addresses of guest files and organisations."""

from __future__ import annotations

from django.urls import path

from binzhi.guests.web import organisations, privacy, privacy_desk, relationship, views

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
    # Privacy: a guest's own page, the rights desk, who looked, words and months.
    path("h/<slug:hotel>/guests/<int:guest_id>/privacy", privacy.page, name="privacy"),
    path("h/<slug:hotel>/guests/<int:guest_id>/privacy/consent", privacy.consent, name="note_consent"),
    path("h/<slug:hotel>/guests/<int:guest_id>/privacy/ask", privacy.ask, name="ask_rights"),
    path("h/<slug:hotel>/guests/<int:guest_id>/privacy/hold", privacy.hold, name="hold"),
    path("h/<slug:hotel>/guests/<int:guest_id>/privacy/holds/<int:hold_id>/lift", privacy.lift, name="lift_hold"),
    path("h/<slug:hotel>/guests/<int:guest_id>/privacy/release", privacy.release, name="release"),
    path("h/<slug:hotel>/privacy/requests", privacy_desk.listing, name="privacy_requests"),
    path("h/<slug:hotel>/privacy/requests/<int:request_id>/decide", privacy_desk.decide, name="decide_rights"),
    path("h/<slug:hotel>/privacy/requests/<int:request_id>/copy", privacy_desk.copy, name="rights_copy"),
    path("h/<slug:hotel>/privacy/texts", privacy_desk.texts, name="consent_texts"),
    path("h/<slug:hotel>/privacy/texts/publish", privacy_desk.publish, name="publish_text"),
    path("h/<slug:hotel>/privacy/retention", privacy_desk.clocks, name="retention"),
    path("h/<slug:hotel>/privacy/retention/set", privacy_desk.set_months, name="set_retention"),
    path("h/<slug:hotel>/privacy/lookups", privacy_desk.review, name="lookups"),
    # Relationship: of a guest, of an organisation, visits due.
    path("h/<slug:hotel>/guests/<int:guest_id>/relationship", relationship.of_guest, name="relationship"),
    path(
        "h/<slug:hotel>/organisations/<int:organisation_id>/relationship",
        relationship.of_organisation,
        name="account_relationship",
    ),
    path("h/<slug:hotel>/relationship/means/<int:means_id>/end", relationship.end_means, name="end_means"),
    path("h/<slug:hotel>/contacts", relationship.due, name="contacts"),
    path("h/<slug:hotel>/contacts/<int:planned_id>/result", relationship.result, name="contact_result"),
    path("h/<slug:hotel>/contacts/<int:planned_id>/cancel", relationship.cancel, name="cancel_contact"),
]

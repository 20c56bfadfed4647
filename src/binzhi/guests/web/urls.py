"""Addresses of guest files and organisations."""

from __future__ import annotations

from django.urls import path

from binzhi.guests.web import (
    accounts,
    duplicates,
    importing,
    observing,
    organisations,
    page,
    preferences,
    privacy,
    privacy_desk,
    profile,
    relationship,
    views,
)

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
    # The page, the fields of the five classes, the circle, warnings; organisations as accounts.
    path("h/<slug:hotel>/guests/fields", profile.switches, name="fields"),
    path("h/<slug:hotel>/guests/waiting", profile.waiting, name="waiting"),
    path("h/<slug:hotel>/guests/warned", profile.warned, name="warned"),
    path("h/<slug:hotel>/guests/<int:guest_id>/timeline", page.timeline_part, name="timeline"),
    path("h/<slug:hotel>/guests/<int:guest_id>/profile", profile.fields, name="profile"),
    path("h/<slug:hotel>/guests/<int:guest_id>/circle", profile.circle, name="circle"),
    path(
        "h/<slug:hotel>/guests/<int:guest_id>/circle/<int:relation_id>/end", profile.end_relation, name="end_relation"
    ),
    path("h/<slug:hotel>/guests/<int:guest_id>/warnings", profile.warn, name="warn"),
    path("h/<slug:hotel>/guests/<int:guest_id>/warnings/new", profile.raise_warning, name="raise_warning"),
    path(
        "h/<slug:hotel>/guests/<int:guest_id>/warnings/<int:warning_id>/decide", profile.decide, name="decide_warning"
    ),
    path("h/<slug:hotel>/guests/<int:guest_id>/warnings/<int:warning_id>/end", profile.end_warning, name="end_warning"),
    path("h/<slug:hotel>/organisations/<int:organisation_id>", accounts.detail, name="account"),
    path("h/<slug:hotel>/organisations/<int:organisation_id>/edit", accounts.edit, name="edit_account"),
    path("h/<slug:hotel>/organisations/<int:organisation_id>/contacts", accounts.add_contact, name="add_contact"),
    path(
        "h/<slug:hotel>/organisations/<int:organisation_id>/contacts/<int:contact_id>/end",
        accounts.end_contact,
        name="end_contact",
    ),
    # The same person twice, and files out of another system.
    path("h/<slug:hotel>/guests/duplicates", duplicates.listing, name="duplicates"),
    path("h/<slug:hotel>/guests/duplicates/<int:pair_id>", duplicates.pair, name="duplicate"),
    path("h/<slug:hotel>/guests/merges/<int:merge_id>/undo", duplicates.unmerge, name="unmerge"),
    path("h/<slug:hotel>/guests/imports", importing.listing, name="imports"),
    path("h/<slug:hotel>/guests/imports/<int:import_id>", importing.one, name="import"),
    path("h/<slug:hotel>/guests/imports/<int:import_id>/faults", importing.faults, name="import_faults"),
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

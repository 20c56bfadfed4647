"""Posts that a hotel has already get the rights that the catalogue gives them by now."""

from django.db import migrations

EVERYBODY = ""
# Rights, and the posts of the catalogue that have got them since; written down as they were on this day.
SINCE = [
    (
        "billing.adjust billing.hold_card billing.invoice billing.pay_out billing.post_late_charge billing.set_routing",
        "cashier duty-manager finance-manager front-office-manager front-office-supervisor general-manager "
        "gm-assistant night-auditor receptionist resident-manager",
    ),
    (
        "billing.approve_correction billing.exceed_credit billing.open_house_account",
        "duty-manager finance-manager front-office-manager general-manager gm-assistant resident-manager",
    ),
    (
        "billing.ask_write_off billing.manage_receivables",
        "accountant finance-manager general-manager resident-manager",
    ),
    (
        "billing.red_invoice",
        "cashier duty-manager finance-manager front-office-manager front-office-supervisor general-manager "
        "gm-assistant night-auditor resident-manager",
    ),
    (
        "billing.set_counter billing.set_holds billing.set_invoices billing.write_off frontdesk.set_night_audit "
        "reservations.settle_commission",
        "finance-manager general-manager resident-manager",
    ),
    (
        "billing.supervise_shifts",
        "duty-manager finance-manager front-office-manager front-office-supervisor general-manager gm-assistant "
        "night-auditor resident-manager",
    ),
    (
        "engagement.send_message engagement.view_messages",
        "duty-manager front-office-manager front-office-supervisor general-manager gm-assistant night-auditor "
        "receptionist reservations-clerk resident-manager sales-executive sales-manager",
    ),
    (
        "engagement.set_up_messages frontdesk.set_assignment frontdesk.set_locks frontdesk.set_police "
        "frontdesk.set_registration guests.import reservations.break_floor",
        "front-office-manager general-manager resident-manager",
    ),
    (
        "engagement.settle_messages",
        "duty-manager front-office-manager front-office-supervisor general-manager gm-assistant night-auditor "
        "resident-manager sales-manager",
    ),
    (
        "engagement.write_templates",
        "front-office-manager general-manager resident-manager sales-manager",
    ),
    (
        "frontdesk.approve_free_room frontdesk.see_document_images reservations.manage_partners",
        "duty-manager front-office-manager general-manager gm-assistant resident-manager",
    ),
    (
        "frontdesk.keep_register",
        "duty-manager front-office-manager front-office-supervisor general-manager gm-assistant night-auditor "
        "receptionist resident-manager security-guard security-manager",
    ),
    (
        "frontdesk.keep_things frontdesk.take_messages frontdesk.wake_up",
        "bellman concierge-supervisor duty-manager front-office-manager front-office-supervisor general-manager "
        "gm-assistant night-auditor receptionist resident-manager",
    ),
    (
        "frontdesk.make_keys",
        "duty-manager front-office-manager front-office-supervisor general-manager gm-assistant night-auditor "
        "receptionist resident-manager",
    ),
    (
        "frontdesk.settle_police_reports frontdesk.view_police_reports",
        "duty-manager front-office-manager front-office-supervisor general-manager gm-assistant night-auditor "
        "receptionist resident-manager security-manager",
    ),
    (
        "frontdesk.view_reports",
        "accountant duty-manager finance-manager front-office-manager front-office-supervisor general-manager "
        "gm-assistant night-auditor resident-manager",
    ),
    (
        "guests.approve_blacklist",
        "duty-manager front-office-manager general-manager gm-assistant resident-manager security-manager",
    ),
    (
        "guests.ask_rights guests.record_consent",
        "duty-manager front-office-manager front-office-supervisor general-manager gm-assistant night-auditor "
        "receptionist resident-manager sales-executive sales-manager",
    ),
    (
        "guests.assess guests.plan_contacts guests.view_relationship",
        "duty-manager front-office-manager general-manager gm-assistant resident-manager sales-executive sales-manager",
    ),
    (
        "guests.confirm_preferences",
        "concierge-supervisor dining-director dining-manager duty-manager engineering-manager finance-manager "
        "front-office-manager front-office-supervisor general-manager gm-assistant housekeeping-manager "
        "housekeeping-supervisor night-auditor quality-assistant-manager quality-manager recreation-manager "
        "resident-manager sales-manager security-manager",
    ),
    (
        "guests.decide_rights guests.hold guests.review_lookups",
        "front-office-manager general-manager gm-assistant resident-manager",
    ),
    (
        "guests.edit_consent_texts guests.manage_fields guests.set_retention",
        "general-manager resident-manager",
    ),
    (
        "guests.keep_chips",
        "front-office-manager general-manager housekeeping-manager quality-manager resident-manager",
    ),
    (
        "guests.merge reservations.walk_guest",
        "duty-manager front-office-manager front-office-supervisor general-manager gm-assistant night-auditor "
        "resident-manager",
    ),
    (
        "guests.observe",
        EVERYBODY,
    ),
    (
        "guests.recognise",
        "accountant bellman cashier concierge-supervisor dining-director dining-manager duty-manager "
        "engineering-manager finance-manager front-office-manager front-office-supervisor general-manager "
        "gm-assistant gm-office-clerk housekeeping-manager housekeeping-supervisor night-auditor "
        "quality-assistant-manager quality-manager receptionist recreation-attendant recreation-manager "
        "reservations-clerk resident-manager room-attendant sales-executive sales-manager security-guard "
        "security-manager waiter",
    ),
    (
        "guests.warn",
        "duty-manager front-office-manager front-office-supervisor general-manager gm-assistant night-auditor "
        "receptionist reservations-clerk resident-manager sales-executive sales-manager security-manager",
    ),
    (
        "reservations.manage_blocks reservations.manage_waitlist",
        "duty-manager front-office-manager front-office-supervisor general-manager gm-assistant night-auditor "
        "reservations-clerk resident-manager sales-executive sales-manager",
    ),
    (
        "reservations.manage_promotions",
        "front-office-manager general-manager gm-assistant resident-manager sales-manager",
    ),
]
GIVE = """
UPDATE people_post SET permissions = ARRAY(
    SELECT DISTINCT r FROM unnest(permissions || %(rights)s::varchar[]) AS r ORDER BY r)
WHERE cardinality(%(posts)s::varchar[]) = 0 OR code = ANY (%(posts)s::varchar[])
"""
TAKE = """
UPDATE people_post SET permissions = ARRAY(
    SELECT r FROM unnest(permissions) AS r WHERE r <> ALL (%(rights)s::varchar[]) ORDER BY r)
"""


def give(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for rights, posts in SINCE:
            cursor.execute(GIVE, {"rights": rights.split(), "posts": posts.split()})


def take(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(TAKE, {"rights": sorted({right for rights, _posts in SINCE for right in rights.split()})})


class Migration(migrations.Migration):
    dependencies = [("people", "0002_duty")]
    operations = [migrations.RunPython(give, take)]

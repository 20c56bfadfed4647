"""Privacy and relationship: consents, looks, retention, holds, requests; assessments, checks, means, planned contacts."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from binzhi.kernel.schema import group_wall, hotel_wall, insert_only

GROUPS_OWN = (
    "guests_consenttext",
    "guests_consententry",
    "guests_lookup",
    "guests_legalhold",
    "guests_rightsrequest",
    "guests_filestate",
    "guests_assessment",
    "guests_relationshipcheck",
    "guests_switchingmeans",
    "guests_plannedcontact",
)
HOTELS_OWN = ("guests_retentionsetting", "guests_retentionrun")
# A merge moves a record to the file that stays, erasure clears what is sealed in it; nothing else of it changes. The
# clock of retention may delete it when it is as old as the law wants it kept, whatever the caller believes.
KEPT = """
CREATE FUNCTION guests_record_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF TG_ARGV[1] = '0' OR OLD.at < now() - make_interval(days => TG_ARGV[1]::int) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '% is kept', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF to_jsonb(OLD) - string_to_array(TG_ARGV[0], ',') <> to_jsonb(NEW) - string_to_array(TG_ARGV[0], ',') THEN
        RAISE EXCEPTION '% is written once', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
# Table: what may change, and after how many days a row may go (0: at any time).
RECORDS = {
    "guests_consententry": ("guest_id,guardian_sealed", 1095),
    "guests_lookup": ("guest_id", 180),
    "guests_assessment": ("guest_id", 0),
    "guests_relationshipcheck": ("guest_id", 0),
}
TRIGGER = """
CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION guests_record_is_kept('{may_change}', '{days}')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0031_learning_invariants"),
        ("property", "0001_initial"),
        ("kernel", "0002_invariants"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("willingness", "Willingness"), ("quality", "Quality")], max_length=12),
                ),
                ("answers", django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=10)),
                ("user_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"),
                ),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
            ],
            options={
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=30)),
                ("version", models.IntegerField()),
                ("language", models.CharField(max_length=10)),
                ("text", models.CharField(max_length=2000)),
                ("made_by", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("group", "purpose", "version", "language"), name="consent_text_once"
                    )
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="ConsentEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=30)),
                (
                    "answer",
                    models.CharField(
                        choices=[("given", "Agreed"), ("refused", "Refused"), ("withdrawn", "Withdrawn")], max_length=10
                    ),
                ),
                ("language", models.CharField(db_default="", max_length=10)),
                ("channel", models.CharField(max_length=10)),
                ("user_id", models.BigIntegerField(null=True)),
                ("guardian_sealed", models.BinaryField(null=True)),
                ("guardian_relation", models.CharField(db_default="", max_length=30)),
                ("at", models.DateTimeField()),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"),
                ),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guests.consenttext",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["group", "purpose", "answer"], name="consent_by_purpose")],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="FileState",
            fields=[
                (
                    "guest",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="guests.guest",
                    ),
                ),
                ("restricted_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                ("profile_cleared_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="property.hotelgroup"
                    ),
                ),
            ],
            options={
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("until", models.DateField(null=True)),
                ("set_by", models.BigIntegerField(null=True)),
                ("set_at", models.DateTimeField()),
                ("lifted_by", models.BigIntegerField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"),
                ),
            ],
            options={
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Lookup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=12)),
                ("hour", models.DateTimeField()),
                ("at", models.DateTimeField()),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"),
                ),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("group", "user_id", "hour", "guest", "kind"), name="lookup_once_an_hour"
                    )
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="PlannedContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("visit", "Visit"),
                            ("call", "Call"),
                            ("meal", "Meal"),
                            ("gift", "Gift"),
                            ("letter", "Letter"),
                        ],
                        max_length=10,
                    ),
                ),
                ("purpose", models.CharField(max_length=200)),
                ("due_on", models.DateField()),
                ("owner_id", models.BigIntegerField(help_text="user who goes", null=True)),
                ("every_days", models.SmallIntegerField(null=True)),
                ("made_by", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("good", "Well received"),
                            ("neutral", "As usual"),
                            ("bad", "Something is wrong"),
                            ("unreached", "Not reached"),
                        ],
                        db_default="",
                        max_length=10,
                    ),
                ),
                ("result", models.CharField(db_default="", max_length=1000)),
                ("spent", models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.BigIntegerField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"
                    ),
                ),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guests.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("cancelled_at", None), ("done_at", None)),
                        fields=["hotel", "due_on"],
                        name="contact_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("guest__isnull", False), ("organisation", None)),
                            models.Q(("guest", None), ("organisation__isnull", False)),
                            _connector="OR",
                        ),
                        name="contact_of_one_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("outcome", "")),
                            models.Q(("done_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="contact_done_with_outcome",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RelationshipCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "signs",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
                (
                    "suggested",
                    models.CharField(
                        choices=[
                            ("face_to_face", "Face to face"),
                            ("close", "Close"),
                            ("personal", "Personal"),
                            ("estranged", "Estranged"),
                            ("guilt", "Feels obliged"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("face_to_face", "Face to face"),
                            ("close", "Close"),
                            ("personal", "Personal"),
                            ("estranged", "Estranged"),
                            ("guilt", "Feels obliged"),
                        ],
                        max_length=12,
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"
                    ),
                ),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guests.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("guest__isnull", False), ("organisation", None)),
                            models.Q(("guest", None), ("organisation__isnull", False)),
                            _connector="OR",
                        ),
                        name="check_of_one_account",
                    )
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="RetentionRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("data_class", models.CharField(max_length=30)),
                ("before", models.DateTimeField()),
                ("cleared", models.IntegerField()),
                ("held", models.IntegerField(db_default=0)),
                ("at", models.DateTimeField()),
                (
                    "hotel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="property.hotel"
                    ),
                ),
            ],
            options={
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="RetentionSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("data_class", models.CharField(max_length=30)),
                ("months", models.SmallIntegerField()),
                ("set_by", models.BigIntegerField(null=True)),
                ("set_at", models.DateTimeField()),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "data_class"), name="retention_once"),
                    models.CheckConstraint(
                        condition=models.Q(("months__gte", 1), ("months__lte", 1200)), name="retention_months"
                    ),
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="RightsRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("export", "A copy of the data"), ("erase", "Erasure"), ("restrict", "Stop of use")],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("waiting", "Waits for the law"),
                            ("done", "Done"),
                            ("refused", "Not granted"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("channel", models.CharField(max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.BigIntegerField(null=True)),
                ("due_on", models.DateField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.BigIntegerField(null=True)),
                ("reason", models.CharField(db_default="", max_length=200)),
                ("done_at", models.DateTimeField(null=True)),
                ("waits_until", models.DateField(help_text="erasure: the day the law lets it happen", null=True)),
                ("secret_hash", models.BinaryField(help_text="of the link that opens an export", null=True)),
                ("link_ends_at", models.DateTimeField(null=True)),
                ("fetched", models.SmallIntegerField(db_default=0)),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"),
                ),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["group", "state", "due_on"], name="rights_request_by_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "waiting"])),
                        fields=("guest", "kind"),
                        name="rights_request_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            ("asked_by", None),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="rights_request_two_people",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SwitchingMeans",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("means", models.CharField(max_length=20)),
                ("note", models.CharField(db_default="", max_length=200)),
                ("since", models.DateField()),
                ("set_by", models.BigIntegerField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("ended_by", models.BigIntegerField(null=True)),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotelgroup",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guests.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("guest__isnull", False), ("organisation", None)),
                            models.Q(("guest", None), ("organisation__isnull", False)),
                            _connector="OR",
                        ),
                        name="means_of_one_account",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on", None), ("guest__isnull", False)),
                        fields=("guest", "means"),
                        name="means_of_guest_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on", None), ("organisation__isnull", False)),
                        fields=("organisation", "means"),
                        name="means_of_organisation_once",
                    ),
                ],
                "indexes": [],
            },
        ),
        migrations.RunSQL(KEPT, "DROP FUNCTION guests_record_is_kept()"),
        *[
            migrations.RunSQL(
                TRIGGER.format(table=table, may_change=may_change, days=days), f"DROP TRIGGER {table}_kept ON {table}"
            )
            for table, (may_change, days) in RECORDS.items()
        ],
        *insert_only("guests_consenttext", "guests_retentionrun"),
        *group_wall(*GROUPS_OWN),
        *hotel_wall(*HOTELS_OWN),
    ]

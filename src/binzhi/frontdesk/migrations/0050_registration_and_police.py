"""Registration in full, visitors, signed cards, pictures of documents; the queue of reports to the police."""

import datetime
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("frontdesk", "0061_together"),
        ("guests", "0095_document_kinds"),
        ("property", "0003_seals"),
        ("reservations", "0013_promotion_tries"),
    ]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="guardian_reached",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="registration",
            name="identity_by",
            field=models.CharField(
                choices=[
                    ("", "—"),
                    ("household", "Household register"),
                    ("birth", "Birth certificate"),
                    ("police", "Confirmed by the police"),
                    ("parent", "Said by the parent in the room"),
                ],
                db_default="",
                max_length=15,
            ),
        ),
        migrations.AddField(
            model_name="registration",
            name="particulars_sealed",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="registration",
            name="registered_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="registration",
            name="room_relation",
            field=models.CharField(
                choices=[
                    ("parent", "A parent is in the room"),
                    ("guardian", "The guardian is in the room"),
                    ("relative", "Another relative is in the room"),
                    ("teacher", "A teacher or trainer leads the group"),
                    ("friend", "With friends of the same age"),
                    ("unrelated", "With an adult who is no relative"),
                    ("alone", "Alone"),
                ],
                db_default="",
                max_length=15,
            ),
        ),
        migrations.CreateModel(
            name="MinorAlarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("alone", "Under 18 and alone"),
                            ("unrelated", "Under 18 with an adult who is no relative"),
                            ("friend", "Under 18 with friends of the same age"),
                            ("not_reached", "Under 18, the guardian was not reached"),
                        ],
                        max_length=15,
                    ),
                ),
                ("raised_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("", "—"),
                            ("reached", "Guardian reached, all is well"),
                            ("collected", "Guardian came"),
                            ("reported", "Reported to the police"),
                            ("left", "Has left the house"),
                            ("undone", "The check-in was taken back"),
                        ],
                        db_default="",
                        max_length=15,
                    ),
                ),
                ("police_no", models.CharField(db_default="", max_length=40)),
                ("note", models.CharField(db_default="", max_length=200)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.BigIntegerField(null=True)),
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
                    "room_reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reservations.roomreservation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("outcome", "")),
                            models.Q(models.Q(("outcome", ""), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="minor_alarm_closes_with_an_outcome",
                    )
                ],
                "indexes": [
                    models.Index(condition=models.Q(("closed_at", None)), fields=["hotel"], name="minor_alarm_open")
                ],
            },
        ),
        migrations.CreateModel(
            name="MinorPatrol",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
                ("note", models.CharField(db_default="", max_length=200)),
                (
                    "alarm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="patrols", to="frontdesk.minoralarm"
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
            ],
        ),
        migrations.CreateModel(
            name="PoliceLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_on", models.BooleanField(db_default=False)),
                ("region", models.CharField(max_length=20)),
                ("url", models.CharField(db_default="", max_length=300)),
                ("key_sealed", models.BinaryField(null=True)),
                (
                    "station",
                    models.CharField(db_default="", help_text="the hotel's code with the police", max_length=40),
                ),
                ("alarm_minutes", models.IntegerField(db_default=30)),
                ("limit_minutes", models.IntegerField(db_default=1440)),
                ("foreign_minutes", models.IntegerField(db_default=1440)),
                ("version", models.IntegerField(db_default=1)),
                (
                    "hotel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="property.hotel"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("alarm_minutes__gte", 1),
                            ("alarm_minutes__lte", 1440),
                            ("foreign_minutes__gte", 1),
                            ("foreign_minutes__lte", 1440),
                            ("limit_minutes__gte", 1),
                            ("limit_minutes__lte", 1440),
                        ),
                        name="police_limits_within_a_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PoliceReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("in", "Arrival"),
                            ("move", "Room change"),
                            ("out", "Departure"),
                            ("void", "Arrival taken back"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "registration_id",
                    models.BigIntegerField(help_text="outlives the registration, which a check-in taken back removes"),
                ),
                ("is_foreign", models.BooleanField()),
                ("source", models.CharField(max_length=80)),
                ("serial", models.UUIDField(unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Being sent"),
                            ("incomplete", "Something is missing"),
                            ("refused", "Sent back"),
                            ("received", "Received"),
                            ("withdrawn", "Not needed any more"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        db_default="", help_text="code: what is missing, why sent back or delayed", max_length=80
                    ),
                ),
                ("content_sealed", models.BinaryField(null=True)),
                ("attempts", models.IntegerField(db_default=0)),
                ("occurred_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("alarm_at", models.DateTimeField()),
                ("limit_at", models.DateTimeField()),
                ("alarmed_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("receipt", models.CharField(db_default="", max_length=80)),
                ("received_at", models.DateTimeField(null=True)),
                ("received_by", models.BigIntegerField(null=True)),
                (
                    "about",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="frontdesk.policereport",
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
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.room",
                    ),
                ),
                (
                    "room_reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reservations.roomreservation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "source"), name="police_report_once_by_source"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("claimed_until__isnull", False), ("state", "sending")),
                            models.Q(models.Q(("state", "sending"), _negated=True), ("claimed_until", None)),
                            _connector="OR",
                        ),
                        name="police_report_is_claimed_while_sending",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("received_at__isnull", False), ("state", "received")),
                            models.Q(models.Q(("state", "received"), _negated=True), ("received_at", None)),
                            _connector="OR",
                        ),
                        name="police_report_received_once",
                    ),
                ],
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["due_at"], name="police_report_due"),
                    models.Index(
                        condition=models.Q(("state", "sending")), fields=["claimed_until"], name="police_report_claimed"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "sending", "incomplete", "refused"))),
                        fields=["hotel", "limit_at"],
                        name="police_report_owed",
                    ),
                    models.Index(fields=["registration_id"], name="police_report_of_person"),
                    models.Index(fields=["hotel", "state", "-occurred_at"], name="police_report_list"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PoliceAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("temporary", "not now"),
                            ("refused", "sent back"),
                            ("incomplete", "not sent, something is missing"),
                            ("unknown", "unknown"),
                            ("by_hand", "noted by hand"),
                        ],
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(db_default="", max_length=80)),
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
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tries", to="frontdesk.policereport"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RegistrationCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("content_sealed", models.BinaryField(null=True)),
                ("signature_sealed", models.BinaryField(null=True)),
                ("signed_at", models.DateTimeField()),
                ("taken_by", models.BigIntegerField(null=True)),
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
                    "room_reservation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.roomreservation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("room_reservation", "number"), name="registration_card_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RegistrationRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("keep_images", models.BooleanField(db_default=False)),
                ("image_hours", models.SmallIntegerField(db_default=24, help_text="after check-out")),
                ("visits_from", models.TimeField(default=datetime.time(8, 0))),
                ("visits_until", models.TimeField(default=datetime.time(23, 0))),
                ("version", models.IntegerField(db_default=1)),
                (
                    "hotel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="property.hotel"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("image_hours__gte", 0), ("image_hours__lte", 720)),
                        name="registration_image_hours",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visits_from__lt", models.F("visits_until"))),
                        name="visits_end_after_they_begin",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Visitor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_sealed", models.BinaryField(null=True)),
                ("name_masked", models.CharField(db_default="", max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("resident_id", "Resident ID card"),
                            ("passport", "Passport"),
                            ("hk_macao", "Hong Kong/Macao permit"),
                            ("taiwan", "Taiwan permit"),
                            ("hmt_residence", "Residence permit for Hong Kong, Macao and Taiwan residents"),
                            ("foreigner_pr", "Foreigner's permanent residence card"),
                            ("other", "Other document"),
                        ],
                        max_length=15,
                    ),
                ),
                ("number_sealed", models.BinaryField(null=True)),
                ("number_masked", models.CharField(db_default="", max_length=30)),
                ("came_at", models.DateTimeField()),
                ("came_by", models.BigIntegerField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                ("left_by", models.BigIntegerField(null=True)),
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
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.room",
                    ),
                ),
                (
                    "room_reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reservations.roomreservation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("left_at", None), ("left_at__gte", models.F("came_at")), _connector="OR"),
                        name="visitor_leaves_after_coming",
                    )
                ],
                "indexes": [
                    models.Index(fields=["hotel", "-came_at"], name="visitor_by_day"),
                    models.Index(condition=models.Q(("left_at", None)), fields=["hotel"], name="visitor_inside"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentImage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("image_sealed", models.BinaryField(null=True)),
                ("taken_at", models.DateTimeField()),
                ("taken_by", models.BigIntegerField(null=True)),
                ("cleared_at", models.DateTimeField(null=True)),
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
                    "room_reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reservations.roomreservation"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("cleared_at", None)), fields=["id"], name="document_image_kept")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cleared_at__isnull", False), ("image_sealed", None)),
                            models.Q(("cleared_at", None), ("image_sealed__isnull", False)),
                            _connector="OR",
                        ),
                        name="document_image_is_there_until_cleared",
                    )
                ],
            },
        ),
    ]

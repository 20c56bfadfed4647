"""What the house learns about a guest: observations, what they mean, what was made of them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0021_same_person_rules"),
        ("property", "0003_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="LearningRule",
            fields=[
                (
                    "hotel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="property.hotel",
                    ),
                ),
                ("sightings", models.SmallIntegerField(db_default=3)),
                ("stays", models.SmallIntegerField(db_default=2)),
                ("people", models.SmallIntegerField(db_default=2)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("people__range", (1, 10)), ("sightings__range", (1, 20)), ("stays__range", (1, 10))
                        ),
                        name="learning_rule_sane",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ObservationPicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed", models.BinaryField(null=True)),
                ("width", models.SmallIntegerField()),
                ("height", models.SmallIntegerField()),
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
            name="Observation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stay_id", models.BigIntegerField(null=True)),
                ("room", models.CharField(db_default="", max_length=10)),
                ("place", models.CharField(db_default="", max_length=20)),
                ("moment", models.CharField(db_default="", max_length=20)),
                ("kind", models.CharField(db_default="", max_length=12)),
                (
                    "chips",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("text", models.CharField(db_default="", max_length=300)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("seen", "Seen with own eyes"),
                            ("said", "The guest said so"),
                            ("inferred", "Supposed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("once", models.BooleanField(db_default=False)),
                ("user_id", models.BigIntegerField(null=True)),
                ("staff_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("taken_back_at", models.DateTimeField(null=True)),
                ("cleared_at", models.DateTimeField(null=True)),
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"
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
                    "picture",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guests.observationpicture",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["guest", "-at"], name="observation_of_guest"),
                    models.Index(
                        condition=models.Q(("stay_id__isnull", False)),
                        fields=["hotel", "stay_id"],
                        name="observation_of_stay",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stay_id", models.BigIntegerField(null=True)),
                ("wish", models.SlugField(db_index=False, max_length=40)),
                ("kind", models.CharField(max_length=12)),
                ("department", models.SlugField(db_index=False, max_length=30)),
                ("value", models.CharField(db_default="", max_length=40)),
                ("text", models.CharField(db_default="", max_length=120)),
                ("never", models.BooleanField(db_default=False)),
                (
                    "scope",
                    models.CharField(
                        choices=[("habit", "Every stay"), ("stay", "This stay only")], db_default="habit", max_length=5
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("suggested", "To be confirmed"),
                            ("confirmed", "Confirmed"),
                            ("refused", "Not so"),
                            ("ended", "Ended"),
                        ],
                        db_default="suggested",
                        max_length=10,
                    ),
                ),
                ("at_once", models.BooleanField(db_default=False)),
                ("confidence", models.SmallIntegerField(db_default=0)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("seen", "Seen with own eyes"),
                            ("said", "The guest said so"),
                            ("inferred", "Supposed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_seen_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_by_id", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(db_default="", max_length=20)),
                ("expires_on", models.DateField(null=True)),
                ("version", models.IntegerField(db_default=1)),
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.guest"
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
            options={
                "indexes": [
                    models.Index(fields=["guest", "wish"], name="preference_of_guest"),
                    models.Index(
                        condition=models.Q(("state", "suggested")),
                        fields=["hotel", "last_seen_at"],
                        name="preference_to_confirm",
                    ),
                    models.Index(
                        condition=models.Q(("scope", "stay"), models.Q(("state", "ended"), _negated=True)),
                        fields=["stay_id"],
                        name="preference_passing",
                    ),
                    models.Index(
                        condition=models.Q(("expires_on__isnull", False), ("state", "confirmed")),
                        fields=["expires_on"],
                        name="preference_expiring",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("confidence__range", (0, 100))), name="preference_confidence"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope", "habit"), models.Q(("scope", "stay"), ("stay_id__isnull", False)), _connector="OR"
                        ),
                        name="preference_of_stay",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state", "ended")),
                            models.Q(models.Q(("state", "ended"), _negated=True), ("ended_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="preference_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PreferenceEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("seen", "seen"),
                            ("said", "said by the guest"),
                            ("inferred", "supposed"),
                            ("confirmed", "confirmed by a supervisor"),
                            ("denied", "denied by the guest"),
                            ("pleased", "it pleased"),
                            ("unnoticed", "not noticed"),
                            ("unwanted", "not wanted again"),
                            ("taken_back", "taken back"),
                        ],
                        max_length=12,
                    ),
                ),
                ("stay_id", models.BigIntegerField(null=True)),
                ("user_id", models.BigIntegerField(null=True)),
                ("staff_id", models.BigIntegerField(null=True)),
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
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
                (
                    "observation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guests.observation",
                    ),
                ),
                (
                    "preference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guests.preference"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PreferenceUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stay_id", models.BigIntegerField()),
                ("task_id", models.BigIntegerField()),
                ("staff_id", models.BigIntegerField(null=True)),
                ("done_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("pleased", "Pleased"), ("unnoticed", "Did not notice"), ("unwanted", "Not again")],
                        db_default="",
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by_id", models.BigIntegerField(null=True)),
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
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
                (
                    "preference",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guests.preference",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["hotel", "stay_id"], name="preference_use_of_stay")],
                "constraints": [
                    models.UniqueConstraint(fields=("preference", "task_id"), name="preference_used_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("outcome", "")),
                            models.Q(models.Q(("outcome", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="preference_use_answered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ObservationChip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                ("kind", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=40)),
                ("name_en", models.CharField(db_default="", max_length=80)),
                (
                    "places",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                (
                    "moments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("meanings", models.JSONField(default=list)),
                ("once", models.BooleanField(db_default=False)),
                ("position", models.SmallIntegerField(db_default=0)),
                ("is_active", models.BooleanField(db_default=True)),
                (
                    "hotel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="property.hotel"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("hotel", "code"), name="observation_chip_code")],
            },
        ),
    ]

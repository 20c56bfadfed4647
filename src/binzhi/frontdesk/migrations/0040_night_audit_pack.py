"""What the night audit writes down of a day: reports, trial balance, rooms that cost nothing."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall, insert_only

# A trial balance is written whole, by one statement: it adds up, and begins where the day before ended.
TRIAL = """
CREATE FUNCTION frontdesk_check_trial() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added GROUP BY hotel_id, business_date
               HAVING sum(debit) <> sum(credit) OR sum(closing) <> 0) THEN
        RAISE EXCEPTION 'the trial balance does not add up to zero'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'trial_adds_up';
    END IF;
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT hotel_id, business_date FROM added) d
        JOIN frontdesk_trialline y ON y.hotel_id = d.hotel_id AND y.business_date = d.business_date - 1
        LEFT JOIN added a ON a.hotel_id = d.hotel_id AND a.business_date = d.business_date
            AND a.kind = y.kind AND a.code = y.code
        WHERE a.opening IS DISTINCT FROM y.closing
    ) THEN
        RAISE EXCEPTION 'the trial balance does not begin where the day before ended'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'trial_goes_on';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER frontdesk_check_trial AFTER INSERT ON frontdesk_trialline
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION frontdesk_check_trial();
"""
NO_TRIAL = "DROP TRIGGER frontdesk_check_trial ON frontdesk_trialline; DROP FUNCTION frontdesk_check_trial();"


class Migration(migrations.Migration):
    dependencies = [
        ("frontdesk", "0051_registration_and_police_rules"),
        ("property", "0003_seals"),
        ("reservations", "0040_fixed_room"),
    ]

    operations = [
        migrations.AddField(
            model_name="daystatistics",
            name="comp",
            field=models.IntegerField(db_default=0, help_text="of those slept in: complimentary"),
        ),
        migrations.AddField(
            model_name="daystatistics",
            name="day_use_revenue",
            field=models.DecimalField(db_default=0, decimal_places=2, max_digits=14),
        ),
        migrations.AddField(
            model_name="daystatistics",
            name="day_uses",
            field=models.IntegerField(db_default=0, help_text="rooms used without a night; not among those slept in"),
        ),
        migrations.AddField(
            model_name="daystatistics",
            name="house_use",
            field=models.IntegerField(db_default=0, help_text="of those slept in: the house's own"),
        ),
        migrations.AddField(
            model_name="daystatistics",
            name="no_show_revenue",
            field=models.DecimalField(db_default=0, decimal_places=2, max_digits=14),
        ),
        migrations.CreateModel(
            name="AuditReport",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "hotel_id",
                        "business_date",
                        "kind",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("business_date", models.DateField()),
                (
                    "kind",
                    models.CharField(help_text="manager, rooms, balances, no_shows, variance, free", max_length=12),
                ),
                ("data", models.JSONField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
            name="AuditSetting",
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
                (
                    "high_balance",
                    models.DecimalField(decimal_places=2, help_text="owed beyond the deposit", max_digits=12),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("high_balance__gte", 0)), name="high_balance_not_negative"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FreeRoom",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("comp", "Complimentary"), ("house", "House use")], max_length=5)),
                ("first", models.DateField()),
                ("until", models.DateField()),
                ("reason", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(db_default="asked", help_text="asked, approved, refused, ended", max_length=10),
                ),
                (
                    "prices",
                    models.JSONField(
                        db_default=models.Value({}, models.JSONField()), help_text="price before, by night"
                    ),
                ),
                ("asked_by", models.BigIntegerField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("ended_by", models.BigIntegerField(null=True)),
                ("ended_on", models.DateField(help_text="the first night that costs again", null=True)),
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
                "indexes": [models.Index(fields=["hotel", "state", "until"], name="free_room_of_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "asked")),
                            models.Q(models.Q(("state", "asked"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="free_room_decided_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            ("asked_by", None),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="free_room_by_a_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("first"))), name="free_room_has_nights"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["comp", "house"]),
                            ("state__in", ["asked", "approved", "refused", "ended"]),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="free_room_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_on__isnull", False), ("state", "ended")),
                            models.Q(models.Q(("state", "ended"), _negated=True), ("ended_on", None)),
                            _connector="OR",
                        ),
                        name="free_room_ended_on",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("room_reservation",),
                        name="free_room_asked_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrialLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "hotel_id",
                        "business_date",
                        "kind",
                        "code",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("business_date", models.DateField()),
                ("kind", models.CharField(max_length=10)),
                ("code", models.CharField(db_default="", max_length=40)),
                ("name", models.CharField(db_default="", max_length=80)),
                ("opening", models.DecimalField(decimal_places=2, max_digits=16)),
                ("debit", models.DecimalField(decimal_places=2, max_digits=16)),
                ("credit", models.DecimalField(decimal_places=2, max_digits=16)),
                ("closing", models.DecimalField(decimal_places=2, max_digits=16)),
                ("kept", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
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
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "closing",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("opening"), "+", models.F("debit")
                                    ),
                                    "-",
                                    models.F("credit"),
                                ),
                            ),
                            ("credit__gte", 0),
                            ("debit__gte", 0),
                        ),
                        name="trial_line_adds_up",
                    )
                ],
            },
        ),
        migrations.RunSQL(TRIAL, NO_TRIAL),
        *insert_only("frontdesk_auditreport", "frontdesk_trialline"),
        *hotel_wall("frontdesk_auditreport", "frontdesk_trialline", "frontdesk_auditsetting", "frontdesk_freeroom"),
    ]

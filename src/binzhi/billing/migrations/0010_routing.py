"""Routing rules: kept as they were said, counted as they send."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall, insert_only


RULES_STAY = """
CREATE FUNCTION billing_rules_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a routing rule is ended, not changed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'routing_rules_stay';
END $$;
CREATE TRIGGER billing_rules_stay BEFORE DELETE OR UPDATE OF id, hotel_id, account_id, target_id, codes, groups, percent,
    amount_limit, first_date, last_date, created_at, created_by ON billing_routingrule
FOR EACH STATEMENT EXECUTE FUNCTION billing_rules_stay();
"""
NO_RULES_STAY = "DROP TRIGGER billing_rules_stay ON billing_routingrule; DROP FUNCTION billing_rules_stay();"

# What goes where of one charge. It counts on the rule what it sends, under the rule's lock, so that a limit holds
# whoever posts at the same time, and for the charges after it in the same statement as well. A rule whose window is
# closed is passed over: the charge then stays where it was posted.
ROUTE = """
CREATE FUNCTION billing_route(posted_to bigint, charge_code bigint, gross numeric, business_day date, digits int)
RETURNS TABLE (rule_id bigint, account_id bigint, amount numeric) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    rule record;
    left_over numeric := gross;
    part numeric;
BEGIN
    FOR rule IN
        SELECT r.id, r.target_id, r.percent, r.amount_limit, r.used
        FROM billing_routingrule r
        JOIN billing_account t ON t.id = r.target_id AND t.is_open
        JOIN billing_chargecode c ON c.id = charge_code
        WHERE r.account_id = posted_to AND r.ended_at IS NULL
          AND business_day BETWEEN coalesce(r.first_date, business_day) AND coalesce(r.last_date, business_day)
          AND ((r.codes = '{}' AND r.groups = '{}') OR c.code = ANY (r.codes) OR c."group" = ANY (r.groups))
        ORDER BY r.id FOR NO KEY UPDATE OF r
    LOOP
        part := least(round(gross * rule.percent / 100, digits), left_over, rule.amount_limit - rule.used);
        CONTINUE WHEN part <= 0;
        UPDATE billing_routingrule SET used = used + part WHERE id = rule.id;
        left_over := left_over - part;
        rule_id := rule.id;
        account_id := rule.target_id;
        amount := part;
        RETURN NEXT;
    END LOOP;
END $$;
"""
NO_ROUTE = "DROP FUNCTION billing_route(bigint, bigint, numeric, date, int);"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_found_by_guest"),
        ("property", "0002_invariants"),
    ]

    operations = [
        migrations.CreateModel(
            name="RoutingRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), db_default=[], size=None
                    ),
                ),
                (
                    "groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), db_default=[], size=None
                    ),
                ),
                ("percent", models.DecimalField(db_default=100, decimal_places=2, max_digits=5)),
                ("amount_limit", models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ("used", models.DecimalField(db_default=0, decimal_places=2, max_digits=14)),
                ("first_date", models.DateField(null=True)),
                ("last_date", models.DateField(null=True)),
                ("note", models.CharField(db_default="", max_length=120)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("created_by", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.account",
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
                    "target",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account"], name="routing_of_account"),
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["hotel", "account"], name="routing_open"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("account", models.F("target")), _negated=True),
                        name="routing_goes_elsewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__gt", 0), ("percent__lte", 100)), name="routing_percent"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used__gte", 0),
                            models.Q(("amount_limit", None), ("used__lte", models.F("amount_limit")), _connector="OR"),
                        ),
                        name="routing_within_limit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_date", None),
                            ("last_date", None),
                            ("first_date__lte", models.F("last_date")),
                            _connector="OR",
                        ),
                        name="routing_days_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Routed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.account",
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
                    "transaction",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.transaction",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.routingrule",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["transaction"], name="routed_of_transaction")],
            },
        ),
        migrations.RunSQL(RULES_STAY, NO_RULES_STAY),
        migrations.RunSQL(ROUTE, NO_ROUTE),
        *insert_only("billing_routed"),
        *hotel_wall("billing_routingrule", "billing_routed"),
    ]

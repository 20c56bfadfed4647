"""The floor under an agreed, a member's or a promotion's price, as bookings and offers ask for it."""

from django.db import migrations

# A function, so that the statements that ask stay short enough to be parsed once.
FLOOR = """
CREATE FUNCTION reservations_floor(plan bigint, kind bigint) RETURNS numeric LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT b.floor FROM reservations_baseprice b WHERE b.rate_plan_id = plan AND b.room_type_id = kind
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("reservations", "0060_split_over_types")]

    operations = [migrations.RunSQL(FLOOR, "DROP FUNCTION reservations_floor(bigint, bigint)")]

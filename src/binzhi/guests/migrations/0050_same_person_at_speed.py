"""The same person is looked for by ranges of one index each, however many files there are."""

from django.db import migrations, models

_BIRTH = "CREATE INDEX guest_by_birth_date ON guests_guest (group_id, birth_date{}) WHERE birth_date IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("guests", "0040_privacy_and_relationship")]
    operations = [
        # Every other index begins with the group: this one only misled the planner and cost each new file a write.
        migrations.AlterField(
            model_name="guest",
            name="group",
            field=models.ForeignKey(
                db_index=False, on_delete=models.deletion.PROTECT, related_name="+", to="property.hotelgroup"
            ),
        ),
        migrations.RunSQL(
            f"DROP INDEX guest_by_birth_date; {_BIRTH.format(', left(initials, 1)')}",
            f"DROP INDEX guest_by_birth_date; {_BIRTH.format('')}",
        ),
    ]

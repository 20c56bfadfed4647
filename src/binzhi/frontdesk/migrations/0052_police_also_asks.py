"""What a hotel's own police want besides what the region asks."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0062_care")]
    operations = [
        migrations.AddField(
            model_name="policelink",
            name="also_asks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20),
                db_default=[],
                help_text="fields besides the region's",
                size=None,
            ),
        )
    ]

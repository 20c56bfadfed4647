"""A visit remembers which level the guest file had before, so that a cancelled visit can give it back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vip", "0003_own_levels"), ("guests", "0003_own_levels")]
    operations = [
        migrations.AddField("visit", "file_level_before", models.CharField(max_length=10, null=True)),
        migrations.AddField("visit", "file_rank_before", models.SmallIntegerField(db_default=0)),
    ]

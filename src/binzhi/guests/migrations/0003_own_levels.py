"""A guest file keeps the level by the hotel's own name, and its place in the hotel's order."""

from django.db import migrations, models

RANKS = """
UPDATE guests_guest SET vip_rank = CASE vip_level WHEN 'ip' THEN 1 WHEN 'vip' THEN 2 ELSE 3 END WHERE vip_level <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("guests", "0002_invariants")]
    operations = [
        migrations.AlterField("guest", "vip_level", models.CharField(db_default="", max_length=10)),
        migrations.AddField("guest", "vip_rank", models.SmallIntegerField(db_default=0)),
        migrations.RunSQL(RANKS, migrations.RunSQL.noop),
    ]

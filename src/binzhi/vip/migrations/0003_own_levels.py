"""A level says which protocol receives it, who seals its rooms and which letter its guests find."""

from django.db import migrations, models
from django.db.models import Q

# Hotels that were furnished before: the posts that the source names.
SEALERS = """
UPDATE vip_level SET sealed_by = CASE code WHEN 'VIP' THEN 'quality-assistant-manager' ELSE 'gm-assistant' END
WHERE sealed AND sealed_by = '' AND code IN ('VIP', 'VVIP')
"""


def text(length: int, help_text: str = "", default: str = "") -> models.CharField:
    return models.CharField(max_length=length, db_default=default, help_text=help_text)


class Migration(migrations.Migration):
    dependencies = [("vip", "0002_invariants")]
    operations = [
        migrations.AddField("level", "protocol", text(60, "code of a protocol", "vip-reception")),
        migrations.AddField("level", "sealed_by", text(40, "code of a post")),
        migrations.AddField("level", "letter", text(2000)),
        migrations.AddField("visit", "letter", text(2000, "to this guest; empty: the letter of the level")),
        migrations.AddField("menu", "seats", text(2000, "one name to a line, from the seat of honour")),
        migrations.RemoveConstraint("level", "level_rank"),
        migrations.AddConstraint(
            "level",
            # A level that is no longer in use holds no place in the order.
            models.UniqueConstraint(fields=["hotel", "rank"], condition=Q(is_active=True), name="level_rank"),
        ),
        migrations.RunSQL(SEALERS, migrations.RunSQL.noop),
    ]

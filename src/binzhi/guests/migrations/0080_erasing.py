"""Erasure reaches the reason of a look and who a guardian was."""

from django.db import migrations

from binzhi.kernel.schema import erasable

MAY_CHANGE = """
DROP TRIGGER guests_consententry_kept ON guests_consententry;
CREATE TRIGGER guests_consententry_kept BEFORE UPDATE OR DELETE ON guests_consententry
FOR EACH ROW EXECUTE FUNCTION guests_record_is_kept('{columns}', '1095');
"""


class Migration(migrations.Migration):
    dependencies = [("guests", "0050_same_person_at_speed"), ("kernel", "0005_erasing")]
    operations = [
        *erasable(guests_reveal="reason"),
        migrations.RunSQL(
            MAY_CHANGE.format(columns="guest_id,guardian_sealed,guardian_relation"),
            MAY_CHANGE.format(columns="guest_id,guardian_sealed"),
        ),
    ]

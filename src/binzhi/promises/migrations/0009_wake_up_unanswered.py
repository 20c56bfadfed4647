"""Hotels that have the shipped protocols already get the one that looks after wake-up calls nobody answered."""

from importlib import resources

from django.db import migrations

CODE = "wake-up-unanswered"
# Those that keep shipped protocols and have none of this name; off where nobody could hold its posts.
GIVE = """
WITH house AS (
    SELECT hotel_id, (
        SELECT count(*) = 3 FROM people_post p
        WHERE p.hotel_id = h.hotel_id AND p.code IN ('duty-manager', 'front-office-manager', 'general-manager')
    ) AND (
        SELECT count(*) = 2 FROM people_department d
        WHERE d.hotel_id = h.hotel_id AND d.code IN ('front-office', 'security')
    ) AS has_posts
    FROM (SELECT DISTINCT hotel_id FROM promises_protocol WHERE code = 'wake-up-call') h
), fresh AS (
    INSERT INTO promises_protocol (hotel_id, code, name, name_en, subject, is_active)
    SELECT hotel_id, %(code)s, '叫醒无人应答', 'Wake-up call that nobody answered', 'wake-up', has_posts FROM house
    ON CONFLICT (hotel_id, code) DO NOTHING RETURNING id, hotel_id
)
INSERT INTO promises_protocolversion (hotel_id, protocol_id, number, source)
SELECT hotel_id, id, 1, %(source)s FROM fresh
"""
POINT = """
UPDATE promises_protocol p SET version_id = v.id FROM promises_protocolversion v
WHERE v.protocol_id = p.id AND p.code = %(code)s AND p.version_id IS NULL
"""
EVERY_HOTEL = "SELECT set_config('binzhi.hotels', '*', true)"


def give(apps, schema_editor):
    file = resources.files("binzhi.promises.shipped").joinpath(f"{CODE}.yaml")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(EVERY_HOTEL)
        cursor.execute(GIVE, {"code": CODE, "source": file.read_text(encoding="utf-8").strip() + "\n"})
        cursor.execute(POINT, {"code": CODE})


def leave(apps, schema_editor):
    """What a hotel was given is its own by now: runs may follow it."""


class Migration(migrations.Migration):
    dependencies = [("promises", "0008_erasing"), ("people", "0003_rights_since")]
    operations = [migrations.RunPython(give, leave)]

from django.apps import AppConfig


class VipConfig(AppConfig):
    name = "binzhi.vip"
    label = "vip"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from binzhi.guests.holdings import Holding, register_holding
        from binzhi.guests.levels import register_levels
        from binzhi.promises.protocols.values import register_values
        from binzhi.vip import guest_past, guest_rows
        from binzhi.vip.engine import SUBJECT
        from binzhi.vip.filing import known_levels
        from binzhi.vip.queries import level_codes

        guest_rows.register()
        guest_past.register()
        register_levels(known_levels)
        register_values(SUBJECT, "level", level_codes)
        register_holding(Holding(table="vip_standingentry", locks_at=60))
        register_holding(Holding(table="vip_visit", locks_at=61))

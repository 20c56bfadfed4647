from django.apps import AppConfig


class EngagementConfig(AppConfig):
    name = "binzhi.engagement"
    label = "engagement"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from binzhi.engagement import connected, guest_rows, past, told
        from binzhi.engagement.places import address_place, content_place, key_place, password_place
        from binzhi.guests.holdings import Holding, register_holding
        from binzhi.guests.rotation import register_sealed

        guest_rows.register()
        past.register()
        connected.register()
        told.register()
        register_sealed("engagement_message", "address_sealed", address_place)
        register_sealed("engagement_message", "content_sealed", content_place)
        register_sealed("engagement_messaging", "smtp_password_sealed", password_place)
        register_sealed("engagement_messaging", "sms_key_sealed", key_place)
        register_holding(Holding(table="engagement_message", locks_at=62))

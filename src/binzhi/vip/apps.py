from django.apps import AppConfig


class VipConfig(AppConfig):
    name = "binzhi.vip"
    label = "vip"
    default_auto_field = "django.db.models.BigAutoField"

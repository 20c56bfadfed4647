from django.apps import AppConfig


class ConfigApp(AppConfig):
    name = "binzhi.config"
    label = "config"

from django.apps import AppConfig


class PropertyConfig(AppConfig):
    name = "binzhi.property"
    label = "property"

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "binzhi.api"
    label = "api"

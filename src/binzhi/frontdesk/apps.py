from django.apps import AppConfig


class FrontdeskConfig(AppConfig):
    name = "binzhi.frontdesk"
    label = "frontdesk"

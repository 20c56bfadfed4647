from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "binzhi.billing"
    label = "billing"

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "binzhi.kernel"
    label = "kernel"

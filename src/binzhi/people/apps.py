from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "binzhi.people"
    label = "people"

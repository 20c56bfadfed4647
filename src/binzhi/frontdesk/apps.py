from django.apps import AppConfig


class FrontdeskConfig(AppConfig):
    name = "binzhi.frontdesk"
    label = "frontdesk"

    def ready(self) -> None:
        from binzhi.frontdesk.web import bills, search

        search.register()
        bills.register()

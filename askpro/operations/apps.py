from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "askpro.operations"
    verbose_name = "Betrieb"

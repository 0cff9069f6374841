from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "askpro.operations"
    verbose_name = "Betrieb"

    def ready(self) -> None:
        from askpro import checks  # noqa: F401 — registers the system checks

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "askpro.portal"
    verbose_name = "Portal"

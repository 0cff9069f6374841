from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "askpro.compliance"
    verbose_name = "Datenschutz"

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "storecredit.backoffice"
    label = "backoffice"
    verbose_name = "Back office"

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "storecredit.api"
    label = "api"
    verbose_name = "API clients"

from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "storecredit.finance"
    label = "finance"
    verbose_name = "Finance"

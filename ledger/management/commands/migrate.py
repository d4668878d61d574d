"""`manage.py migrate`, which puts the triggers up: it cannot ask for them before it has."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import ERROR
from django.core.management.commands.migrate import Command as MigrateCommand


class Command(MigrateCommand):
    """
    Django's own, without the checks that read the database before the migrations.

    A release with a new or another trigger would find it missing, and refuse to bring what is missing.
    """

    def check(
        self,
        app_configs: Sequence[AppConfig] | None = None,
        tags: Sequence[str] | None = None,
        display_num_errors: bool = False,
        include_deployment_checks: bool = False,
        fail_level: int = ERROR,
        databases: Sequence[str] | None = None,
    ) -> None:
        """Check the program alone; `check --database` checks the database when it is as it should be."""
        super().check(app_configs, tags, display_num_errors, include_deployment_checks, fail_level)

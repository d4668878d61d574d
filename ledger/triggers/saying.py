"""What the apps say of their tables: beside their guards, in `triggers/guarded.py`, and in `triggers/personal.py`."""

from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps


def has_triggers(app: AppConfig) -> bool:
    """Whether an app guards tables at all."""
    return (Path(app.path) / "triggers" / "guarded.py").exists()


def gather(name: str, *, module: str = "triggers.guarded") -> dict[str, Any]:
    """What all apps that guard tables say under a name, by table."""
    return {
        table: said
        for app in apps.get_app_configs()
        if has_triggers(app)
        for table, said in getattr(import_module(f"{app.name}.{module}"), name, {}).items()
    }

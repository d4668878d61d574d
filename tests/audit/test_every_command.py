"""Every command of ours is written down before it runs: by its name, with who ran it on which machine."""

import socket

import pytest
from django.core.management import get_commands, load_command_class

from storecredit.audit.models import Activity

pytestmark = [pytest.mark.django_db, pytest.mark.once_on_sqlite]


def list_ours() -> dict[str, str]:
    """Each command with its app."""
    ours = ("ledger", "giftcards", "storecredit.")
    return {name: app for name, app in get_commands().items() if isinstance(app, str) and app.startswith(ours)}


@pytest.mark.parametrize("name", [name for name in list_ours() if name != "migrate"])
def test_a_command_is_written_down_before_it_does_anything(name, monkeypatch):
    command = load_command_class(list_ours()[name], name)
    seen: list[Activity] = []
    monkeypatch.setattr(type(command), "handle", lambda self, **options: seen.extend(Activity.objects.all()))
    parser = command.create_parser("manage.py", name)
    options = {action.dest: action.default for action in parser._actions if action.dest != "help"}

    command.execute(**options | {"skip_checks": True})

    [row] = seen
    assert (row.kind, row.actor_kind, row.actor_id, row.door) == ("COMMAND_RUN", "SYSTEM", name, f"command:{name}")
    assert (row.subject_kind, row.subject_id, row.details["host"]) == ("command", name, socket.gethostname())
    assert row.details["login"]

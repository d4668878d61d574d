"""Whatever is run on the command line is told: by whom, where, how, and when it was refused or came to a bad end."""

import socket
from io import StringIO

import pytest
from django.core.management import CommandError, ManagementUtility, call_command

from storecredit.audit.models import Activity

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str, list[str]]]:
    rows = Activity.objects.filter(subject_kind="command").order_by("pk")
    return [(row.kind, row.subject_id, row.details["arguments"]) for row in rows]


def test_a_command_of_django_s_is_told_and_no_program_that_it_was_given():
    call_command("clearsessions")
    call_command("shell", command="password = 'hunter2'", interface="python", stdout=StringIO())

    assert told() == [
        ("COMMAND_RUN", "clearsessions", []),
        ("COMMAND_RUN", "shell", ["command=…", "interface=python"]),
    ]
    row = Activity.objects.get(subject_id="clearsessions")
    assert (row.actor_kind, row.door, row.details["host"]) == ("SYSTEM", "command:clearsessions", socket.gethostname())


def test_what_is_refused_or_fails_is_told_with_its_status(capsys):
    with pytest.raises(CommandError):
        call_command("changepassword", "nobody-of-that-name")
    with pytest.raises(SystemExit):
        ManagementUtility(["manage.py", "clearsessions", "--hard"]).execute()

    run, failed, refused = Activity.objects.filter(subject_kind="command").order_by("pk")
    assert [row.kind for row in (run, failed, refused)] == ["COMMAND_RUN", "COMMAND_FAILED", "COMMAND_FAILED"]
    assert (failed.subject_id, failed.details["error"], failed.details["status"]) == (
        "changepassword",
        "CommandError",
        1,
    )
    assert (refused.subject_id, refused.details["error"], refused.details["status"]) == (
        "clearsessions",
        "arguments",
        2,
    )
    assert "username=nobody-of-that-name" in run.details["arguments"]


def test_what_only_looks_at_the_program_is_not_told():
    call_command("showmigrations", stdout=StringIO())
    call_command("check", stdout=StringIO(), stderr=StringIO())

    assert told() == []

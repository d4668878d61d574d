"""A name is found in every column that may hold one, in whatever spelling, and the seals of what is left verify."""

import importlib
import json
import pkgutil
import re
from itertools import cycle
from typing import Any
from unicodedata import normalize

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import IntegrityError, connection, models, transaction
from factory.base import Factory

import tests.factories
from giftcards.models import BatchStatus, CardBatch
from ledger import triggers
from ledger.operations import complete_cuts, take_cut
from ledger.queries import verify_seals
from ledger.triggers.forgetting import list_searched
from ledger.triggers.saying import has_triggers
from storecredit.audit.models import Activity
from storecredit.backoffice.models import AccessChange, ChangeKind, ImportRun, ImportState
from tests.backoffice.privacy.test_anonymising import RIGHTS, dump, make_anonymous
from tests.factories.people import UserFactory
from tests.ledger.attacks import run
from tests.scenarios import SYSTEM, days, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

SPELLINGS = (
    "Zébedina Quillfeather",
    normalize("NFD", "ZÉBEDINA  QUILLFEATHER"),
    "Zebedina\nQuillfeather",
    "Quillfeather, Zébedina",
    "name=Z%C3%A9bedina+Quillfeather",
    "QUILL@feather.example",
    "to=quill%40feather.example",
    "020/7946-0958",
    "tel +44 (0)20 7946 0958",
)
LEFT = re.compile(r"quillfeather|feather\.example|7946\W{0,3}0958")


def rows_of_everything() -> dict[str, Any]:
    """A row of each table that is looked through."""
    for module in pkgutil.iter_modules(tests.factories.__path__):
        importlib.import_module(f"tests.factories.{module.name}")
    factories = {each._meta.model: each for each in _below(Factory) if isinstance(each._meta.model, type)}
    found: dict[str, Any] = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    AccessAttempt.objects.create(username="ann", ip_address="203.0.113.7", failures_since_start=1)
    for model in (AccessFailureLog, AccessLog):
        model.objects.create(username="ann", ip_address="203.0.113.7")
    LogEntry.objects.create(user=UserFactory.create(), action_flag=ADDITION, object_id="1")
    for table in list_searched():
        if not found[table].objects.exists():
            factories[found[table]].create()
    return {table: found[table] for table in list_searched()}


def _below(kind: type[Any]) -> list[type[Any]]:
    return [each for direct in kind.__subclasses__() for each in (direct, *_below(direct))]


def put_in(model: type[models.Model], column: str, spelling: str) -> bool:
    """Write a name into all rows of a column, past all rules but those on single rows; whether these let it."""
    field = next(each for each in model._meta.concrete_fields if each.column == column)
    text: Any = f"~ {spelling} ~"
    if isinstance(field, models.JSONField):
        text = json.dumps({"metadata": {"who": text}})
    value = text.encode() if isinstance(field, models.BinaryField) else text
    try:
        with transaction.atomic():
            run(f'UPDATE {model._meta.db_table} SET "{column}" = %s', value)
    except IntegrityError:
        return False
    return True


def _reject_all() -> None:
    """Batches and files have a reason only where they were rejected; and what tells of logins is another matter."""
    ann = UserFactory.create()
    CardBatch.objects.update(
        status=BatchStatus.REJECTED, rejected_by=ann, rejected_at=days(0), rejected_because="Too many.", waits=False
    )
    AccessChange.objects.update(kind=ChangeKind.ROLE)
    Activity.objects.update(subject_kind="ledger.reason")
    ImportRun.objects.update(state=ImportState.REJECTED, ended_by=ann, ended_because="Too many.")


def test_all_that_may_name_somebody_is_found_and_erased():
    searched = rows_of_everything()
    customer = given_customer(
        first_name="Zébedina", last_name="Quillfeather", email="quill@feather.example", phone="020 7946 0958"
    )
    for name in ("ann", "bob"):
        UserFactory.create(username=name, permissions=RIGHTS)
    _take_rules_away(searched)
    _reject_all()
    spelling = cycle(SPELLINGS)
    refused = [
        f"{table}.{column}"
        for table, columns in list_searched().items()
        for column in columns
        if not put_in(searched[table], column, next(spelling))
    ]
    assert refused == []
    _put_rules_up()
    take_cut(boundary=days(0.1), actor=SYSTEM, now=days(0.2))
    complete_cuts(now=days(0.2))

    make_anonymous(customer)

    after = dump()
    assert [line for line in after.splitlines() if LEFT.search(line)] == []
    take_cut(boundary=days(0.4), actor=SYSTEM, now=days(0.5))
    complete_cuts(now=days(0.5))
    assert list(verify_seals()) == []


def _take_rules_away(searched: dict[str, Any]) -> None:
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")
        for table in searched:
            run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    else:
        for app in filter(has_triggers, apps.get_app_configs()):
            triggers.take_down(connection, app.label)


def _put_rules_up() -> None:
    for app in filter(has_triggers, apps.get_app_configs()):
        triggers.put_up(connection, app.label)

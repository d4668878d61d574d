"""Once something is used that the tables of before have no room for, going back is refused in words, first of all."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.operations import RunPython

from giftcards.models import BatchStatus, CardBatch
from storecredit.backoffice.models import ChangeKind, ImportRun, ImportState, Notice
from tests.factories.backoffice import AccessChangeFactory
from tests.factories.giftcards import CardBatchFactory
from tests.factories.imports import ImportRunFactory
from tests.factories.people import UserFactory
from tests.factories.vendor import WebhookSecretFactory
from tests.scenarios import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once_on_sqlite]


def rejected_batch() -> None:
    CardBatchFactory.create()
    CardBatch.objects.update(
        status=BatchStatus.REJECTED,
        rejected_by=UserFactory.create(),
        rejected_at=NOW,
        rejected_because="Too many.",
        waits=False,
    )


def stopped_file() -> None:
    ImportRunFactory.create()
    ImportRun.objects.update(state=ImportState.REJECTED, ended_by=UserFactory.create(), ended_because="Too many.")


def told_of_a_file() -> None:
    person = UserFactory.create()
    Notice.objects.create(kind="FILE_STOP", file=ImportRunFactory.create(), person=person, created_at=NOW)


def asked_for(kind: ChangeKind) -> None:
    AccessChangeFactory.create(kind=kind)


USED: dict[str, tuple[str, Any, str]] = {
    "a rejected batch": ("giftcards.migrations.0012_rejected_batches", rejected_batch, "were rejected"),
    "a rejected file": (
        "storecredit.backoffice.migrations.0018_notices_of_batches_and_files", stopped_file, "were rejected or stopped"
    ),
    "factors": (
        "storecredit.backoffice.migrations.0019_factors_and_keys_by_two",
        lambda: asked_for(ChangeKind.FACTORS), "were asked for",
    ),
    "a stopped file that was told": (
        "storecredit.backoffice.migrations.0020_files_stopped_are_told", told_of_a_file, "told of stopped files"
    ),
    "a key": (
        "storecredit.backoffice.migrations.0019_factors_and_keys_by_two",
        lambda: asked_for(ChangeKind.KEY), "were asked for",
    ),
    "a webhook secret": (
        "storecredit.backoffice.migrations.0021_webhook_secrets_by_two",
        lambda: asked_for(ChangeKind.SECRET), "were asked for",
    ),
    "a webhook secret that waits": (
        "storecredit.checkouts.migrations.0011_secrets_that_wait",
        lambda: WebhookSecretFactory.create(waits=True), "wait for a second administrator",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("migration", "use", "words"), USED.values(), ids=USED)
def test_going_back_behind_what_was_used_is_refused_in_words(migration: str, use: Any, words: str):
    # Backwards the last step comes first.
    last = import_module(migration).Migration.operations[-1]
    assert isinstance(last, RunPython)
    go_back: Any = last.reverse_code
    editor = connection.schema_editor()
    go_back(apps, editor)

    use()

    with pytest.raises(RuntimeError, match=words):
        go_back(apps, editor)

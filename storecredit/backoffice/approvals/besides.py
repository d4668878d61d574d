"""Besides credit requests, what somebody asked another for: batches of cards, and files that bring in money."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.queries import BatchStatus, CardBatch, list_batches_of_planner
from ledger.wording import amount_text
from storecredit.backoffice.approvals.steps import person_of
from storecredit.backoffice.kit import (
    Colours,
    Link,
    Shown,
    Table,
    moment,
    moments,
    money_text,
    numbers,
    reasons,
    state_tag,
)
from storecredit.backoffice.models import BRING_VALUE, ImportRun, ImportState

_SHOWN = 10
#: What is said of a batch besides its status.
WAITS = _("Waits for approval")
_CONFIRMS = _("Waits for confirmation")
_COLOURS = Colours(
    {
        **dict.fromkeys((state.label for state in (*BatchStatus, *ImportState)), "info"),
        WAITS: "warning",
        _CONFIRMS: "warning",
        BatchStatus.REJECTED.label: "danger",
        BatchStatus.READY.label: "success",
        ImportState.DONE.label: "success",
        ImportState.STOPPED.label: "danger",
    }
)


def batch_words(batch: CardBatch) -> str:
    """How far a batch is, as everybody is told."""
    return str(WAITS) if batch.waits else str(BatchStatus(batch.status).label)


def besides_table(request: HttpRequest) -> Table | None:
    """The newest that whoever is signed in asked another person for; None if there are none."""
    person_id = person_of(request)
    batches = list_batches_of_planner(person_id=person_id)[:_SHOWN]
    brought = ImportRun.objects.filter(started_by_id=person_id, kind__in=BRING_VALUE, test_mode=False, faults=0)
    told = (ImportState.CHECKED, ImportState.RUNNING, ImportState.DONE, ImportState.REJECTED, ImportState.STOPPED)
    runs = brought.filter(state__in=told).select_related("confirmed_by", "ended_by").order_by("-created_at", "-pk")
    rows = [*map(_batch_row, batches), *map(_file_row, runs[:_SHOWN])]
    if not rows:
        return None
    rows.sort(key=lambda row: row[0], reverse=True)
    return Table(
        title=gettext("Batches and files"),
        columns=(
            moments(gettext("Asked for")),
            gettext("What"),
            numbers(gettext("Worth")),
            gettext("State"),
            gettext("By"),
            reasons(gettext("What was said")),
        ),
        rows=[[moment(asked_at), *cells] for asked_at, *cells in rows[:_SHOWN]],
    )


def _batch_row(batch: CardBatch) -> list[Any]:
    by = batch.approved_by or batch.rejected_by
    url = reverse("admin:giftcards_cardbatch_change", args=[batch.pk])
    cells: list[Shown] = [
        Link(gettext("Card batch %(number)s") % {"number": batch.name}, url),
        amount_text(batch.amount * batch.size),
        state_tag(batch_words(batch), _COLOURS),
        by.get_username() if by else "",
        batch.rejected_because,
    ]
    return [batch.created_at, *cells]


def _file_row(run: ImportRun) -> list[Any]:
    by = run.ended_by or run.confirmed_by
    words = str(_CONFIRMS) if run.state == ImportState.CHECKED and run.brings_money else run.get_state_display()
    sums = sorted(run.facts.get("sums_minor", {}).items())
    cells: list[Shown] = [
        Link(str(run), reverse("admin:backoffice_importrun_change", args=[run.pk])),
        " · ".join(money_text(minor, code) for code, minor in sums),
        state_tag(words, _COLOURS),
        by.get_username() if by else "",
        run.ended_because,
    ]
    return [run.created_at, *cells]

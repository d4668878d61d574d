"""The rows of finance: accounts and rules of the general ledger, journals that were exported, and reconciliations."""

from datetime import date, datetime, timedelta
from typing import Any

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from ledger.operations import complete_cuts, take_cut
from ledger.queries import find_last_cut
from storecredit.finance.models import (
    FindingEvent,
    FindingSighting,
    GeneralLedgerAccount,
    GeneralLedgerRule,
    JournalExport,
    JournalLine,
    ReconciliationFinding,
    ReconciliationRun,
    RunKind,
    Severity,
)
from storecredit.finance.operations import Seen, begin_run, explain_finding, export_journal
from storecredit.finance.queries.days import midnight_after
from tests.factories.defaults import NOW, STAFF, SYSTEM
from tests.factories.ledger import TransactionFactory


class GeneralLedgerAccountFactory(DjangoModelFactory[GeneralLedgerAccount]):
    """An account of the shop's own chart."""

    class Meta:
        model = GeneralLedgerAccount

    code = Sequence(lambda n: f"8{n:03}")
    name = "Till differences"


class GeneralLedgerRuleFactory(DjangoModelFactory[GeneralLedgerRule]):
    """A rule for purchases, of accounts of its own."""

    class Meta:
        model = GeneralLedgerRule

    counter_account = "SALES"
    type = "REDEEM"
    valid_from = Sequence(lambda n: date.fromordinal(date(2026, 1, 1).toordinal() + n))
    debit = SubFactory(GeneralLedgerAccountFactory)
    credit = SubFactory(GeneralLedgerAccountFactory)


class JournalExportFactory(DjangoModelFactory[JournalExport]):
    """The journal of a day, on which credit was given, and of all before it that none has."""

    class Meta:
        model = JournalExport

    @classmethod
    def _create(cls, model_class: type[JournalExport], *args: Any) -> JournalExport:
        last = find_last_cut()
        given_at = last.boundary if last else NOW - timedelta(days=300)
        boundary = midnight_after(given_at.date())
        TransactionFactory.create(now=given_at)
        take_cut(boundary=boundary, actor=SYSTEM, now=boundary)
        complete_cuts(now=boundary)
        return export_journal(last_day=given_at.date(), actor=SYSTEM, now=boundary)


class JournalLineFactory(DjangoModelFactory[JournalLine]):
    """A line of such a journal."""

    class Meta:
        model = JournalLine

    export = SubFactory(JournalExportFactory)

    @classmethod
    def _create(cls, model_class: type[JournalLine], *args: Any, export: JournalExport) -> JournalLine:
        return export.lines.order_by("place")[0]


class ReconciliationRunFactory(DjangoModelFactory[ReconciliationRun]):
    """A run of the books that found nothing."""

    class Meta:
        model = ReconciliationRun

    @classmethod
    def _create(cls, model_class: type[ReconciliationRun], *args: Any, **kwargs: Any) -> ReconciliationRun:
        recorder = begin_run(kind=RunKind.BOOKS, actor=SYSTEM, now=NOW, **kwargs)
        return recorder.end(checked=12, now=NOW + timedelta(seconds=30))


class ReconciliationFindingFactory(DjangoModelFactory[ReconciliationFinding]):
    """A reference that our books have and somebody's list has not, seen by a run of its own."""

    class Meta:
        model = ReconciliationFinding

    subject_id = Sequence(lambda n: f"order-{n:04}")
    now = NOW

    @classmethod
    def _create(
        cls, model_class: type[ReconciliationFinding], *args: Any, subject_id: str, now: datetime, **kwargs: Any
    ) -> ReconciliationFinding:
        recorder = begin_run(kind=RunKind.STATEMENT, actor=SYSTEM, now=now, source="till")
        seen: dict[str, Any] = {
            "kind": RunKind.STATEMENT,
            "code": "missing there",
            "severity": Severity.MEDIUM,
            "subject_kind": "reference",
            "subject_id": subject_id,
            "message": "missing there: ours £-12.50",
            "identity": (subject_id, "GBP"),
            "source": "till",
            "currency": "GBP",
            "ours_minor": -1250,
        }
        recorder.see(Seen(**seen | kwargs), now)
        run = recorder.end(checked=1, now=now)
        return run.sightings.select_related("finding").get().finding


class FindingSightingFactory(DjangoModelFactory[FindingSighting]):
    """What a run saw of such a finding."""

    class Meta:
        model = FindingSighting

    finding = SubFactory(ReconciliationFindingFactory)

    @classmethod
    def _create(cls, model_class: type[FindingSighting], *args: Any, finding: ReconciliationFinding) -> FindingSighting:
        return finding.sightings.order_by("-run")[0]


class FindingEventFactory(DjangoModelFactory[FindingEvent]):
    """Somebody's explanation of such a finding."""

    class Meta:
        model = FindingEvent

    finding = SubFactory(ReconciliationFindingFactory)

    @classmethod
    def _create(cls, model_class: type[FindingEvent], *args: Any, finding: ReconciliationFinding) -> FindingEvent:
        return explain_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note="The till was closed a day later.")

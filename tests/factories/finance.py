"""The rows of finance: accounts and rules of the general ledger, and journals that were exported."""

from datetime import date, timedelta
from typing import Any

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from ledger.operations import complete_cuts, take_cut
from ledger.queries import find_last_cut
from storecredit.finance.models import GeneralLedgerAccount, GeneralLedgerRule, JournalExport, JournalLine
from storecredit.finance.operations import export_journal
from storecredit.finance.queries.days import midnight_after
from tests.factories.defaults import NOW, SYSTEM
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

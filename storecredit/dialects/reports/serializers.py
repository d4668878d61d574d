"""Lines of reports: each amount as a string in major units and as a whole number of minor ones."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from ledger.money import CURRENCIES
from ledger.operations import AccountKind, CounterAccount, Funding, TransactionType
from ledger.queries import Cut
from storecredit.api.fields import BookedAmountText, Choice, CurrencyCode, Day, Integer, IsoMilliseconds, TextOrNull
from storecredit.api.fields import Text as AnyText
from storecredit.api.serializers import Serializer
from storecredit.finance.queries import (
    AGES,
    EXPECTED,
    RECOGNISED,
    TAKEN_BACK,
    TERMS,
    Ageing,
    JournalLine,
    Kept,
    Line,
    Movement,
)

MINOR = "in minor units"
#: How many lines a page may have.
MAX_LINES = 1000
_MOST_LINES = len(CURRENCIES) * len(AccountKind) * len(Funding)


class MoneyLine(Serializer):
    """A line whose amounts, of its currency, stand in it by their names, and with `_minor` in minor units."""

    #: What each amount is, by its name.
    amounts: ClassVar[Mapping[str, str]] = {}

    currency = CurrencyCode(help_text="ISO 4217.")

    def get_fields(self) -> dict[str, Any]:
        """Those of the class, then two of each amount."""
        fields: dict[str, Any] = super().get_fields()
        for name, about in self.amounts.items():
            fields[name] = BookedAmountText(minor=name, help_text=f"{about}, with the decimals of the currency.")
            fields[f"{name}_minor"] = Integer(source=name, help_text=f"{about}, {MINOR}.")
        return fields


class CreditLine(MoneyLine):
    """A line of one currency, kind of account and funding."""

    kind = Choice(choices=AccountKind.values, component="AccountKind", help_text="Kind of account.")
    funding = Choice(choices=Funding.values, component="Funding", help_text="What the credit was given for.")


_OWED = {"owed": "What is owed"}
_FLOWS = {
    "opening": "What was owed at the beginning",
    **{each.name.lower(): f"What was {each.value}, with its sign" for each in Movement},
    "closing": "What is owed at the end",
}
_AGES = (*(f"up_to_{days}_days_old" for days in AGES), "older")
_ENDS = ("overdue", *(f"expires_within_{days}_days" for days in TERMS), "expires_later", "unending")
_AGED = {
    **_OWED,
    **{name: f"Of it {name.replace('_', ' ')}, without what is younger" for name in _AGES},
    "overdue": "Of it expired and not swept yet",
    **{name: f"Of it what {name.replace('_', ' ')}, without what is sooner" for name in _ENDS[1:-1]},
    "unending": "Of it what does not expire",
}


class LiabilityLine(CreditLine):
    """What is owed of one currency, kind and funding."""

    amounts = _OWED


class LiabilityTotal(MoneyLine):
    """What is owed in one currency."""

    amounts = _OWED


class RollForwardLine(CreditLine):
    """What was owed, each movement with its sign, and what is owed: it adds up exactly."""

    amounts = _FLOWS


class RollForwardTotal(MoneyLine):
    """The sum of the lines of one currency."""

    amounts = _FLOWS


class AgeingLine(CreditLine):
    """How old what is owed is, and when it expires."""

    amounts = _AGED


class AgeingTotal(MoneyLine):
    """The sum of the lines of one currency."""

    amounts = _AGED


class JournalEntryLine(CreditLine):
    """One amount that one account of the general ledger is debited with and another is credited with."""

    amounts = {"amount": "The amount, more than nothing"}

    place = Integer(help_text="Which line of the journal it is, from 1 on.")
    day = Day(help_text="The day of the shop.")
    debit = AnyText(help_text="The account that is debited.")
    credit = AnyText(help_text="The account that is credited.")
    type = Choice(
        choices=[*TransactionType.values, RECOGNISED, TAKEN_BACK],
        component="EntryType",
        help_text="Type of the entries; BREAKAGE and TRUE_UP, which no entry has, of what nobody is expected to spend.",
    )
    counter_account = Choice(
        choices=[*CounterAccount.values, EXPECTED],
        component="CounterAccount",
        help_text="Against what they were booked.",
    )
    reason = TextOrNull(help_text="The reason of the entries, where a rule names it.")
    cohort = TextOrNull(help_text="The year in which the credit came in of which breakage is expected.")
    corrects = TextOrNull(help_text="The month before, such as 2027-01, that corrections put right.")


class ReportCut(Serializer):
    """A moment up to which time is closed for good."""

    number = Integer(help_text="Cuts count 1, 2, 3 …")
    boundary = IsoMilliseconds(help_text="What lies before this moment is in it.")
    digest = AnyText(source="seal.digest", help_text="SHA-256 over all that it closed, and over the digest before.")


class SealedCut(ReportCut):
    """A cut and its seal."""

    taken_at = IsoMilliseconds(help_text="When it was taken.")
    entries = Integer(source="seal.entries", help_text="How many entries its span has, test ones among them.")
    previous_digest = TextOrNull(source="seal.previous_digest", help_text="The digest of the cut before; null: none.")
    public_key = TextOrNull(source="seal.public_key", help_text="Ed25519, in hexadecimal; null where nobody signed.")
    signature = TextOrNull(source="seal.signature", help_text="Of the digest, by that key, in hexadecimal.")


class LiabilityReport(Serializer):
    """What is owed as of a cut."""

    as_of = ReportCut(help_text="As of when.")
    lines = LiabilityLine(many=True, max_length=_MOST_LINES, help_text="By currency, kind and funding.")
    totals = LiabilityTotal(many=True, max_length=len(CURRENCIES), help_text="By currency: two are never added up.")


class RollForwardReport(Serializer):
    """What moved what is owed between two cuts."""

    begin = ReportCut(allow_null=True, help_text="Where it begins; null: with the books.")
    end = ReportCut(help_text="Where it ends.")
    lines = RollForwardLine(many=True, max_length=_MOST_LINES, help_text="By currency, kind and funding.")
    totals = RollForwardTotal(many=True, max_length=len(CURRENCIES), help_text="By currency: two are never added up.")


class AgeingReport(Serializer):
    """How old what was owed at a cut was, and when it was to expire."""

    as_of = ReportCut(help_text="As of when.")
    lines = AgeingLine(many=True, max_length=_MOST_LINES, help_text="By currency, kind and funding.")
    totals = AgeingTotal(many=True, max_length=len(CURRENCIES), help_text="By currency: two are never added up.")


class JournalPage(Serializer):
    """A page of a journal."""

    number = Integer(allow_null=True, help_text="Under which it was exported; null: read by days.")
    lines = JournalEntryLine(many=True, max_length=MAX_LINES, help_text="By day, in the order of their places.")
    next_cursor = TextOrNull(help_text="`cursor` of the next page; null on the last.")


class CutPage(Serializer):
    """A page of cuts, newest first."""

    lines = SealedCut(many=True, max_length=MAX_LINES, help_text="The cuts.")
    next_cursor = TextOrNull(help_text="`cursor` of the next page; null on the last.")


def tell_owed(kept: Kept, minor: int) -> dict[str, Any]:
    """A line of what is owed, in minor units."""
    return {**kept._asdict(), "owed": minor}


def tell_flow(line: Line) -> dict[str, Any]:
    """A line of a roll-forward, in minor units."""
    moved = {each.name.lower(): line.moved_minor[each] for each in Movement}
    return {**line.kept._asdict(), "opening": line.opening_minor, **moved, "closing": line.closing_minor}


def tell_age(line: Ageing) -> dict[str, Any]:
    """A line of ages and terms, in minor units."""
    minor = (*line.by_age_minor, line.overdue_minor, *line.by_term_minor, line.unending_minor)
    return {**line.kept._asdict(), "owed": line.owed_minor, **dict(zip((*_AGES, *_ENDS), minor, strict=True))}


def tell_entry(line: JournalLine) -> dict[str, Any]:
    """A line of a journal, in minor units."""
    names = (
        "currency", "kind", "funding", "place", "day", "debit", "credit", "type", "counter_account", "reason", "cohort",
        "corrects",
    )  # fmt: skip
    return {**{name: getattr(line, name) for name in names}, "amount": line.amount_minor}


def sum_by_currency(lines: Iterable[Mapping[str, Any]], amounts: Iterable[str]) -> list[dict[str, Any]]:
    """One line for each currency: the sums of these amounts."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(amounts, 0))
    for line in lines:
        for name in sums[line["currency"]]:
            sums[line["currency"]][name] += line[name]
    return [{"currency": currency, **minor} for currency, minor in sorted(sums.items())]


def version_of(*cuts: Cut | None) -> str:
    """What says which cuts a report is of, and what they closed."""
    return " ".join(cut.seal.digest if cut else "-" for cut in cuts)

"""How findings read on pages: in the words of whoever looks, with the ways to what they name."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.queries import GiftCard
from ledger.queries import Account, Customer, Hold, Lot, Transaction, list_referring
from storecredit.backoffice.approvals.words import request_link
from storecredit.backoffice.checkouts.words import order_link
from storecredit.backoffice.kit import Colours, Link, Shown, money_text, phrase, signed_text
from storecredit.backoffice.kit.rows import account_link, customer_link, entry_link, hold_link
from storecredit.backoffice.proof import list_checks
from storecredit.credits.queries import CreditRequest
from storecredit.finance.queries import FindingState, ReconciliationFinding, RunKind, RunOutcome, Severity

STATE_COLOURS = Colours(
    {
        FindingState.OPEN.label: "warning",
        FindingState.REOPENED.label: "danger",
        FindingState.EXPLAINED.label: "info",
        FindingState.CORRECTED.label: "success",
    }
)
OUTCOME_COLOURS = Colours(
    {
        RunOutcome.CLEAN.label: "success",
        RunOutcome.FINDINGS.label: "warning",
        RunOutcome.FAILED.label: "danger",
        RunOutcome.RUNNING.label: "info",
    }
)
SEVERITY_COLOURS = Colours(
    {Severity.HIGH.label: "danger", Severity.MEDIUM.label: "warning", Severity.LOW.label: "info"}
)
#: The kinds of differences between two lists.
DIFFERENCES = {
    "missing here": _("Missing here"),
    "missing there": _("Missing there"),
    "amount differs": _("Amount differs"),
    "day differs": _("Day differs"),
    "returned differs": _("Returned differs"),
    "currency differs": _("Currency differs"),
}
_SUBJECTS = {
    "transaction": _("Transaction"),
    "account": _("Account"),
    "card": _("Gift card"),
    "gift card": _("Gift card"),
    "credit request": _("Credit request"),
    "customer": _("Customer"),
    "hold": _("Hold"),
    "order": _("Order"),
    "reference": _("Reference"),
    "lot": _("Lot"),
    "trigger": _("Trigger"),
}


def check_words(finding: ReconciliationFinding) -> str:
    """What was asked of the books, or how the two sides differ."""
    if finding.kind != RunKind.BOOKS:
        return str(DIFFERENCES.get(finding.code, finding.code))
    titles = {name: str(title) for name, _rule, title in list_checks()}
    return titles.get(finding.code) or {"guards": gettext("Every trigger and constraint is in place")}.get(
        finding.code, finding.code
    )


def about_words(finding: ReconciliationFinding) -> str:
    """What it is about: `Transaction 17`."""
    kind = str(_SUBJECTS.get(finding.subject_kind, finding.subject_kind))
    return f"{kind} {finding.subject_id}".strip()


def told_words(finding: Any) -> str:
    """What is wrong, in a sentence. `finding` is a finding, or has its members."""
    if finding.kind == RunKind.BOOKS:
        return str(finding.message)
    sides = [
        (gettext("theirs"), finding.theirs_minor),
        (gettext("ours"), finding.ours_minor),
    ]
    return ", ".join(
        f"{side} {signed_text(minor, finding.currency) if minor else money_text(0, finding.currency)}"
        for side, minor in sides
        if minor is not None
    )


def finding_link(finding: ReconciliationFinding, words: str = "") -> Link:
    url = reverse("admin:finance_reconciliationfinding_change", args=[finding.pk])
    return Link(words or str(finding), url)


def run_link(run: Any) -> Link:
    return Link(str(run), reverse("admin:finance_reconciliationrun_change", args=[run.pk]))


def find_account(finding: ReconciliationFinding) -> Account | None:
    """The account that it is about, as far as it names one."""
    if finding.account_number:
        return Account.objects.filter(number=finding.account_number).select_related("customer").first()
    if entry := find_entry(finding):
        return entry.account
    if finding.subject_kind not in {"reference", "order"}:
        return None
    # Of what several accounts paid nobody can tell whose it is.
    referring = list_referring(references=[finding.subject_id]).filter(
        currency=finding.currency, account__test_mode=finding.test_mode
    )
    accounts = list(referring.order_by().values_list("account", flat=True).distinct()[:2])
    return Account.objects.select_related("customer").get(pk=accounts[0]) if len(accounts) == 1 else None


def subject_shown(finding: ReconciliationFinding) -> Shown:
    """The way to what it names; its words where that has no page, or is gone."""
    found = _FINDERS.get(finding.subject_kind, lambda finding: None)(finding)
    return phrase(about_words(finding), found, between=" · ") if found else about_words(finding)


def find_lot(finding: ReconciliationFinding) -> Lot | None:
    """The piece of credit that it is about, if something is left of it."""
    if finding.subject_kind != "lot" or not finding.subject_id.isdecimal():
        return None
    return Lot.objects.filter(pk=int(finding.subject_id), remaining_minor__gt=0).first()


def find_entry(finding: ReconciliationFinding) -> Transaction | None:
    """The transaction that it is about."""
    if finding.subject_kind != "transaction" or not finding.subject_id.isdecimal():
        return None
    return Transaction.objects.filter(number=int(finding.subject_id)).select_related("account__customer").first()


def _entry(finding: ReconciliationFinding) -> Shown:
    return entry_link(find_entry(finding))


def _account(finding: ReconciliationFinding) -> Shown:
    return account_link(Account.objects.filter(number=finding.subject_id).first())


def _card(finding: ReconciliationFinding) -> Shown:
    pk = _uuid(finding.subject_id)
    cards = GiftCard.objects.filter(pk=pk) if pk else GiftCard.objects.filter(account__number=finding.subject_id)
    card = cards.first()
    if card is None:
        return None
    return Link(gettext("Its page"), reverse("admin:giftcards_giftcard_change", args=[card.pk]))


def _request(finding: ReconciliationFinding) -> Shown:
    pk = _uuid(finding.subject_id)
    request = CreditRequest.objects.filter(pk=pk).first() if pk else None
    return request_link(request) if request else None


def _hold(finding: ReconciliationFinding) -> Shown:
    pk = _uuid(finding.subject_id)
    hold = Hold.objects.filter(pk=pk).first() if pk else None
    return hold_link(hold) if hold else None


def _customer(finding: ReconciliationFinding) -> Shown:
    return customer_link(Customer.objects.filter(number=finding.subject_id).first())


def _reference(finding: ReconciliationFinding) -> Shown:
    url = reverse("admin:ledger_transaction_changelist")
    return Link(gettext("Its transactions"), f"{url}?reference={quote(finding.subject_id)}")


def _order(finding: ReconciliationFinding) -> Shown:
    return order_link(finding.subject_id) or _reference(finding)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_FINDERS: dict[str, Any] = {
    "transaction": _entry,
    "account": _account,
    "card": _card,
    "gift card": _card,
    "credit request": _request,
    "hold": _hold,
    "customer": _customer,
    "reference": _reference,
    "order": _order,
}

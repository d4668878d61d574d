"""What was done by mistake is undone: on both accounts where it moved credit from one to another."""

from datetime import datetime
from typing import Any

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.operations import CardState, undo_transaction
from ledger.errors import DomainError
from ledger.money import from_minor
from ledger.operations import AccountStatus, TransactionType
from ledger.queries import Transaction, find_closed_until, find_other_side, sum_left_of_credit_minor, sum_undone_minor
from storecredit.backoffice.approvals.limited_steps import LimitedStep
from storecredit.backoffice.approvals.ways_out import ask_correction, is_above_limit, wait
from storecredit.backoffice.books.money.forms import ReverseForm
from storecredit.backoffice.books.money.steps import MoneyStep
from storecredit.backoffice.kit import Change, Fact, money_text, signed_text


class ReverseTransaction(LimitedStep, MoneyStep):
    """Undoes the whole of one transaction, once. What gives back more than one person gives is a correction."""

    slug, label, icon, permission = "reverse", _("Reverse"), "undo", "ledger.reverse_transaction"
    form_class = ReverseForm
    danger = True
    explanation = _(
        "Undo the whole of this transaction, as if it had not been. Both stay in the history. A move is undone on both "
        "its accounts."
    )
    done = _("Reversed %(amount)s.")

    def account_id(self) -> int:
        return int(self.target.account_id)

    @cached_property
    def other_side(self) -> Transaction | None:
        """The other entry of a move, which is reversed along with it."""
        return find_other_side(transfer=self.target) if self.target.type == TransactionType.TRANSFER else None

    def refusal(self) -> str:
        entry = self.target
        if entry.type == TransactionType.REVERSE:
            return gettext("a reversal cannot be reversed.")
        if entry.type == TransactionType.TRANSFER and self.other_side is None:
            return gettext("the other side of this move is not found.")
        if sum_undone_minor(transaction=entry):
            return gettext("it was reversed or refunded already.")
        if (until := find_closed_until()) is not None and entry.created_at < until:
            return gettext("its month is closed: ask for a correction.")
        sides = [entry, self.other_side] if self.other_side else [entry]
        given_back = from_minor(max(-each.amount_minor for each in sides), entry.currency)
        refused = "" if entry.account.test_mode else self.refuse_giving_back(given_back)
        return refused or next(filter(None, map(_side_refusal, sides)), "")

    def ways_out(self, error: DomainError | None, data: dict[str, Any]) -> list[SafeString]:
        entry = self.target
        is_asked = is_above_limit(error) or (error is None and self._needs_correction())
        return [*ask_correction(self.request, entry), *wait(error)] if is_asked else []

    def _needs_correction(self) -> bool:
        """Whether nothing but who decides it stands against it."""
        entry = self.target
        if entry.type == TransactionType.REVERSE or sum_undone_minor(transaction=entry):
            return False
        sides = [entry, self.other_side] if self.other_side else [entry]
        return bool(self.refusal()) and not any(map(_side_refusal, sides))

    def facts_first(self) -> list[Fact]:
        entry = self.target
        facts = [Fact(gettext("Undoes"), f"{entry}, {signed_text(entry.amount_minor, entry.currency)}")]
        if self.other_side is not None:
            other = self.other_side
            amount = signed_text(other.amount_minor, other.currency)
            facts.append(
                Fact(
                    gettext("And its other side"),
                    gettext("%(entry)s, %(amount)s on %(account)s")
                    % {"entry": other, "amount": amount, "account": _whose(other)},
                )
            )
        if entry.account.customer:
            facts.append(Fact(gettext("Customer"), str(entry.account.customer)))
        return facts

    def more_changes(self) -> list[Change]:
        if self.other_side is None:
            return []
        undone = self.other_side.reversals.get()
        before_minor = undone.balance_after_minor - undone.amount_minor
        amounts = [money_text(minor, undone.currency) for minor in (before_minor, undone.balance_after_minor)]
        return [Change(gettext("Balance of %(account)s") % {"account": self.other_side.account.number}, *amounts)]

    def post(self, data: dict[str, Any], key: str, now: datetime) -> Transaction:
        return undo_transaction(
            transaction_id=self.target.pk,
            actor=self.actor,
            now=now,
            why=self.why(data, key),
        )

    def result_url(self, entry: Transaction) -> str:
        return self.admin.page_url(self.target)


def _side_refusal(entry: Transaction) -> str:
    """Why an entry, or one side of a move, cannot be reversed as things stand; blank if it can."""
    account = entry.account
    card = getattr(account, "card", None)
    if card is not None and card.state in {CardState.BLOCKED, CardState.VOIDED}:
        return gettext("card %(card)s is %(state)s.") % {
            "card": card.masked_code,
            "state": card.get_state_display().lower(),
        }
    if account.status == AccountStatus.CLOSED:
        return gettext("the account %(account)s is closed.") % {"account": account.number}
    if entry.amount_minor > 0:
        left_minor = sum_left_of_credit_minor(transaction=entry)
        if left_minor < entry.amount_minor:
            return gettext("of the credit that it brought in, only %(amount)s is left.") % {
                "amount": money_text(left_minor, entry.currency)
            }
    return ""


def _whose(entry: Transaction) -> str:
    """The account of an entry, and whose it is."""
    account = entry.account
    return (
        gettext("%(account)s of %(customer)s") % {"account": account.number, "customer": account.customer}
        if account.customer
        else account.number
    )

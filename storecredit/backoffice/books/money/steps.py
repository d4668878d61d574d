"""Each button is one operation of the ledger between a form and a sentence."""

from datetime import datetime
from typing import Any, ClassVar

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.errors import DomainError
from ledger.operations import AccountKind, AccountStatus, CustomerStatus, Why, adjust_credit, issue_credit, spend_credit
from ledger.queries import (
    AccountBalance,
    Transaction,
    find_transaction,
    get_account_balance,
    get_wallet,
    list_accounts,
    sum_spendable_minor,
)
from storecredit.backoffice.approvals.limited_steps import AskingStep, LimitedStep
from storecredit.backoffice.approvals.steps import ASK
from storecredit.backoffice.approvals.twins import find_twins
from storecredit.backoffice.approvals.ways_out import ask_correction, is_above_limit, link_to_step, wait
from storecredit.backoffice.books.money.forms import AdjustForm, AmountForm, DebitForm, IssueForm, IssueToCustomerForm
from storecredit.backoffice.kit import (
    Change,
    ConfirmStep,
    DomainForm,
    Fact,
    Outcome,
    Review,
    Twin,
    Words,
    day_text,
    first_moment_after,
    last_moment,
    money_text,
    movement_key,
    signed_text,
)
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.operations import CUSTOMER, NewRequest, RequestKind
from storecredit.credits.queries import CreditRequest, Receiver

_LOTS_SHOWN = 5
_NO_NEW_CREDIT = (CustomerStatus.BANNED, CustomerStatus.ARCHIVED)


class MoneyStep(ConfirmStep):
    """Moves money in one account. The step's token is the movement's key: one review, one movement, for ever."""

    #: What is said when it is done, of the `amount`.
    done: ClassVar[Words]

    def post(self, data: dict[str, Any], key: str, now: datetime) -> Transaction:
        """Call the operation."""
        raise NotImplementedError

    def spendable_before(self, data: dict[str, Any], now: datetime) -> int:
        """What can be spent before it, in minor units."""
        return get_account_balance(account_id=self.account_id(), now=now).spendable_minor

    def account_id(self) -> int:
        return int(self.target.pk)

    def standing(self) -> list[Fact]:
        return _standing(get_account_balance(account_id=self.account_id(), now=timezone.now()))

    def facts_first(self) -> list[Fact]:
        """What stands above the facts that all movements have."""
        return []

    def more_changes(self) -> list[Change]:
        """What changes besides this one account, asked after the posting."""
        return []

    def account_words(self, entry: Transaction) -> str:
        return entry.account.number

    def perform(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        spendable_minor = self.spendable_before(data, now)
        entry = self.post(data, movement_key(token), now)
        after = get_account_balance(account_id=entry.account_id, now=now)
        currency = entry.currency
        balance_before_minor = entry.balance_after_minor - entry.amount_minor
        balance = money_text(entry.balance_after_minor, currency)
        return Outcome(
            review=Review(
                changes=[
                    Change(gettext("Balance"), money_text(balance_before_minor, currency), balance),
                    Change(
                        gettext("Can be spent"),
                        money_text(spendable_minor, currency),
                        money_text(after.spendable_minor, currency),
                    ),
                    *self.more_changes(),
                ],
                facts=[*self.facts_first(), Fact(gettext("Account"), self.account_words(entry)), *_facts(entry)],
            ),
            url=self.result_url(entry),
            message=" ".join(
                (
                    str(self.done) % {"amount": money_text(abs(entry.amount_minor), currency)},
                    gettext("The balance is now %(balance)s.") % {"balance": balance},
                )
            ),
            record=entry,
        )

    def result_url(self, entry: Transaction) -> str:
        customer_id = entry.account.customer_id
        if customer_id:
            return reverse("admin:ledger_customer_change", args=[customer_id])
        return reverse("admin:ledger_account_change", args=[entry.account_id])

    def find_done(self, token: str) -> str | None:
        entry = find_transaction(key=movement_key(token))
        return self.result_url(entry) if entry else None

    def why(self, data: dict[str, Any], key: str) -> Why:
        """What the form has taken of it."""
        return Why(reason=data["reason"], note=data["note"], reference=data.get("reference", ""), key=key)


class AccountStep(MoneyStep):
    """Starts from an account."""

    form_class: ClassVar[type[AmountForm]] = DebitForm

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        return self.form_class(data, currency=self.target.currency)

    def facts_first(self) -> list[Fact]:
        customer = self.target.customer
        return [Fact(gettext("Customer"), str(customer))] if customer else []

    def refusal(self) -> str:
        if self.target.kind == AccountKind.GIFT_CARD:
            return gettext("a gift card's value is changed on the card itself.")
        if self.target.status == AccountStatus.CLOSED:
            return gettext("the account is closed.")
        return ""


class DebitAccount(AccountStep):
    slug, label, icon, permission = "debit", _("Debit"), "remove", "ledger.debit_credit"
    explanation = _("Take credit that the customer spends. What expires first goes first.")
    done = _("Debited %(amount)s.")

    def refusal(self) -> str:
        nothing = not sum_spendable_minor(account_id=self.target.pk, now=timezone.now())
        return super().refusal() or (gettext("there is nothing to take.") if nothing else "")

    def post(self, data: dict[str, Any], key: str, now: datetime) -> Transaction:
        return spend_credit(
            account_id=self.target.pk,
            amount=data["amount"],
            actor=self.actor,
            now=now,
            why=self.why(data, key),
        )


class AdjustAccount(LimitedStep, AccountStep):
    slug, label, icon, permission = "adjust", _("Adjust"), "tune", "ledger.adjust_credit"
    form_class = AdjustForm
    explanation = _("Put a wrong balance right. To undo one single entry, reverse that transaction instead.")
    done = _("Adjusted by %(amount)s.")

    def find_twins(self, data: dict[str, Any], outcome: Outcome, now: datetime) -> list[Twin]:
        amount: Money = data["amount"]
        if amount.amount < 0:
            return []
        return find_twins(receiver=_receiver_of(self.target), amount=amount, now=now, besides=[outcome.record.pk])

    def explain(self) -> str:
        limit = self.limit_words(self.target.currency)
        told = gettext("More than %(limit)s is not added here: issue it, so that somebody else approves it.")
        return f"{super().explain()} {told % {'limit': limit}}"

    def ways_out(self, error: DomainError | None, data: dict[str, Any]) -> list[SafeString]:
        if not is_above_limit(error):
            return []
        user: Any = self.request.user
        issued = []
        if self.may_be_issued and user.has_perm(ASK):
            issued = link_to_step(
                self.request,
                self.target,
                IssueToAccount.slug,
                IssueToAccount.permission,
                named=gettext("Issue it"),
                sentence=gettext("{link}: above your limit it becomes a request that somebody else approves."),
            )
        return [*ask_correction(self.request, self.target), *issued, *wait(error)]

    @property
    def may_be_issued(self) -> bool:
        """Whether new credit is given to this account at all."""
        customer = self.target.customer
        return customer is not None and not _customer_refusal(customer)

    def post(self, data: dict[str, Any], key: str, now: datetime) -> Transaction:
        amount: Money = data["amount"]
        self.require_within(amount)
        return adjust_credit(
            account_id=self.target.pk,
            amount=amount,
            actor=self.actor,
            now=now,
            why=self.why(data, key),
            expires_at=first_moment_after(data["good_through"]),
        )


class IssueStep(AskingStep, MoneyStep):
    """Gives a customer new credit, or asks for it."""

    slug, label, icon, permission = "issue", _("Issue credit"), "add", "ledger.issue_credit"
    explanation = _("Give the customer credit that can be spent at once.")
    done = _("Issued %(amount)s.")

    def customer(self) -> Any:
        """Who is given it."""
        raise NotImplementedError

    def wanted_amount(self, data: dict[str, Any]) -> Money:
        amount: Money = data["amount"]
        return amount

    def wanted(self, data: dict[str, Any], amount: Money) -> NewRequest:
        return NewRequest(
            amount=amount,
            kind=RequestKind.STORE_CREDIT,
            reason=data["reason"],
            note=data["note"],
            attributes={CUSTOMER: self.customer().number},
            expires_on=data["good_through"],
        )

    def asked_url(self, request: CreditRequest) -> str:
        return reverse("admin:ledger_customer_change", args=[self.customer().pk])

    def issue(self, customer: Any, data: dict[str, Any], currency: str, key: str, now: datetime) -> Transaction:
        wallet = get_wallet(customer=customer.number, currency=currency, test_mode=customer.test_mode, now=now)
        return issue_credit(
            wallet=wallet,
            amount=data["amount"],
            actor=self.actor,
            now=now,
            why=self.why(data, key),
            expires_at=first_moment_after(data["good_through"]),
        )


class IssueToAccount(IssueStep, AccountStep):
    form_class = IssueForm

    def receiver(self, data: dict[str, Any]) -> Receiver:
        return _receiver_of(self.target)

    def refusal(self) -> str:
        customer = self.target.customer
        return super().refusal() or (_customer_refusal(customer) if customer else "")

    def customer(self) -> Any:
        return self.target.customer

    def known_currency(self) -> str:
        return str(self.target.currency)

    def post(self, data: dict[str, Any], key: str, now: datetime) -> Transaction:
        return self.issue(self.target.customer, data, self.target.currency, key, now)


class IssueToCustomer(IssueStep):
    """Starts from a customer: the currency is chosen, and the first credit in it opens the account."""

    def customer(self) -> Any:
        return self.target

    def receiver(self, data: dict[str, Any]) -> Receiver:
        return Receiver(customer_id=self.target.pk)

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        known = [account.currency for account in self.target.accounts.order_by("currency")]
        asked = self.request.GET.get("currency", "")
        return IssueToCustomerForm(data, known=known, initial={"amount": [None, asked]} if asked else None)

    def facts_first(self) -> list[Fact]:
        return [Fact(gettext("Customer"), str(self.target))]

    def standing(self) -> list[Fact]:
        held = list_accounts(customer_id=self.target.pk, now=timezone.now())
        return [fact for each in held if each.kind == AccountKind.STORE_CREDIT for fact in _standing(each)]

    def refusal(self) -> str:
        return _customer_refusal(self.target)

    def spendable_before(self, data: dict[str, Any], now: datetime) -> int:
        customer = self.target
        wallet = get_wallet(
            customer=customer.number, currency=data["amount"].currency.code, test_mode=customer.test_mode, now=now
        )
        self.opens_account = wallet.account_id is None
        return wallet.spendable_minor

    def account_words(self, entry: Transaction) -> str:
        # A number drawn for the review would not be the one that the posting draws.
        return gettext("a new one is opened") if self.opens_account else entry.account.number

    def post(self, data: dict[str, Any], key: str, now: datetime) -> Transaction:
        return self.issue(self.target, data, data["amount"].currency.code, key, now)


def _receiver_of(account: Any) -> Receiver:
    """Who has what stands on an account."""
    return Receiver(customer_id=account.customer_id, account_id=account.pk)


def _standing(account: AccountBalance) -> list[Fact]:
    """What is on an account, and what of it can be spent where that is less."""
    balance, spendable = (
        money_text(minor, account.currency) for minor in (account.balance_minor, account.spendable_minor)
    )
    facts = [Fact(gettext("Balance in %(currency)s") % {"currency": account.currency}, balance)]
    return facts if spendable == balance else [*facts, Fact(gettext("Can be spent"), spendable)]


def _customer_refusal(customer: Any) -> str:
    if customer.status in _NO_NEW_CREDIT:
        return gettext("the customer is %(status)s and is given no new credit.") % {
            "status": customer.get_status_display().lower()
        }
    return ""


def _facts(entry: Transaction) -> list[Fact]:
    facts = [
        Fact(gettext("Amount"), signed_text(entry.amount_minor, entry.currency)),
    ]
    new_lots = list(entry.lots.order_by("pk"))
    facts += [Fact(gettext("Good through"), _day(lot.expires_at)) for lot in new_lots]
    uses = list(entry.lot_uses.select_related("lot__transaction").order_by("pk"))
    if uses:
        words = [
            gettext("%(amount)s of %(entry)s, good through %(day)s")
            % {
                "amount": money_text(abs(use.amount_minor), entry.currency),
                "entry": use.lot.transaction,
                "day": _day(use.lot.expires_at),
            }
            for use in uses[:_LOTS_SHOWN]
        ]
        more = [gettext("and %(count)s more") % {"count": len(uses) - _LOTS_SHOWN}] if len(uses) > _LOTS_SHOWN else []
        facts.append(
            Fact(gettext("Takes") if entry.amount_minor < 0 else gettext("Gives back"), "\n".join(words + more))
        )
    facts.append(Fact(gettext("Books to"), entry.get_counter_account_display()))
    facts.append(Fact(gettext("Reason"), shipped(entry.reason.label) if entry.reason else "–"))
    facts += [Fact(gettext("Note"), entry.note)] if entry.note else []
    facts += [Fact(gettext("Reference"), entry.reference)] if entry.reference else []
    return facts


def _day(expires_at: datetime | None) -> str:
    last = last_moment(expires_at)
    return day_text(last.date() if last else None)

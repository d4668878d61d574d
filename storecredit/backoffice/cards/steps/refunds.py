"""What a purchase took comes back, in part or whole."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from giftcards.operations import CardState, refund_redemption
from giftcards.queries import Card, list_refundable
from ledger.errors import DomainError
from ledger.money import from_minor
from ledger.operations import Why
from ledger.queries import Transaction, get_transaction, sum_undone_minor
from storecredit.backoffice.approvals.limited_steps import LimitedStep
from storecredit.backoffice.approvals.ways_out import ask_correction, is_above_limit, leave_to_another, wait
from storecredit.backoffice.cards.steps.base import Movement
from storecredit.backoffice.cards.steps.forms import RefundForm
from storecredit.backoffice.kit import Change, DomainForm, Fact, day_text, money_text, signed_text

#: So many of a card's purchases are offered; an older one is refunded from its line in the history.
REDEMPTIONS_OFFERED = 50


class RefundRedemption(LimitedStep, Movement):
    """
    Starts from a card; the purchase is chosen in the form, or by the line of the history that leads here.

    Of one purchase one person gives back no more than they give at once, in however many parts.
    """

    slug, label, icon, permission = "refund", pgettext_lazy("button", "Refund"), "undo", "ledger.reverse_transaction"
    form_class = RefundForm
    explanation = _(
        "A purchase that was paid with this card comes back, in part or whole: onto the card; if that is voided, onto "
        "the card in its place or to its customer's store credit."
    )
    done = _("Refunded %(amount)s.")
    possible_in = frozenset(CardState)

    def refusal(self) -> str:
        card = self.target
        if not list_refundable(account_id=card.account_id).exists():
            return gettext("no purchase is left that was paid with it and has not come back.")
        if card.state == CardState.VOIDED and card.replaced_by_id is None and card.customer_id is None:
            return gettext("the card is voided, and there is neither a card in its place nor a customer.")
        return ""

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        asked = (data if data is not None else self.request.GET).get("redemption", "")
        redemptions = {str(entry.pk): entry for entry in self._offered(asked)}
        chosen = redemptions.get(asked) or next(iter(redemptions.values()), None)
        form = RefundForm(
            data,
            currency=self.seen.currency,
            redemptions=[(pk, _words_of(entry)) for pk, entry in redemptions.items()],
            initial={"redemption": chosen and chosen.pk, "amount": chosen and _left(chosen)},
        )
        form.fields["amount"].help_text = gettext("At most what is left of the purchase.")
        return form

    def explain(self) -> str:
        told = gettext("More than %(limit)s of a purchase comes back by a correction, which somebody else approves.")
        return f"{super().explain()} {told % {'limit': self.limit_words(self.seen.currency)}}"

    def ways_out(self, error: DomainError | None, data: dict[str, Any]) -> list[SafeString]:
        if not is_above_limit(error):
            return []
        spend = get_transaction(transaction_id=UUID(data["redemption"]))
        if sum_undone_minor(transaction=spend):
            # A correction undoes a purchase of which nothing has come back yet.
            return wait(error) or leave_to_another()
        whole = gettext("It gives the whole purchase back.")
        return [*ask_correction(self.request, spend, whole), *wait(error)]

    def post(self, data: dict[str, Any], card: Card, key: str, now: datetime) -> Transaction:
        spend = get_transaction(transaction_id=UUID(data["redemption"]))
        if not self.target.test_mode:
            # Certain, as the card's account is locked.
            self.require_within(data["amount"] + from_minor(sum_undone_minor(transaction=spend), spend.currency))
        entry = refund_redemption(
            transaction_id=spend.pk,
            amount=data["amount"],
            actor=self.actor,
            now=now,
            why=Why(note=data["note"], reference=data["reference"], key=key),
        )
        self.arrived = get_transaction(transaction_id=entry.pk)
        return entry

    def more_changes(self, before: Card, after: Card) -> list[Change]:
        entry = self.arrived
        if entry.account_id == before.account_id:
            return []
        known_minor = entry.balance_after_minor - entry.amount_minor
        return [
            Change(
                self._receiver,
                money_text(known_minor, entry.currency),
                money_text(entry.balance_after_minor, entry.currency),
            )
        ]

    def facts(self, data: dict[str, Any], entry: Transaction) -> list[Fact]:
        spend = get_transaction(transaction_id=UUID(data["redemption"]))
        left: Any = list_refundable(account_id=spend.account_id).filter(pk=spend.pk).first()
        return [
            Fact(gettext("Purchase"), f"{spend}, {signed_text(spend.amount_minor, spend.currency)}"),
            Fact(gettext("Gives back"), signed_text(entry.amount_minor, entry.currency)),
            Fact(gettext("Then left to refund"), money_text(left.left_minor if left else 0, spend.currency)),
        ]

    @cached_property
    def _receiver(self) -> str:
        account = self.arrived.account
        card = getattr(account, "card", None)
        return (
            gettext("On card %(card)s") % {"card": card.masked_code}
            if card
            else gettext("On the store credit of %(customer)s") % {"customer": account.customer}
        )

    def _offered(self, asked: str) -> list[Any]:
        """The newest that have something left, and the one that is asked for."""
        refundable = list_refundable(account_id=self.target.account_id)
        newest = list(refundable[:REDEMPTIONS_OFFERED])
        if asked in {str(entry.pk) for entry in newest}:
            return newest
        return [*newest, *refundable.filter(pk__in=_read_id(asked))]


def _read_id(text: str) -> list[UUID]:
    try:
        return [UUID(text)]
    except ValueError:
        return []


def _left(entry: Any) -> Any:
    return from_minor(entry.left_minor, entry.currency)


def _words_of(entry: Any) -> str:
    at = timezone.localtime(entry.created_at).date()
    left, whole = (money_text(minor, entry.currency) for minor in (entry.left_minor, -entry.amount_minor))
    order = f", {entry.reference}" if entry.reference else ""
    told = {"entry": f"{day_text(at)}, {entry.number}{order}", "left": left, "whole": whole}
    if left == whole:
        return gettext("%(entry)s: %(left)s left") % told
    return gettext("%(entry)s: %(left)s left of %(whole)s") % told

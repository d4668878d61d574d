"""What the steps of a card share: they read and write it under its account's lock, as its operations do."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.operations import CardState, lock_accounts_around
from giftcards.queries import Card, GiftCard, get_card_by_id
from ledger.queries import Transaction, find_transaction
from storecredit.backoffice.cards.words import balance_text
from storecredit.backoffice.kit import (
    Change,
    ConfirmStep,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    Words,
    money_text,
    movement_key,
)


class OnCard(ConfirmStep):
    """Starts from a card."""

    target: GiftCard
    #: The states in which it can be done.
    possible_in: frozenset[CardState] = frozenset({CardState.ACTIVE})

    @property
    def seen(self) -> Card:
        """The card as it stands, read once for each time that the step looks at its target."""
        known: Card | None = self.target.__dict__.get("_seen")
        if known is None:
            known = get_card_by_id(card_id=self.target.pk, now=timezone.now())
            self.target.__dict__["_seen"] = known
        return known

    def lock(self, receivers: Collection[int] = ()) -> GiftCard:
        """
        The card, fresh, and locked with whatever the step may move.

        :param receivers: ids of customers whose store credit may receive what is on it.
        """
        lock_accounts_around(account_ids=[self.target.account_id], customer_ids=receivers)
        target: GiftCard = self.admin.get_queryset(self.request).get(pk=self.target.pk)
        return target

    def refusal(self) -> str:
        if self.seen.state not in self.possible_in:
            return gettext("the card is %(state)s.") % {"state": self.seen.state.label.lower()}
        return ""

    def card_facts(self) -> list[Fact]:
        """Which card it is, and whose."""
        facts = [Fact(gettext("Card"), f"{self.target.masked_code} · {self.target.account.number}")]
        if self.target.customer:
            facts.append(Fact(gettext("Customer"), str(self.target.customer)))
        return facts


class Decision(OnCard, LoggedStep):
    """Decides something about a card. The card's history tells of it; Django's log holds the token."""

    #: What is said when it is done, of the `card`.
    done: ClassVar[Words]

    def decide(self, data: dict[str, Any], now: datetime) -> Any:
        """Call the operation."""
        raise NotImplementedError

    def changes(self, before: Card, after: Card) -> list[Change]:
        return [Change(gettext("State"), str(before.state.label), str(after.state.label))]

    def facts(self, data: dict[str, Any]) -> list[Fact]:
        return []

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        self.was = before = self.seen
        record = self.decide(data, now)
        self.is_now = after = get_card_by_id(card_id=self.target.pk, now=now)
        return Outcome(
            review=Review(
                changes=self.changes(before, after),
                facts=[*self.card_facts(), *self.facts(data), Fact(gettext("Why"), data["why"])],
            ),
            url=self.admin.page_url(self.target),
            message=str(self.done) % {"card": self.target.masked_code},
            record=record,
        )


class Movement(OnCard):
    """Moves value. The token is the movement's key: one review, one movement, for ever."""

    #: What is said when it is done, of the `amount`.
    done: ClassVar[Words]

    def standing(self) -> list[Fact]:
        card = self.seen
        return [
            Fact(gettext("On the card"), money_text(card.balance_minor, card.currency)),
            Fact(gettext("Can be spent"), money_text(card.spendable_minor, card.currency)),
        ]

    def post(self, data: dict[str, Any], card: Card, key: str, now: datetime) -> Transaction:
        """Call the operation."""
        raise NotImplementedError

    def receivers(self, data: dict[str, Any]) -> list[int]:
        """Ids of customers, besides the card's, whose store credit receives what is on it."""
        return []

    def facts(self, data: dict[str, Any], entry: Transaction) -> list[Fact]:
        return []

    def more_changes(self, before: Card, after: Card) -> list[Change]:
        """What changes besides the value."""
        return []

    def perform(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        self.target = self.lock(self.receivers(data))
        before = self.seen
        entry = self.post(data, before, movement_key(token), now)
        after = get_card_by_id(card_id=self.target.pk, now=now)
        changes = [Change(gettext("On the card"), balance_text(before), balance_text(after))]
        if (before.balance_minor, after.balance_minor) != (before.spendable_minor, after.spendable_minor):
            changes.append(
                Change(
                    gettext("Can be spent"),
                    money_text(before.spendable_minor, before.currency),
                    money_text(after.spendable_minor, after.currency),
                )
            )
        told = [Fact(str(label), data[name]) for label, name in _TOLD if data.get(name)]
        return Outcome(
            review=Review(
                changes=[*changes, *self.more_changes(before, after)],
                facts=[*self.card_facts(), *self.facts(data, entry), *told],
            ),
            url=self.admin.page_url(self.target),
            message=" ".join(
                (
                    str(self.done) % {"amount": money_text(abs(entry.amount_minor), entry.currency)},
                    gettext("On card %(card)s there is now %(amount)s.")
                    % {"card": self.target.masked_code, "amount": balance_text(after)},
                )
            ),
            record=entry,
        )

    def find_done(self, token: str) -> str | None:
        return self.admin.page_url(self.target) if find_transaction(key=movement_key(token)) else None


_TOLD = ((_("Order or receipt"), "reference"), (_("Why"), "note"))

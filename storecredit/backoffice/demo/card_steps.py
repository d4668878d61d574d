"""The verbs in which the story of the gift cards is told."""

from dataclasses import dataclass
from datetime import date, timedelta

from giftcards.operations import (
    assign_card,
    block_card,
    create_card,
    expire_cards,
    extend_card,
    make_batch,
    move_card_to_store_credit,
    plan_batch,
    redeem_card,
    refund_redemption,
    reload_card,
    replace_card,
    reveal_code,
    void_card,
)
from giftcards.queries import Card, get_card_by_id
from ledger.operations import Funding, Why
from ledger.queries import get_customer
from storecredit.backoffice.demo.steps import Stage, money


def _day(stage: Stage, in_days: float | None) -> date | None:
    return None if in_days is None else (stage.now + timedelta(days=in_days)).date()


def _customer_id(stage: Stage, handle: str) -> int | None:
    if not handle:
        return None
    return get_customer(identifier=stage.numbers[handle], test_mode=handle in stage.test_handles).pk


def _card(stage: Stage, name: str, days_ago: float) -> Card:
    return get_card_by_id(card_id=stage.done[name], now=stage.moment(days_ago))


@dataclass(frozen=True, slots=True)
class MakeCard:
    """Expiry and first day are counted from the present, so that the demo always has cards about to expire."""

    days_ago: float
    name: str
    amount: str
    reference: str = ""
    note: str = ""
    expires_in_days: float | None = None
    valid_in_days: float | None = None
    of: str = ""
    of_them_alone: bool = False
    recipient: str = ""
    funding: Funding = Funding.PAID
    whole: bool = False
    reloadable: bool = True
    test_mode: bool = False
    by: str = "agent"

    def play(self, stage: Stage, key: str) -> None:
        made = create_card(
            amount=money(self.amount),
            expires_on=_day(stage, self.expires_in_days),
            valid_from=None if self.valid_in_days is None else stage.moment(-self.valid_in_days),
            funding=self.funding,
            must_redeem_whole=self.whole,
            reloadable=self.reloadable,
            customer_id=_customer_id(stage, self.of),
            customer_only=self.of_them_alone,
            recipient_name=self.recipient,
            sale_id=self.reference,
            why=Why(note=self.note, key=key),
            test_mode=self.test_mode,
            **stage.told(self),
        )
        stage.done[self.name] = made.id


@dataclass(frozen=True, slots=True)
class RedeemCard:
    days_ago: float
    card: str
    amount: str
    reference: str
    name: str = ""
    by: str = "shop"

    def play(self, stage: Stage, key: str) -> None:
        card = _card(stage, self.card, self.days_ago)
        spent = redeem_card(
            card=card,
            amount=money(self.amount),
            customer_id=card.customer_id,
            why=Why(reference=self.reference, key=key),
            **stage.told(self),
        )
        stage.done[self.name] = spent.id


@dataclass(frozen=True, slots=True)
class ReloadCard:
    days_ago: float
    card: str
    amount: str
    reference: str = ""
    note: str = ""
    by: str = "agent"

    def play(self, stage: Stage, key: str) -> None:
        reload_card(
            card=_card(stage, self.card, self.days_ago),
            amount=money(self.amount),
            why=Why(note=self.note, reference=self.reference, key=key),
            **stage.told(self),
        )


@dataclass(frozen=True, slots=True)
class RefundCard:
    days_ago: float
    of: str
    amount: str
    note: str
    by: str = "agent"

    def play(self, stage: Stage, key: str) -> None:
        refund_redemption(
            transaction_id=stage.done[self.of],
            amount=money(self.amount),
            why=Why(note=self.note, key=key),
            **stage.told(self),
        )


@dataclass(frozen=True, slots=True)
class BlockCard:
    days_ago: float
    card: str
    note: str
    by: str = "agent"

    def play(self, stage: Stage, key: str) -> None:
        block_card(card_id=stage.done[self.card], why=Why(note=self.note), **stage.told(self))


@dataclass(frozen=True, slots=True)
class VoidCard:
    days_ago: float
    card: str
    note: str
    by: str = "card manager"

    def play(self, stage: Stage, key: str) -> None:
        void_card(card_id=stage.done[self.card], why=Why(note=self.note, key=key), **stage.told(self))


@dataclass(frozen=True, slots=True)
class ReplaceCard:
    days_ago: float
    card: str
    note: str
    name: str
    by: str = "card manager"

    def play(self, stage: Stage, key: str) -> None:
        made = replace_card(card_id=stage.done[self.card], why=Why(note=self.note), **stage.told(self))
        stage.done[self.name] = made.id


@dataclass(frozen=True, slots=True)
class ExtendCard:
    days_ago: float
    card: str
    expires_in_days: float
    note: str
    by: str = "card manager"

    def play(self, stage: Stage, key: str) -> None:
        last_day = _day(stage, self.expires_in_days)
        assert last_day is not None
        extend_card(card_id=stage.done[self.card], expires_on=last_day, why=Why(note=self.note), **stage.told(self))


@dataclass(frozen=True, slots=True)
class AssignCard:
    days_ago: float
    card: str
    to: str
    note: str
    by: str = "card manager"

    def play(self, stage: Stage, key: str) -> None:
        customer_id = _customer_id(stage, self.to)
        assign_card(card_id=stage.done[self.card], customer_id=customer_id, why=Why(note=self.note), **stage.told(self))


@dataclass(frozen=True, slots=True)
class RevealCode:
    days_ago: float
    card: str
    note: str
    by: str = "card manager"

    def play(self, stage: Stage, key: str) -> None:
        reveal_code(card_id=stage.done[self.card], why=Why(note=self.note), **stage.told(self))


@dataclass(frozen=True, slots=True)
class MoveCard:
    days_ago: float
    card: str
    note: str
    by: str = "card manager"

    def play(self, stage: Stage, key: str) -> None:
        move_card_to_store_credit(card_id=stage.done[self.card], why=Why(note=self.note, key=key), **stage.told(self))


@dataclass(frozen=True, slots=True)
class MakeBatch:
    """A batch, made at once; its cards are called by the batch's name and their place, `Spring fair 7`."""

    days_ago: float
    title: str
    amount: str
    size: int
    expires_in_days: float
    funding: Funding = Funding.PROMOTION
    by: str = "card manager"

    def play(self, stage: Stage, key: str) -> None:
        batch = plan_batch(
            name=self.title,
            amount=money(self.amount),
            size=self.size,
            expires_on=_day(stage, self.expires_in_days),
            funding=self.funding,
            reloadable=False,
            **stage.told(self),
        )
        make_batch(batch_id=batch.pk, **stage.told(self))
        places = batch.cards.values_list("batch_place", "pk")
        stage.done |= {f"{self.title} {place}": card_id for place, card_id in places}


@dataclass(frozen=True, slots=True)
class ExpireCards:
    """What the job of that night found to do."""

    days_ago: float
    by: str = "expire_cards"

    def play(self, stage: Stage, key: str) -> None:
        expire_cards(**stage.told(self))

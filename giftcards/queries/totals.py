"""What cards hold together, by currency: amounts of two currencies are never added up. And what became of a batch."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import EmptyResultSet
from django.db.models import Count, Max, OuterRef, Q, Subquery, Sum
from django.db.models.expressions import RawSQL

from giftcards.models import CardEvent, EventKind, GiftCard
from giftcards.queries.shown import ShownState, is_shown_as
from giftcards.querysets import GiftCardQuerySet
from ledger.queries import AccountKind, list_account_sums
from ledger.querysets import reached_by

#: Of more cards than this nobody adds up what they hold.
MOST_SUMMED = 5_000


@dataclass(frozen=True, slots=True)
class CardTotals:
    """
    The cards of one currency, real ones or test ones. Amounts in minor units: what is on them, and what of it is held
    for purchases.
    """

    currency: str
    test_mode: bool
    cards: int
    cards_with_value: int
    balance_minor: int
    held_minor: int


@dataclass(frozen=True, slots=True)
class BatchStatistics:
    """
    What became of a batch's cards. Amounts in minor units of the batch's currency.

    `sold_minor` is what was ever put on them, `redeemed_minor` what purchases took less what came back.
    """

    cards: int
    states: dict[ShownState, int]
    used: int
    sold_minor: int
    redeemed_minor: int
    balance_minor: int
    last_used_at: datetime | None


def sum_all_cards() -> list[CardTotals]:
    """The totals of all cards, as `sum_cards` has them: from sums that are kept."""
    return [
        CardTotals(
            currency=sums.currency,
            test_mode=sums.test_mode,
            cards=sums.accounts,
            cards_with_value=sums.with_balance,
            balance_minor=sums.balance_minor,
            held_minor=sums.held_minor,
        )
        for sums in list_account_sums()
        if sums.kind == AccountKind.GIFT_CARD and sums.accounts
    ]


def sum_cards(cards: GiftCardQuerySet) -> list[CardTotals] | None:
    """
    The totals of some cards: one row for each currency, by currency, and test money after the real and apart.

    None if they are more than `MOST_SUMMED`.
    """
    try:
        # With a column that no index has: a planner that takes the table for small would read one that has all ids.
        sql, values = cards.order_by().values_list("pk", "recipient_email").query.sql_with_params()
    except EmptyResultSet:
        return []
    # By itself: below a LIMIT the database would rather walk through all cards until there are enough.
    some = f"WITH found(id, other) AS MATERIALIZED ({sql}) SELECT id FROM found LIMIT {MOST_SUMMED + 1}"
    rows = (
        GiftCard.objects.filter(reached_by(RawSQL(some, values)))  # noqa: S611  all parameters
        .values("test_mode", "account__currency")
        .annotate(
            count=Count("pk"),
            with_value=Count("pk", filter=Q(account__balance_minor__gt=0)),
            balance_minor=Sum("account__balance_minor"),
            held_minor=Sum("account__held_minor"),
        )
        .order_by("test_mode", "account__currency")
    )
    if sum(row["count"] for row in rows) > MOST_SUMMED:
        return None
    return [
        CardTotals(
            currency=row["account__currency"],
            test_mode=row["test_mode"],
            cards=row["count"],
            cards_with_value=row["with_value"],
            balance_minor=row["balance_minor"],
            held_minor=row["held_minor"],
        )
        for row in rows
    ]


def get_batch_statistics(*, batch_id: int, now: datetime) -> BatchStatistics:
    """What became of a batch's cards until `now`."""
    cards: GiftCardQuerySet = GiftCard.objects.filter(batch_id=batch_id)
    newest = CardEvent.objects.filter(card_id=OuterRef("pk")).order_by("-id")
    totals = cards.annotate(
        sold=Subquery(newest.values("sold_after_minor")[:1]),
        redeemed=Subquery(newest.values("redeemed_after_minor")[:1]),
    ).aggregate(
        cards=Count("pk"),
        used=Count("pk", filter=Q(redeemed__gt=0)),
        sold_minor=Sum("sold"),
        redeemed_minor=Sum("redeemed"),
        balance_minor=Sum("account__balance_minor"),
        **{state.value: Count("pk", filter=is_shown_as(state, now)) for state in ShownState},
    )
    redeemed = CardEvent.objects.filter(card__batch_id=batch_id, kind=EventKind.REDEEM)
    return BatchStatistics(
        cards=totals["cards"],
        states={state: totals[state.value] for state in ShownState},
        used=totals["used"],
        sold_minor=totals["sold_minor"] or 0,
        redeemed_minor=totals["redeemed_minor"] or 0,
        balance_minor=totals["balance_minor"] or 0,
        last_used_at=redeemed.aggregate(at=Max("created_at"))["at"],
    )

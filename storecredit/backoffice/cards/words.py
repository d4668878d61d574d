"""What staff read of a card in place of flags, enums and minor units."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.queries import Card, GiftCard, ShownState
from ledger.operations import Funding
from storecredit.backoffice.kit import (
    Colours,
    Link,
    money_text,
)

STATE_COLOURS = Colours(
    {
        ShownState.ACTIVE.label: "success",
        ShownState.PENDING.label: "info",
        ShownState.SPENT.label: "",
        ShownState.BLOCKED.label: "warning",
        ShownState.EXPIRED.label: "",
        ShownState.VOIDED.label: "danger",
    }
)
#: How the first value of a card may be paid for, in a shop's words.
FUNDINGS = (
    (Funding.PAID.value, _("Bought: the customer pays for it")),
    (Funding.GOODWILL.value, _("Goodwill: the shop gives it")),
    (Funding.PROMOTION.value, _("Promotion: marketing gives it")),
)


def card_url(card_id: UUID | str) -> str:
    return reverse("admin:giftcards_giftcard_change", args=[card_id])


def card_link(card: GiftCard | None) -> Link | None:
    """The page of a card; None for none."""
    return Link(card.masked_code, card_url(card.pk)) if card else None


def group_code(code: str) -> str:
    """A generated code in fours, as it is read out; another one as it is."""
    if len(code) != 16 or not (code.isascii() and code.isalnum()):
        return code
    return "-".join(code[start : start + 4] for start in range(0, 16, 4))


def restrictions(card: Any) -> list[str]:
    """What a card, or each card of a batch, does not allow, in words; empty if it can be used freely."""
    words = []
    if getattr(card, "customer_only", False):
        words.append(gettext("Only its customer may spend it"))
    if card.must_redeem_whole:
        words.append(gettext("Spent in one piece or not at all"))
    if not card.reloadable:
        words.append(gettext("Cannot be reloaded"))
    return words


def balance_text(card: Card) -> str:
    return money_text(card.balance_minor, card.currency)


def owner_text(card: GiftCard) -> str:
    """Whose card it is, whose customer is at hand."""
    if card.customer:
        return card.customer.display_name
    return card.recipient_name or card.recipient_email or gettext("Bearer")

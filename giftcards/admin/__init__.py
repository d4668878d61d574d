"""The pages of cards and batches."""

from giftcards.admin.batches import BatchAdmin
from giftcards.admin.cards import CardAdmin

__all__ = ["BatchAdmin", "CardAdmin"]

"""Rows with valid defaults. A test names only what matters to it; money is never made here but by an operation."""

from datetime import UTC, datetime

from factory.declarations import LazyAttribute, Sequence
from factory.django import DjangoModelFactory

from ledger.models import Customer


class CustomerFactory(DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    number = Sequence(lambda n: f"SHOP-{n:06d}")
    first_name = "Ada"
    last_name = "Byron"
    email = LazyAttribute(lambda customer: f"{customer.number.lower()}@example.com")
    created_at = updated_at = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

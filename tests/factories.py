"""Rows with valid defaults. A test names only what matters to it; money is never made here but by an operation."""

from datetime import UTC, datetime

import factory

from ledger.models import Customer


class CustomerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Customer

    number = factory.Sequence(lambda n: f"SHOP-{n:06d}")
    first_name = "Ada"
    last_name = "Byron"
    email = factory.LazyAttribute(lambda customer: f"{customer.number.lower()}@example.com")
    created_at = updated_at = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

"""What is wrong with customers, whom every account belongs to."""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from ledger.models import Customer, CustomerWord
from ledger.queries.findings.checks import Check

CHECKS_OF_CUSTOMERS = (
    Check(
        "customer_twins",
        10,
        "Each customer's number is one, whatever its capitals",
        "customer",
        "SELECT c.number AS id, o.number AS other FROM ledger_customer c "
        "JOIN ledger_customer o ON UPPER(o.number) = UPPER(c.number) AND NOT o.twin "
        "WHERE o.id <> c.id AND (c.twin OR o.id < c.id)",
        "has the number of customer {other} but for capitals: look-ups that do not spell it so find the other",
    ),
)

STALE_WORDS = ("customer_words", 10, "Each customer is found by what is written of them")
_AT_ONCE = 1000


def list_stale_words(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """Number of each customer whose words are not those of the row, and what is wrong."""
    customers = Customer.objects.using(connection.alias).order_by("pk")
    last = 0
    while some := list(customers.filter(pk__gt=last)[:_AT_ONCE]):
        last = some[-1].pk
        words: dict[int, set[str]] = {}
        between = {"customer_id__gte": some[0].pk, "customer_id__lte": last}
        for pk, word in (
            CustomerWord.objects.using(connection.alias).filter(**between).values_list("customer_id", "word")
        ):
            words.setdefault(pk, set()).add(word)
        for customer in some:
            folded = customer.fold_words()
            if customer.folded != folded or words.get(customer.pk, set()) != set(folded.split()):
                yield customer.number, "is not found by all that is written: save the customer again in the admin"

"""Who somebody is in all rooms: the rows that are theirs, and the words by which others name them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

import giftcards.queries
import ledger.queries
import storecredit.checkouts.queries
import storecredit.credits.queries
import storecredit.finance.queries
from ledger.queries import Customer, Naming
from storecredit.audit.queries import Activity
from storecredit.backoffice.models import Comment, Mention, Withdrawal

# Of shorter words too many would be found who are somebody else.
_SHORTEST_NUMBER = 4


@dataclass(frozen=True, slots=True)
class Person:
    """
    A customer, with those who were merged into them.

    :param names: words that name nobody else: addresses, phone numbers, whole names.
    """

    customers: tuple[Customer, ...]
    names: tuple[str, ...]
    emails: tuple[str, ...]

    @property
    def ids(self) -> list[int]:
        return [customer.pk for customer in self.customers]

    @property
    def naming(self) -> Naming:
        """By what rows are found that name them."""
        return Naming(self.names)

    def list_rows(self) -> dict[str, QuerySet[Any]]:
        """All rows that are theirs by a key, by table."""
        cards = giftcards.queries.list_rows_of(customer_ids=self.ids, emails=self.emails)
        on_cards = cards["giftcards_giftcard"].values("account_id")
        rows = ledger.queries.list_rows_of(customer_ids=self.ids, account_ids=on_cards) | cards
        accounts = rows["ledger_account"].values("pk")
        rows |= storecredit.credits.queries.list_rows_of(customer_ids=self.ids)
        rows |= storecredit.checkouts.queries.list_rows_of(
            customer_ids=self.ids, emails=self.emails, account_ids=accounts
        )
        rows |= storecredit.finance.queries.list_rows_of(account_ids=accounts)
        return rows | self._rows_of_staff(rows)

    def _rows_of_staff(self, rows: dict[str, QuerySet[Any]]) -> dict[str, QuerySet[Any]]:
        """What staff said and did about any of it."""
        said, done, told = Q(customer_id__in=self.ids), Q(), Q()
        said |= Q(card_id__in=rows["giftcards_giftcard"].values("pk"))
        said |= Q(request_id__in=rows["credits_creditrequest"].values("pk"))
        for table in ("ledger_customer", "ledger_account", "giftcards_giftcard", "credits_creditrequest"):
            kind = ContentType.objects.get_for_model(rows[table].model)
            keys = [str(pk) for pk in rows[table].values_list("pk", flat=True)]
            done |= Q(content_type=kind, object_id__in=keys)
            told |= Q(subject_kind=rows[table].model._meta.label_lower, subject_id__in=keys)
        worded = Q(details__has_key="text") | Q(details__has_key="why")
        comments = Comment.objects.filter(said)
        return {
            "backoffice_comment": comments,
            "backoffice_mention": Mention.objects.filter(comment__in=comments),
            "backoffice_withdrawal": Withdrawal.objects.filter(comment__in=comments),
            "django_admin_log": LogEntry.objects.filter(done),
            # Those alone in which somebody's words are: a reason, or where a code was sent to.
            "audit_activity": Activity.objects.filter(told).filter(worded),
        }


def find_person(*, customer_id: int) -> Person:
    """
    A customer and whoever was merged into them.

    :raises Customer.DoesNotExist: if there is none.
    """
    customer = Customer.objects.get(pk=customer_id)
    customers = (customer, *Customer.objects.filter(merged_into=customer).order_by("pk"))
    return Person(
        customers=customers,
        names=tuple(dict.fromkeys(name for each in customers for name in names_of(each))),
        emails=tuple(dict.fromkeys(each.email for each in customers if each.email)),
    )


def names_of(customer: Customer) -> Sequence[str]:
    """The words that name a customer and nobody else."""
    first, last = customer.first_name.strip(), customer.last_name.strip()
    digits = "".join(sign for sign in customer.phone if sign.isdigit())
    words: Iterable[str] = (
        customer.email,
        customer.phone if len(digits) > _SHORTEST_NUMBER else "",
        f"{first} {last}" if first and last else "",
        f"{last}, {first}" if first and last else "",
        customer.number if has_personal_number(customer) else "",
    )
    # A company's name is one word of several.
    alone = last if not first and " " in last else ""
    return [word for word in (*words, alone) if word]


def has_personal_number(customer: Customer) -> bool:
    """Whether a customer's number itself says who they are, as an address or a name in it does."""
    number = customer.number.casefold()
    digits = "".join(sign for sign in customer.phone if sign.isdigit())
    said = [customer.first_name, customer.last_name, customer.email]
    words = [word.casefold() for word in said if len(word) > 2]
    return "@" in number or any(word in number for word in words) or (len(digits) > 5 and digits in number)

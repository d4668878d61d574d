"""Filters that read like the questions they answer. No sum and no clock in here."""

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ledger.folding import read_search, split_search
from ledger.querysets import Words, constant, found_by, people, reached_by

if TYPE_CHECKING:
    from storecredit.credits.models import (  # noqa: F401  the base classes name them
        ClientPerson,
        CreditRequest,
        CreditRequestEvent,
        CreditRequestVote,
    )


class CreditRequestQuerySet(QuerySet["CreditRequest"]):
    def pending(self) -> "CreditRequestQuerySet":
        return self.filter(status=constant("PENDING"))

    def of_order(self, *, kind: str, value: str, tenant: str, test_mode: bool) -> "CreditRequestQuerySet":
        """The requests that were made for an order under this name of it."""
        return self.filter(order_kind=kind, order_value=value, tenant=tenant, test_mode=test_mode)

    def not_of(self, person_id: int) -> "CreditRequestQuerySet":
        """Without what this person asked for."""
        return self.exclude(requested_by_id=person_id)

    def not_of_client_of(self, person_id: int, persons: "QuerySet[ClientPerson]") -> "CreditRequestQuerySet":
        """Without what an API client asked for that this person stands or stood behind."""
        behind = persons.filter(client_id=OuterRef("requested_client_id"), person_id=person_id)
        return self.filter(~Exists(behind))

    def not_redirected_by(self, person_id: int, events: "QuerySet[CreditRequestEvent]") -> "CreditRequestQuerySet":
        """Without those that this person ever turned to another payee."""
        turned = events.filter(request_id=OuterRef("pk"), person_id=person_id, kind="PAYEE_CHANGED")
        return self.filter(~Exists(turned))

    def without_vote_of(self, person_id: int, votes: "QuerySet[CreditRequestVote]") -> "CreditRequestQuerySet":
        """Without the versions that this person has approved already."""
        cast = votes.filter(request_id=OuterRef("pk"), version=OuterRef("version"), person_id=person_id)
        return self.filter(~Exists(cast))

    def matching(self, text: str) -> "CreditRequestQuerySet":
        """Requests by order, who asked, employee, customer (number, e-mail, name, phone) or a card's last four."""
        cards = self.model._meta.get_field("payee_card").related_model._base_manager
        words = (Words("credits_creditrequestword", "request_id"), people("payee_customer_id"))
        found = self
        for word in split_search(text):
            four = word.lstrip("*•-")
            ending = cards.filter(last_four__in={four, four.upper()})
            keys = [reached_by(ending, column=column) for column in ("payee_card_id", "issued_card_id")]
            found = found.filter(found_by(self, read_search(word), *words, keys=keys))
        return found

    def oldest_pending_first(self) -> "CreditRequestQuerySet":
        """What waits comes first, the longest waiting before all; then what was decided, newest first."""
        return self.annotate(waits=Q(status=constant("PENDING"))).order_by(
            "-waits", F("decided_at").desc(), "created_at", "pk"
        )

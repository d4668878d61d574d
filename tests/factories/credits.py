"""Credit requests, who asks and decides, and their limits."""

import hashlib
from collections.abc import Sequence as Many
from typing import Any

from django.contrib.auth.models import User
from factory.base import Factory
from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory
from moneyed import Money

from ledger.models import Customer
from ledger.money import list_known_currencies
from ledger.operations import Actor, ActorKind, Why, erase_rows
from storecredit.audit.models import Erasure
from storecredit.credits.models import (
    ApprovalPolicy,
    ApproverLimit,
    ClientPerson,
    CreditRequest,
    CreditRequestBatch,
    CreditRequestEvent,
    CreditRequestMetadatum,
    CreditRequestVote,
    CreditRequestWord,
    CustomerRequest,
    CustomerRequestKind,
    GivenDay,
    IssueCeiling,
    IssueLimit,
    Party,
    PersonCustomer,
)
from storecredit.credits.operations import (
    BatchLine,
    NewRequest,
    Order,
    OrderKind,
    RequestKind,
    approve_about_customer,
    approve_request,
    ask_about_customer,
    import_requests,
    request_credits,
)
from tests.factories.api import ApiClientFactory
from tests.factories.defaults import NOW, money
from tests.factories.ledger import CustomerFactory, TransactionFactory
from tests.factories.people import GroupFactory, UserFactory

ORDER = Order(kind=OrderKind.ID, value="62cc39d8a9b63c001b21d1ab", tenant="5f328bf0b5f328bf0b5f328b", channel="12")


class PartyFactory(Factory[Party]):
    """A member of staff at the admin."""

    class Meta:
        model = Party

    person = SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class: type[Party], *args: Any, person: User) -> Party:
        actor = Actor(kind=ActorKind.STAFF, id=str(person.pk), label=person.username, door="admin")
        return model_class(actor=actor, person_id=person.pk)


class ApproverLimitFactory(DjangoModelFactory[ApproverLimit]):
    """How much a person may approve, who then has the right to; `user=None, group=…` for a role."""

    class Meta:
        model = ApproverLimit

    user = SubFactory(UserFactory, permissions=["credits.decide_request"])
    per_request = money("1000.00 USD")


class GivenDayFactory(DjangoModelFactory[GivenDay]):
    """What a person gave alone today."""

    class Meta:
        model = GivenDay

    person = SubFactory(UserFactory)
    day = NOW.date()
    currency = "USD"
    test_mode = False
    given_minor = 1000


class IssueCeilingFactory(DjangoModelFactory[IssueCeiling]):
    class Meta:
        model = IssueCeiling

    currency = Sequence(lambda number: list_known_currencies()[number])
    amount = LazyAttribute(lambda ceiling: Money(1000, ceiling.currency))


class IssueLimitFactory(DjangoModelFactory[IssueLimit]):
    class Meta:
        model = IssueLimit

    group = SubFactory(GroupFactory)
    amount = money("100.00 USD")


class ApprovalPolicyFactory(DjangoModelFactory[ApprovalPolicy]):
    """A policy that approves nothing at once and asks for no second approval."""

    class Meta:
        model = ApprovalPolicy

    code = Sequence(lambda n: f"POLICY-{n}")
    currency = "USD"


class ClientPersonFactory(DjangoModelFactory[ClientPerson]):
    """The person behind a client, whom the database writes down with its owner."""

    class Meta:
        model = ClientPerson

    person = SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class: type[ClientPerson], *args: Any, person: User) -> ClientPerson:
        return model_class.objects.get(client=ApiClientFactory.create(owner=person))


class PersonCustomerFactory(DjangoModelFactory[PersonCustomer]):
    """A login whose person is a customer, too."""

    class Meta:
        model = PersonCustomer

    person = SubFactory(UserFactory)
    customer = SubFactory(CustomerFactory)
    linked_at = NOW


class NewRequestFactory(Factory[NewRequest]):
    """What is asked for: a gift card of 21.50 for an error correction."""

    class Meta:
        model = NewRequest

    amount = money("21.50 USD")
    kind = RequestKind.GIFT_CARD
    reason = "EC"
    source = "CSR"


class CreditRequestFactory(DjangoModelFactory[CreditRequest]):
    """A request as it stands after it was asked for; `wanted__…` says for what."""

    class Meta:
        model = CreditRequest

    party = SubFactory(PartyFactory)
    order = ORDER
    wanted = SubFactory(NewRequestFactory)
    now = NOW

    @classmethod
    def _create(cls, model_class: type[CreditRequest], *args: Any, wanted: NewRequest, **said: Any) -> CreditRequest:
        return request_credits(wanted=[wanted], **said)[0].request


class CreditRequestEventFactory(DjangoModelFactory[CreditRequestEvent]):
    """The first line of a request's history."""

    class Meta:
        model = CreditRequestEvent

    request = SubFactory(CreditRequestFactory)

    @classmethod
    def _create(cls, model_class: type[CreditRequestEvent], *args: Any, request: CreditRequest) -> CreditRequestEvent:
        return request.events.earliest("pk")


class CreditRequestWordFactory(DjangoModelFactory[CreditRequestWord]):
    """The first of the words by which a request is found, which a trigger writes from its order and who asked."""

    class Meta:
        model = CreditRequestWord

    request = SubFactory(CreditRequestFactory)

    @classmethod
    def _create(cls, model_class: type[CreditRequestWord], *args: Any, request: CreditRequest) -> CreditRequestWord:
        return request.words.order_by("word")[0]


class CreditRequestMetadatumFactory(DjangoModelFactory[CreditRequestMetadatum]):
    """The one member of a request's metadata."""

    class Meta:
        model = CreditRequestMetadatum

    request = SubFactory(CreditRequestFactory, wanted__metadata={"ticket": "T-17"})

    @classmethod
    def _create(cls, model_class: type[CreditRequestMetadatum], *args: Any, request: CreditRequest) -> Any:
        return model_class.objects.get(request=request)


class CreditRequestVoteFactory(DjangoModelFactory[CreditRequestVote]):
    """Somebody else approves a request; without a policy that asks for two it is then confirmed."""

    class Meta:
        model = CreditRequestVote

    request = SubFactory(CreditRequestFactory)
    person = LazyAttribute(lambda vote: ApproverLimitFactory.create().user)

    @classmethod
    def _create(
        cls, model_class: type[CreditRequestVote], *args: Any, request: CreditRequest, person: User
    ) -> CreditRequestVote:
        approve_request(request_id=request.pk, party=PartyFactory.create(person=person), now=NOW)
        return request.votes.get(person=person)


class BatchLineFactory(Factory[BatchLine]):
    """A line of a file; the first stands below the head."""

    class Meta:
        model = BatchLine

    line = 2
    order = LazyAttribute(lambda its: Order(kind=OrderKind.NUMBER, value=f"O-{its.line}"))
    wanted = SubFactory(NewRequestFactory)


class CreditRequestBatchFactory(DjangoModelFactory[CreditRequestBatch]):
    """A file that asks for 10 and for 20 USD, or for what the `wanted` say."""

    class Meta:
        model = CreditRequestBatch

    name = "goodwill.csv"
    file_digest = Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    wanted = ({"amount": money("10.00 USD")}, {"amount": money("20.00 USD")})
    party = SubFactory(PartyFactory)
    now = NOW

    @classmethod
    def _create(
        cls, model_class: type[CreditRequestBatch], *args: Any, wanted: Many[dict[str, Any]], **said: Any
    ) -> CreditRequestBatch:
        lines = [
            BatchLineFactory.create(line=line, wanted=NewRequestFactory.create(**one))
            for line, one in enumerate(wanted, start=2)
        ]
        return import_requests(lines=lines, **said)


class CustomerRequestFactory(DjangoModelFactory[CustomerRequest]):
    """A request to merge one customer into another, not decided."""

    class Meta:
        model = CustomerRequest

    kind = CustomerRequestKind.MERGE
    party = SubFactory(PartyFactory)
    customer = SubFactory(CustomerFactory)
    other = SubFactory(CustomerFactory)
    amount = None
    note = "the same person"

    @classmethod
    def _create(cls, model_class: type[CustomerRequest], *args: Any, **asked: Any) -> CustomerRequest:
        customer, other = asked.pop("customer"), asked.pop("other")
        return ask_about_customer(
            customer_id=customer.pk, other_id=None if other is None else other.pk, **{"now": NOW} | asked
        )


class ErasureFactory(DjangoModelFactory[Erasure]):
    """That a customer's words were erased from one of their entries, as two people decided it."""

    class Meta:
        model = Erasure

    customer = SubFactory(CustomerFactory)
    approver = SubFactory(UserFactory, permissions=["credits.decide_about_customer"])

    @classmethod
    def _create(cls, model_class: type[Erasure], *args: Any, customer: Customer, approver: User) -> Erasure:
        entry = TransactionFactory.create(account__customer=customer, why=Why(note="a present"))
        request = CustomerRequestFactory.create(
            kind=CustomerRequestKind.ANONYMISE, customer=customer, other=None, note="they asked"
        )
        approve_about_customer(request_id=request.pk, party=PartyFactory.create(person=approver), now=NOW)
        erase_rows(table="ledger_transaction", ids=[entry.pk], customer_id=customer.pk, now=NOW)
        return model_class.objects.get(row_name=str(entry.number))

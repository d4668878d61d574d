"""What one person did on both sides by a less plain way: by a key of theirs, by a move into themselves."""

import pytest
from django.contrib.auth.models import User

from giftcards.models import CardEvent
from giftcards.operations import change_recipient, reload_card
from giftcards.queries import get_card_by_id
from ledger.operations import Actor, ActorKind, Why
from storecredit.credits.models import CustomerRequest, CustomerRequestKind
from tests.callers import given_client
from tests.credits.requests import party_of
from tests.factories.credits import CustomerRequestFactory, PersonCustomerFactory
from tests.factories.people import UserFactory
from tests.factories.periods import staff_of
from tests.finance.test_duties import found
from tests.giftcards.cards import given_card
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW, given_account, given_credit, given_customer, money

pytestmark = pytest.mark.django_db

WHY = Why(note="because")


@pytest.fixture
def bob() -> User:
    return UserFactory.create(username="bob")


@pytest.fixture
def carol() -> User:
    return UserFactory.create(username="carol")


def test_a_key_of_theirs_that_loads_the_card_whose_recipient_they_wrote_hides_nobody(bob, carol):
    card = given_card("25.00 GBP")
    change_recipient(name="Bob", email="bob@example.org", card_id=card.id, actor=staff_of(bob), now=NOW, why=WHY)
    for person, amount in ((bob, "5.00 GBP"), (carol, "6.00 GBP")):
        client = given_client(owner=person).client
        key = Actor(
            kind=ActorKind.API, id=str(client.pk), label="till", door="api:lightspeed", owner=person.username,
            owner_id=str(person.pk),
        )  # fmt: skip
        reload_card(card=get_card_by_id(card_id=card.id, now=NOW), amount=money(amount), actor=key, now=NOW, why=WHY)

    loaded = CardEvent.objects.get(kind="LOAD", amount_minor=500)
    rows = [("bob", f"giftcards.giftcard {card.id}", f"giftcards.cardevent {loaded.pk}", "GBP", 500)]
    assert found() == {"changed_recipient_and_sent": rows}


def test_a_move_into_oneself_that_one_approved_oneself_is_found(bob, carol):
    customer, other = given_customer(), given_customer()
    given_credit("20.00 USD", to=given_account("USD", customer=other))
    PersonCustomerFactory.create(person=bob, customer=customer)
    asked = CustomerRequestFactory.create(
        kind=CustomerRequestKind.MOVE, party=party_of(carol), customer=other, other=customer, amount=money("5.00 USD")
    )
    with triggers_off("credits"):
        CustomerRequest.objects.filter(pk=asked.pk).update(
            status="APPROVED", decided_by=bob, decided_label="bob", decided_at=NOW
        )

    rows = [("bob", f"ledger.customer {customer.pk}", f"credits.customerrequest {asked.pk}", "USD", 500)]
    assert found() == {"decided_for_oneself": rows}

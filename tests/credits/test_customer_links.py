"""Which customer a login is: one customer, and a customer is one login's."""

import pytest

from storecredit.credits.errors import CustomerLinked
from storecredit.credits.models import PersonCustomer
from storecredit.credits.operations import link_customer
from tests.factories.credits import PersonCustomerFactory
from tests.factories.people import UserFactory
from tests.scenarios import NOW, given_customer, refused

pytestmark = pytest.mark.django_db


def test_a_customer_is_one_persons_and_a_person_one_customer():
    # given Bob, who is linked
    link = PersonCustomerFactory.create()
    other = given_customer()

    # when somebody else is to be the same customer, it is refused
    with refused(CustomerLinked) as caught:
        link_customer(person_id=UserFactory.create().pk, customer_id=link.customer_id, now=NOW)
    number = link.customer.number
    assert str(caught.value) == f"Customer {number} is linked to another login, or was merged or made anonymous."

    # and when he is to be another, he is that one alone
    link_customer(person_id=link.person_id, customer_id=other.pk, now=NOW)
    assert list(PersonCustomer.objects.values_list("person", "customer")) == [(link.person_id, other.pk)]

"""The shop that `make bench` measures is still made by the program as it is, and its books are right."""

import pytest
from django.utils import timezone

from giftcards.queries import GiftCard
from ledger.queries import Transaction
from storecredit.backoffice.proof import list_findings
from storecredit.credits.queries import CreditRequest
from tests.benchmarks.million.copying import STRIDE, copy_template
from tests.benchmarks.million.template import CARDS, CUSTOMERS, ENTRIES, REQUESTS, make_template

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

COPIES = 2


def test_a_shop_that_was_copied_twice_has_three_of_everything_and_nothing_is_wrong_with_it():
    now = timezone.now().replace(microsecond=0)

    make_template(first_id=STRIDE * COPIES, first_customer=CUSTOMERS * COPIES, now=now)
    copy_template(copies=COPIES, now=now)

    counts = [rows._default_manager.count() for rows in (Transaction, GiftCard, CreditRequest)]
    assert counts == [3 * ENTRIES, 3 * CARDS, 3 * REQUESTS]
    assert list(list_findings()) == []

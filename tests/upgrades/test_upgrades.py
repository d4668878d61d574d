"""A database with data goes back over the newest migrations and comes up again: nothing of it is lost."""

import pytest

from storecredit.backoffice.proof import DOMAINS
from tests.upgrades import credits, finance, giftcards, ledger
from tests.upgrades.stories import STORIES, begin, go_back_and_come_up


@pytest.mark.django_db(transaction=True)
def test_what_was_there_is_there_and_what_is_new_is_told_of_it(subtests: pytest.Subtests):
    assert {story.__module__ for story in STORIES} == {
        module.__name__ for module in (credits, finance, giftcards, ledger)
    }
    told = begin(STORIES)

    go_back_and_come_up(told)

    findings = [(found.check, found.row) for _label, domain in DOMAINS for found in domain.list_findings()]
    assert [row for check, row in findings if check == "customer_twins"] == [
        f"customer {twin}" for twin in ledger.TWINS[1:]
    ]
    # The oldest books did not keep until when credit had lived before it lived on: that of the card that rose again.
    assert [check for check, _row in findings if check != "customer_twins"] == ["expired_live"]
    for story, running in told.items():
        with subtests.test(story.__name__), pytest.raises(StopIteration):
            next(running)

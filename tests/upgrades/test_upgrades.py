"""A database with data goes back over the newest migrations and comes up again: nothing of it is lost."""

import pytest

from storecredit.backoffice.proof import DOMAINS
from tests.upgrades import credits, finance, giftcards, ledger
from tests.upgrades.stories import STORIES, begin, go_back_and_come_up


@pytest.mark.django_db(transaction=True)
def test_what_was_there_is_there_and_what_is_new_is_told_of_it(subtests: pytest.Subtests):
    stories = [story for story in STORIES if story.__module__ != finance.__name__]
    assert {story.__module__ for story in stories} == {module.__name__ for module in (credits, giftcards, ledger)}
    told = begin(stories)

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


@pytest.mark.django_db(transaction=True)
def test_a_correction_survives_a_way_back_to_where_its_kind_is_unknown():
    # Not with the others: where the ledger goes back as far as they do, there is no finance.
    story = finance.a_correction_of_an_expiry_is_one_that_was_taken_back_until_it_is_known_again
    told = begin([story])

    go_back_and_come_up(told)

    with pytest.raises(StopIteration):
        next(told[story])

"""Two people stand behind each key that moves money and that nobody owns, whatever the client did before."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from storecredit.api.models import ApiClient
from storecredit.backoffice.changes.bearing import bears_on
from storecredit.backoffice.models import AccessChange, ChangeKind
from tests.backoffice.clients import ADD, KEY, edit_url, given_client, works
from tests.backoffice.staff import approve_waiting, changes_of, page_url, step_url, text_of
from tests.factories.people import UserFactory
from tests.scenarios import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

FORM = {"owner": "", "active": "on", "rate": "600/min", "miss_limit": "60/h"}


def test_taking_the_scopes_and_asking_for_them_again_gives_nobody_another_key(administrator, colleague, time_machine):
    # given the key of a shop, which two people agreed to
    shop = given_client(scopes=["store_credit:issue"])
    time_machine.move_to(NOW + timedelta(minutes=1), tick=False)

    # when one takes what it may do, and the other agrees that it may again
    administrator.send(edit_url(shop.client), **FORM, scopes=[])
    administrator.send(edit_url(shop.client), **FORM, scopes=["store_credit:issue"])
    approve_waiting(colleague)

    # then whoever asked reads no key before somebody agrees to that
    shop.client.refresh_from_db()
    assert shop.client.scopes == ["store_credit:issue"]
    review = administrator.review(step_url(shop.client, "issue-key"), why="Rotation")
    assert changes_of(review) == [("Who reads a new key", "–", "administrator")]
    # nor goes on with one that was read while the client did nothing
    assert not works(shop.plain)


@pytest.mark.parametrize("before", [[], ["store_credit:read"]])
def test_a_key_that_one_person_read_ends_as_its_client_comes_to_move_money(administrator, colleague, before):
    shop = given_client(scopes=before)
    administrator.send(edit_url(shop.client), **FORM, scopes=["store_credit:issue"])
    change = AccessChange.objects.get()
    words = "end with this: one person alone has read them. Another has to be made."
    assert words in text_of(colleague.open(page_url(change)))

    review = colleague.review(step_url(change, "approve"), note="")
    assert words in text_of(review)
    colleague.confirm(review)

    assert not works(shop.plain)
    again = administrator.review(step_url(shop.client, "issue-key"), why="It ended")
    assert changes_of(again) == [("Who reads a new key", "–", "administrator")]


def test_a_client_that_moves_money_already_keeps_its_keys_as_it_comes_to_do_more(administrator, colleague):
    shop = given_client(scopes=["store_credit:spend"])

    administrator.send(edit_url(shop.client), **FORM, scopes=["store_credit:spend", "store_credit:issue"])
    assert "one person alone has read them" not in text_of(colleague.open(page_url(AccessChange.objects.get())))
    approve_waiting(colleague)

    assert works(shop.plain)


def test_one_agreement_gives_one_key_to_two_reviews_at_once(administrator, colleague):
    administrator.send(ADD, name="Till", scopes=["store_credit:issue"], rate="60/min", miss_limit="9/h")
    client = ApiClient.objects.get()
    approve_waiting(colleague)
    first, second = (administrator.review(step_url(client, "issue-key"), why="Till") for _ in range(2))

    made = administrator.confirm(first)
    asked = administrator.confirm(second)

    assert len(set(KEY.findall(made.content.decode()))) == 1
    assert not KEY.findall(asked.content.decode())
    assert client.keys.count() == 1


@pytest.mark.parametrize(
    "right",
    ["issue_credit", "adjust_credit", "reverse_transaction", "issue_card", "reload_card", "move_card", "add_cardbatch",
     "import_cards", "import_opening_balances"],
)  # fmt: skip
def test_a_ceiling_bears_on_whoever_gives_value_by_any_right(right):
    person = UserFactory.create()
    assert not bears_on(person, ChangeKind.ISSUE_CEILING, "", {"currency": "USD"})

    person.user_permissions.add(Permission.objects.get(codename=right))

    person = type(person).objects.get(pk=person.pk)
    assert bears_on(person, ChangeKind.ISSUE_CEILING, "", {"currency": "USD"})

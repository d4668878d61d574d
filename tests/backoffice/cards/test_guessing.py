"""Staff who name codes that no card has are counted as programs are: each person by themselves."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from storecredit.api.guess_limits import PERSONS_MISS_LIMIT
from storecredit.api.models import PersonLookUps
from tests.backoffice.staff import Staff
from tests.giftcards.cards import given_card, row_of
from tests.scenarios import NOW

pytestmark = pytest.mark.django_db
CODE = "TILL-0001"
LIST = reverse("admin:giftcards_giftcard_changelist")
FIND = reverse("admin:giftcards_giftcard_find")


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def card(db):
    return given_card(code=CODE)


def find(staff, code):
    """Where the find box leads, and what it says."""
    answer = staff.send(FIND, code=code)
    return answer.url, [str(message) for message in get_messages(answer.wsgi_request)][-1:]


def card_page(card):
    return reverse("admin:giftcards_giftcard_change", args=[row_of(card).pk])


def given_stopped(role="Agent", **fields):
    staff = Staff(role, **fields)
    for number in range(PERSONS_MISS_LIMIT.most):
        find(staff, f"WRONG-{number:04}")
    return staff


def test_a_person_who_guesses_is_stopped_and_the_others_go_on(card):
    guesser, other = given_stopped(), Staff("Agent", username="other")

    stopped = find(guesser, CODE)

    assert stopped == (LIST, ["Too many unknown codes: none is looked up for 30 s."])
    assert find(other, CODE)[0] == card_page(card)


def test_the_wait_ends_and_doubles_with_the_next_miss(card, noon):
    guesser = given_stopped()

    noon.move_to(NOW.replace(second=30), tick=False)
    assert find(guesser, CODE)[0] == card_page(card)
    find(guesser, "WRONG-AGAIN")

    assert find(guesser, CODE)[1] == ["Too many unknown codes: none is looked up for 60 s."]


def test_the_list_finds_names_for_whoever_is_stopped_and_no_code(card):
    given_card(recipient_name="Ada")
    guesser = given_stopped()

    assert guesser.open(LIST, q=CODE).status_code == 200
    assert len(guesser.open(LIST, q="Ada").context["cl"].result_list) == 1


def test_a_search_that_finds_nothing_may_have_been_a_guess_and_one_that_finds_names_is_none(card):
    given_card(recipient_name="Ada")
    staff = Staff("Agent")

    assert staff.open(LIST, q=CODE).url == card_page(card)
    staff.open(LIST, q="Ada")
    assert not PersonLookUps.objects.exists()

    staff.open(LIST, q="TILL-0002")
    staff.open(LIST, q="AAAA-BBBB-CCCC-2222")
    assert PersonLookUps.objects.get().look_up_misses == 2


def test_administrators_see_on_a_persons_page_that_they_were_stopped(card):
    guesser = given_stopped()
    administrator = Staff(is_superuser=True)

    page = administrator.open(reverse("admin:auth_user_change", args=[guesser.user.pk])).content.decode()

    assert "Card look-ups last stopped" in page
    assert PersonLookUps.objects.get().look_ups_limited_at == NOW
    assert "4 May 2026" in page

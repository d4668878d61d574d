"""
Whoever names codes or account numbers that do not exist is counted and stopped, in whatever dialect and member.

A guesser is a client with every scope that may miss three times an hour.
"""

import pytest

from giftcards.models import GiftCard
from storecredit.api.models import ApiClient
from storecredit.credits.models import CreditRequest
from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_approver
from tests.dialects.digital_river.shop import CHECKOUT
from tests.dialects.fabric.calls import BOTH, CREDIT, ask, given_caller, update
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, given_credit, given_customer, nothing_moves

pytestmark = pytest.mark.django_db
CARD, POUNDS = "TILL-0001", "POUNDS-0001"


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def guesser(db):
    return ApiCaller(given_client(miss_limit="3/h").plain)


@pytest.fixture
def bob(db):
    return given_approver("bob")


@pytest.fixture(autouse=True)
def _cards(db):
    given_card("25.00 USD", code=CARD)
    given_card("25.00 GBP", code=POUNDS)


def source(number, **more):
    said = {"type": "customerCredit", "amount": 1, "currency": "USD", "upstreamId": number, "customerCredit": {}}
    return said | more


def ask_for(caller, *numbers):
    """One credit for each number, on one order."""
    return ask(caller, *(CREDIT | {"attributes": {"giftCardNumber": number}} for number in numbers))


def callout(number):
    return {"amount": 1, "upstreamId": number, "sessionId": "session-1"}


def misses_of() -> int:
    return ApiClient.objects.get().look_up_misses


#: Every request that names a secret: of a card, or of an account.
DOORS = {
    "a card's path": lambda caller, card, line: caller.get(f"/gift_cards/{card}"),
    "a card in the query": lambda caller, card, line: caller.get(f"/gift_cards?card_number={card}"),
    "a card in glu's path": lambda caller, card, line: caller.get(f"/gift_cards/{card}/balances"),
    "an account in glu's path": lambda caller, card, line: caller.get(f"/credit_accounts/{line}"),
    "a number for a new card": lambda caller, card, line: caller.post(
        "/gift_cards", {"number": card, "amount": "5.00", "currency": "USD"}
    ),
    "a source": lambda caller, card, line: caller.post("/sources", source(line)),
    "the callout": lambda caller, card, line: caller.post("/checkouts/store-credits", callout(line)),
    "the callout's release": lambda caller, card, line: caller.send("DELETE", f"/checkouts/store-credits/{line}"),
    "a credit's attributes": lambda caller, card, line: ask_for(caller, card),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_client_that_is_stopped_gets_429_from_every_door_hit_or_miss(guesser, door):
    line = given_credit("10.00 USD").number
    for number in range(3):
        assert guesser.get(f"/gift_cards/WRONG-{number}").status_code == 404

    with nothing_moves():
        answers = [DOORS[door](guesser, *named) for named in ((CARD, line), ("WRONG-9", "SC0"))]

    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in answers] == [(429, "30")] * 2
    assert GiftCard.objects.count() == 2
    assert not CreditRequest.objects.exists()


@pytest.mark.parametrize("door", [name for name in DOORS if name != "a number for a new card"])
def test_misses_are_counted_at_every_door_once_each(guesser, door):
    statuses = [DOORS[door](guesser, f"WRONG-{number}", f"SC{number}").status_code for number in range(4)]

    assert statuses[3] == 429
    assert 429 not in statuses[:3]
    assert misses_of() == 3


@pytest.mark.parametrize("door", [name for name in DOORS if name != "a number for a new card"])
def test_hits_are_not_counted_at_any_door(guesser, door):
    line = given_credit("10.00 USD").number

    assert [DOORS[door](guesser, CARD, line).status_code < 300 for _ in range(4)] == [True] * 4
    assert misses_of() == 0


def test_a_taken_number_is_a_find_and_is_counted_though_nothing_was_written(guesser):
    taken = [DOORS["a number for a new card"](guesser, CARD, "").status_code for _ in range(4)]

    assert taken == [422, 422, 422, 429]
    assert GiftCard.objects.count() == 2


def test_a_free_number_for_a_new_card_is_no_miss(guesser):
    made = [DOORS["a number for a new card"](guesser, f"FRESH-{number}", "").status_code for number in range(5)]

    assert (made, misses_of()) == ([201] * 5, 0)


@pytest.mark.parametrize(
    "try_it",
    [
        lambda caller: ask_for(caller, POUNDS),
        lambda caller: caller.post("/sources", source(account_of_pounds())),
    ],
    ids=["a card in create-credits", "an account in sources"],
)
def test_what_is_known_in_another_currency_counts_as_a_miss(guesser, try_it):
    answers = [try_it(guesser) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [400, 400, 400, 429]
    assert "GBP" not in answers[0].content.decode()


def account_of_pounds() -> str:
    return GiftCard.objects.get(account__currency="GBP").account.number


def test_an_account_of_another_currency_and_an_unknown_one_are_told_the_same(guesser):
    answers = [guesser.post("/sources", source(number)) for number in (account_of_pounds(), "SC0")]

    assert answers[0].json() == answers[1].json()


def test_each_number_of_one_request_counts_and_one_that_would_pass_the_limit_is_stopped(db):
    guesser = ApiCaller(given_client(miss_limit="60/h").plain)

    first = ask_for(guesser, *(f"GUESS-{number:02}" for number in range(50)))
    second = ask_for(guesser, *(f"OTHER-{number:02}" for number in range(50)))

    assert (first.status_code, second.status_code, second.headers["Retry-After"]) == (200, 429, "30")
    assert misses_of() == 60
    assert CreditRequest.objects.count() == 50
    assert ask_for(guesser, CARD).status_code == 429


def test_a_number_that_is_named_twice_in_one_request_counts_once(guesser):
    ask_for(guesser, "WRONG-1", "wrong1")

    assert misses_of() == 1


def test_whoever_names_a_requests_own_number_again_guesses_nothing(bob):
    desk = given_caller(BOTH, bob, miss_limit="3/h")
    [asked] = ask_for(desk, "SUMMER-2026").json()["credits"]

    for _ in range(5):
        again = update(desk, asked["creditId"], "PENDING", attributes={"giftCardNumber": "summer2026"})
        assert again.status_code == 200

    assert misses_of() == 1


def test_a_repeated_request_is_answered_again_also_to_a_client_that_is_stopped(guesser):
    line = given_credit("10.00 USD").number
    first = guesser.post("/sources", source(line), key="k")
    for number in range(3):
        guesser.get(f"/gift_cards/WRONG-{number}")

    again = guesser.post("/sources", source(line), key="k")

    assert (again.status_code, again.json()) == (201, first.json())


def test_what_names_no_secret_goes_on_for_a_client_that_is_stopped(guesser):
    customer = given_customer()
    for number in range(3):
        guesser.get(f"/gift_cards/WRONG-{number}")

    assert guesser.get(f"/customers/{customer.number}").status_code == 200
    assert guesser.post("/checkouts", CHECKOUT).status_code == 201
    assert ask(guesser).status_code == 200
    assert guesser.get("/orders").status_code == 200

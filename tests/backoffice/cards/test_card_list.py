"""The card list: what its filters find, what its totals say, what its search takes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from giftcards.models import CardState, GiftCard
from giftcards.operations import assign_card
from giftcards.queries import ShownState, narrow_to_state, shown_state
from giftcards.queries import totals as sums_of_cards
from ledger.operations import Why
from storecredit.backoffice.cards import filters
from tests.backoffice.staff import Staff, list_url, page_url, said, text_of
from tests.factories.giftcards import CardBatchFactory
from tests.giftcards.cards import given_card, given_card_in, given_redemption, row_of
from tests.scenarios import NOW, STAFF, days, given_customer, given_hold, money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST = list_url(GiftCard)
FIND = "admin:giftcards_giftcard_find"


def found(staff, **query) -> list[str]:
    """The last four of the cards that the list shows, oldest first."""
    page = staff.open(LIST, **query)
    return [card.last_four for card in reversed(page.context["cl"].result_list)]


def totals(staff, **query) -> list[Any]:
    page = staff.open(LIST, **query)
    return [
        (row["currency"], row["is_test"], row["cards"], row["cards_with_value"], row["balance"], row["held"])
        for row in page.context["totals"]
    ]


@pytest.fixture
def cards(db):
    """One card for each thing that a filter asks."""
    spent = given_card("10.00 EUR")
    given_redemption("10.00 EUR", card=spent)
    batch = CardBatchFactory.create(name="Spring fair", amount=money("5.00 GBP"), size=2, ready=True)
    held = given_card("40.00 GBP")
    given_hold("15.00 GBP", account=row_of(held).account, expires_at=days(7))
    named = {
        "active": row_of(given_card("25.00 GBP")),
        "held": row_of(held),
        "spent": row_of(spent),
        "pending": row_of(given_card_in(CardState.PENDING)),
        "blocked": row_of(given_card_in(CardState.BLOCKED)),
        "voided": row_of(given_card_in(CardState.VOIDED)),
        "expired": row_of(given_card_in(CardState.EXPIRED)),
        "over": row_of(given_card("25.00 GBP", now=days(-9), expires_on=days(-2).date())),
        "soon": row_of(given_card("8.000 KWD", expires_on=days(20).date())),
        "later": row_of(given_card("9.000 KWD", expires_on=days(80).date())),
        "yen": row_of(given_card("3000 JPY")),
        "test": row_of(given_card("99.00 GBP", test_mode=True)),
    }
    return named | {f"batch {card.batch_place}": card for card in GiftCard.objects.filter(batch=batch)}


def fours(cards, *names: str) -> set[str]:
    return {cards[name].last_four for name in names}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"state": "pending"}, ["pending"]),
        ({"state": "blocked"}, ["blocked"]),
        ({"state": "voided"}, ["voided"]),
        ({"state": "expired"}, ["expired", "over"]),
        ({"state": "spent"}, ["spent"]),
        (
            {"state": "active"},
            ["active", "held", "soon", "later", "yen", "test", "batch 1", "batch 2"],
        ),
        ({"currency": "KWD"}, ["soon", "later"]),
        ({"expiring": "30"}, ["soon"]),
        ({"expiring": "60"}, ["soon"]),
        ({"expiring": "90"}, ["soon", "later"]),
        ({"value": "none"}, ["spent", "voided", "expired"]),
        ({"value": "left", "currency": "GBP", "test": "no", "state": "active"},
         ["active", "held", "batch 1", "batch 2"]),
        ({"test": "yes"}, ["test"]),
        ({"state": "nonsense"}, []),
        ({"q": "spring"}, ["batch 1", "batch 2"]),
    ],
)  # fmt: skip
def test_a_filter_finds_exactly_its_cards(viewer, cards, query, names):
    assert set(found(viewer, **query)) == fours(cards, *names)


def test_the_batch_filter_finds_a_batchs_cards_and_those_of_none(viewer, cards):
    batch_id = cards["batch 1"].batch_id

    of_batch = set(found(viewer, batch=batch_id))
    of_none = set(found(viewer, batch="none"))

    assert of_batch == fours(cards, "batch 1", "batch 2")
    assert of_none == {card.last_four for card in cards.values()} - of_batch


def test_of_many_batches_the_newest_are_offered_and_the_one_that_is_asked_for(viewer, monkeypatch):
    monkeypatch.setattr(filters, "_BATCHES_SHOWN", 1)
    asked, _, newest = (
        CardBatchFactory.create(name=name, amount=money("5.00 GBP"), size=1, ready=True)
        for name in ("Spring fair", "Summer fair", "Autumn fair")
    )

    page = viewer.open(LIST, batch=asked.pk)

    (offered,) = (spec for spec in page.context["cl"].filter_specs if isinstance(spec, filters.BatchFilter))
    assert [value for value, _ in offered.lookup_choices] == ["none", str(newest.pk), str(asked.pk)]
    assert [card.batch_id for card in page.context["cl"].result_list] == [asked.pk]


def test_every_card_is_in_one_state_which_its_row_names(cards):
    moments = [NOW, days(25), days(100)]

    for now in moments:
        for card in GiftCard.objects.select_related("account"):
            states = [
                state
                for state in ShownState
                if narrow_to_state(GiftCard.objects.filter(pk=card.pk), state, now).exists()
            ]
            assert states == [shown_state(card, now)]


def test_totals_stand_by_currency_and_keep_test_money_apart(viewer, cards):
    assert totals(viewer) == [
        ("EUR", False, 1, 0, "€0.00", ""),
        ("GBP", False, 9, 7, "£150.00", "£15.00"),
        ("JPY", False, 1, 1, "¥3,000", ""),
        ("KWD", False, 2, 2, "KWD\xa017.000", ""),
        ("GBP", True, 1, 1, "£99.00", ""),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": "blocked"}, [("GBP", False, 1, 1, "£25.00", "")]),
        ({"currency": "KWD", "expiring": "30"}, [("KWD", False, 1, 1, "KWD\xa08.000", "")]),
        ({"q": "spring"}, [("GBP", False, 2, 2, "£10.00", "")]),
        ({"test": "yes"}, [("GBP", True, 1, 1, "£99.00", "")]),
        ({"q": "nobody"}, []),
    ],
)
def test_totals_follow_the_filter_and_the_search(viewer, cards, query, expected):
    assert totals(viewer, **query) == expected


def test_more_cards_than_anybody_adds_up_have_no_totals_and_all_of_them_have(viewer, cards, monkeypatch):
    monkeypatch.setattr(sums_of_cards, "MOST_SUMMED", 2)

    narrowed = viewer.open(LIST, state="active")

    assert "totals" not in narrowed.context
    assert "narrow the list further to see what they hold together" in text_of(narrowed)
    assert [row[:3] for row in totals(viewer, currency="KWD")] == [("KWD", False, 2)]
    assert sum(row[2] for row in totals(viewer)) == len(cards)


def test_cards_are_found_by_what_staff_know_of_them(viewer):
    customer = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron", email="ada@example.com")
    ours = given_card(customer_id=customer.pk, recipient_name="Max Mustermann", recipient_email="max@example.com")
    given_card(recipient_name="Moritz")
    four = row_of(ours).last_four

    for text in ("SHOP-7", "byron", "ada@example.com", "mustermann", "max@", four.lower(), f"****{four}", "ada max"):
        assert found(viewer, q=text) == [four], text
    assert found(viewer, q="byron moritz") == []


@pytest.mark.parametrize("written", ["{code}", "{lower}", "{fours}", " {fours} ", "{blanks}"])
def test_a_whole_code_leads_to_its_card_and_is_printed_nowhere(viewer, written):
    card = given_card()
    given_card()
    fours_of_code = [card.code[start : start + 4] for start in range(0, 16, 4)]
    text = written.format(
        code=card.code, lower=card.code.lower(), fours="-".join(fours_of_code), blanks=" ".join(fours_of_code)
    )

    searched = viewer.open(LIST, q=text)
    posted = viewer.send(reverse(FIND), code=text)

    for answer in (searched, posted):
        assert (answer.status_code, answer.url) == (302, page_url(row_of(card)))
        assert card.code not in viewer.client.get(answer.url).content.decode()


def test_a_number_of_another_system_leads_to_its_card_too(viewer):
    card = given_card(code="gift#2024_1")

    assert viewer.open(LIST, q="gift#2024_1").url == page_url(row_of(card))


@pytest.mark.parametrize("code", ["0000111122223333", "0000-1111-2222-3333"])
def test_a_wrong_code_is_not_printed_back(viewer, code):
    given_card()

    for ask in (lambda: viewer.open(LIST, q=code), lambda: viewer.send(reverse(FIND), code=code)):
        answer = ask()
        assert (answer.status_code, answer.url) == (302, LIST)
        assert said(answer) == ["No card has that code. Check it, or search by its last four characters."]


def test_a_code_is_looked_up_by_post_alone_and_by_those_who_may_see_cards(viewer):
    card = given_card()
    nobody = Staff()

    assert viewer.open(reverse(FIND), code=card.code).url == LIST
    assert nobody.send(reverse(FIND), code=card.code).status_code == 403
    assert nobody.open(LIST, q=card.code).status_code == 403


def test_the_list_asks_the_database_as_often_for_a_hundred_cards_as_for_two(viewer):
    def many(count: int) -> None:
        batch = CardBatchFactory.create(size=count, ready=True)
        for card in GiftCard.objects.filter(batch=batch)[:20]:
            customer = given_customer()
            assign_card(card_id=card.pk, customer_id=customer.pk, actor=STAFF, now=NOW, why=Why(note="x"))

    many(2)
    before = count_queries(viewer)
    many(45)

    assert count_queries(viewer) == before


def count_queries(staff) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert staff.open(LIST).status_code == 200
    return len(queries)


def test_the_page_of_a_card_asks_as_often_for_a_long_history_as_for_a_short_one(viewer):
    card = given_card("100.00 GBP")
    given_redemption("1.00 GBP", card=card)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            viewer.open(page_url(row_of(card)))
        counts.append(len(queries))
        for _ in range(20):
            given_redemption("1.00 GBP", card=card, now=NOW + timedelta(seconds=1))

    assert counts[0] == counts[1]


def test_an_empty_list_says_so_without_totals(viewer):
    page = viewer.open(LIST)

    assert page.context["totals"] == []
    assert "Find card" in text_of(page)

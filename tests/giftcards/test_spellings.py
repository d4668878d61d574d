"""A code is found however it was pasted or read aloud, and a miss is one miss."""

from urllib.parse import quote

import pytest

from giftcards.errors import CardNotFound
from giftcards.models.codes import list_lookup_digests
from giftcards.operations import NewCard
from giftcards.queries import find_card_id, get_card, list_card_page, looks_like_a_code
from storecredit.api.models import ApiClient
from tests.callers import ApiCaller, given_client
from tests.giftcards.cards import given_card
from tests.scenarios import NOW

pytestmark = pytest.mark.django_db

GENERATED = "10AB10CD10EF10GH"


def in_groups(separator: str) -> str:
    return separator.join(GENERATED[place : place + 4] for place in range(0, 16, 4))


DASHES = {
    "hyphen": "-",
    "en dash": "\u2013",
    "em dash": "\u2014",
    "no-break hyphen": "\u2011",
    "minus": "\u2212",
    "soft hyphen": "\u00ad",
}
BLANKS = {
    "blank": " ",
    "no-break blank": "\u00a0",
    "thin blank": "\u2009",
    "zero width": "\u200b",
    "word joiner": "\u2060",
    "blanks around a dash": " \u2013 ",
}


@pytest.fixture
def card() -> NewCard:
    return given_card(code=GENERATED)


@pytest.mark.parametrize("separator", DASHES.values(), ids=DASHES)
def test_dashes_of_every_kind_between_the_groups_do_not_matter(card: NewCard, separator: str):
    code = in_groups(separator)

    assert get_card(code=code.lower(), test_mode=False, now=NOW).id == card.id
    assert find_card_id(code=code) == card.id
    assert looks_like_a_code(code)


@pytest.mark.parametrize("separator", BLANKS.values(), ids=BLANKS)
def test_nor_do_blanks_where_people_type(card: NewCard, separator: str):
    code = f"\u00a0{in_groups(separator)}\ufeff\n"

    assert find_card_id(code=code) == card.id
    assert looks_like_a_code(code)


@pytest.mark.parametrize("code", ["IOABIOCDIOEFIOGH", "lOab-lOcd-loef-lOgh", "ioab\u2013LOCD\u2013IOEF\u2013lOGH"])
def test_what_no_generated_code_has_is_read_as_what_was_meant(card: NewCard, code: str):
    assert get_card(code=code, test_mode=False, now=NOW).id == card.id
    assert find_card_id(code=code) == card.id
    assert [each.id for each in list_card_page(test_mode=False, now=NOW, at_most=5, code=code)] == [card.id]


def test_the_code_as_it_stands_comes_before_what_it_might_mean(card: NewCard):
    named = given_card("5.00 GBP", code="IOABIOCDIOEFIOGH")

    for code, its in (("IOABIOCDIOEFIOGH", named), (GENERATED, card), ("IOABIOCDIOEFIOG-H", named)):
        assert get_card(code=code, test_mode=False, now=NOW).id == its.id
        assert find_card_id(code=code) == its.id
        assert [each.id for each in list_card_page(test_mode=False, now=NOW, at_most=5, code=code)] == [its.id]


@pytest.mark.parametrize("code", [f" {GENERATED}", f"{GENERATED}\u00a0", f"\u200b{GENERATED}", in_groups(" ")])
def test_a_program_sends_what_it_means_and_no_blanks(card: NewCard, code: str):
    with pytest.raises(CardNotFound):
        get_card(code=code, test_mode=False, now=NOW)


def test_codes_that_people_chose_are_not_read_otherwise():
    given_card(code="PILOT-1")

    with pytest.raises(CardNotFound):
        get_card(code="P1LOT-1", test_mode=False, now=NOW)


@pytest.mark.parametrize("code", [GENERATED, "IOABIOCDIOEFIOGH", "abc", "", "\0", "x" * 500, " ", "gift+card"])
def test_every_text_costs_the_same(code: str):
    assert len(list_lookup_digests(code)) == len(list_lookup_digests("TILL-0001"))


@pytest.mark.parametrize("path", ["/gift_cards/{}", "/gift_cards/{}/balances"])
def test_the_api_finds_a_pasted_code_and_counts_one_miss(card: NewCard, path: str):
    caller = ApiCaller(given_client().plain)

    found = caller.get(path.format(quote(in_groups("\u2013"))))
    missed = caller.get(path.format(quote("IOAB\u2013IOCD\u2013IOEF\u2013IOGJ")))

    assert (found.status_code, missed.status_code) == (200, 404)
    assert ApiClient.objects.get().look_up_misses == 1

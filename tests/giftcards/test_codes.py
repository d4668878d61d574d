"""Codes: how they are made, compared, sealed, opened, and moved from key to key."""

import hashlib
import re

import pytest

from giftcards.errors import CardNotFound, CodeTaken
from giftcards.models import GiftCard
from giftcards.models.codes import (
    ALPHABET,
    CodeUnreadable,
    find_fault,
    list_digests,
    new_code,
    newest_key_name,
    normalize_code,
    open_code,
    seal_code,
)
from giftcards.operations import (
    count_cards_by_key,
    count_codes_to_rotate,
    reveal_code,
    rotate_codes,
)
from giftcards.queries import get_card
from ledger.operations import Why
from tests.giftcards.cards import given_card, row_of
from tests.ledger.attacks import run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW, STAFF, refused

OLD = "the-first-key-of-the-tests-which-hides-nothing-at-all"
NEW = "the-second-key-of-the-tests-which-hides-nothing-at-all"


@pytest.fixture(autouse=True)
def first_key(settings):
    settings.CODE_KEYS = [OLD]


def test_a_new_code_is_sixteen_symbols_that_nobody_misreads():
    codes = {new_code() for _ in range(500)}

    assert len(codes) == 500
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{16}", code) for code in codes)
    assert {symbol for code in codes for symbol in code} == set(ALPHABET)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("7qx2-ab12", "7QX2AB12"),
        ("7QX2AB12", "7QX2AB12"),
        ("--7q-X2--", "7QX2"),
        ("shop#one", "shop#one"),
        ("Shop#One", "Shop#One"),
        ("A" * 64, "A" * 64),
        ("abc", None),
        ("a-b-c", None),
        ("----", None),
        ("A" * 65, None),
        ("has blank", None),
        ("has/slash", None),
        (" 7QX2AB12", None),
        ("7QX2AB12\n", None),
        ("ÄÖÜÄ", None),
        ("٤٤٤٤", None),
        ("7QX2\0AB", None),
        ("", None),
        ("redeem", None),
        ("Balances", None),
        ("BY-ID", None),
        ("un-block", None),
    ],
)
def test_case_and_hyphens_do_not_matter_and_what_cannot_be_a_code_is_none(typed: str, normal: str | None):
    assert normalize_code(typed) == normal


def test_what_is_stored_is_neither_the_code_nor_a_bare_hash_of_it():
    code = new_code()
    sealed = seal_code(code)

    assert code.encode() not in sealed.cipher
    assert sealed.digest != hashlib.sha256(code.encode()).hexdigest()
    assert (sealed.last_four, open_code(sealed)) == (code[-4:], code)


def test_one_code_is_sealed_differently_each_time_and_found_the_same():
    first, second = seal_code("SHOP0001"), seal_code("SHOP0001")

    assert first.cipher != second.cipher
    assert first.digest == second.digest == list_digests("shop-0001")[0]


def test_a_code_is_found_in_any_spelling_and_opens_as_it_was_made():
    sealed = seal_code("Shop-0001-a")

    assert (open_code(sealed), sealed.last_four) == ("Shop-0001-a", "001A")
    assert sealed.digest == list_digests("SHOP0001A")[0]
    assert find_fault(sealed) == ""


def test_what_no_card_can_have_is_not_sealed():
    with pytest.raises(ValueError, match="No card can have this code"):
        seal_code("two words")


@pytest.mark.parametrize("place", [0, 11, 12, -1])
def test_a_changed_ciphertext_does_not_open(place: int):
    sealed = seal_code("SHOP0001")
    changed = bytearray(sealed.cipher)
    changed[place] ^= 1

    with pytest.raises(CodeUnreadable):
        open_code(type(sealed)(sealed.key, sealed.digest, bytes(changed), sealed.last_four))


def test_a_ciphertext_moved_to_another_card_does_not_open():
    first, second = seal_code("SHOP0001"), seal_code("SHOP0002")

    with pytest.raises(CodeUnreadable):
        open_code(type(first)(first.key, first.digest, second.cipher, first.last_four))


def test_a_code_does_not_open_without_its_key(settings):
    sealed = seal_code("SHOP0001")
    settings.CODE_KEYS = [NEW]

    with pytest.raises(CodeUnreadable, match="not in CODE_KEYS"):
        open_code(sealed)


@pytest.mark.django_db
def test_a_card_is_found_under_old_and_new_keys_while_they_are_rotated(settings):
    cards = [given_card(code=f"shop-{number:04}") for number in range(3)]
    old = newest_key_name()
    settings.CODE_KEYS = [NEW, OLD]
    late = given_card(code="shop-9999")

    def found() -> list[bool]:
        return [get_card(code=card.code, test_mode=False, now=NOW).id == card.id for card in [*cards, late]]

    assert found() == [True] * 4
    assert (count_codes_to_rotate(), count_cards_by_key()) == (3, {old: 3, newest_key_name(): 1})

    assert rotate_codes().sealed == 3

    assert (count_codes_to_rotate(), count_cards_by_key(), found()) == (0, {newest_key_name(): 4}, [True] * 4)
    settings.CODE_KEYS = [NEW]
    assert found() == [True] * 4
    assert reveal_code(card_id=cards[0].id, actor=STAFF, now=NOW, why=Why(note="asked")) == "shop-0000"
    settings.CODE_KEYS = [OLD]
    with pytest.raises(CardNotFound):
        get_card(code="shop-0000", test_mode=False, now=NOW)


@pytest.mark.django_db
def test_a_rotation_that_was_killed_goes_on_and_a_second_one_does_nothing(settings, monkeypatch):
    monkeypatch.setattr("giftcards.operations.rotation.CARDS_AT_ONCE", 2)
    cards = [given_card() for _ in range(5)]
    settings.CODE_KEYS = [NEW, OLD]

    def killed(summary):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_codes(on_portion=killed)
    assert count_codes_to_rotate() == 3
    assert (rotate_codes().sealed, rotate_codes().sealed) == (3, 0)

    assert [open_code(row_of(card).sealed_code) for card in cards] == [card.code for card in cards]


@pytest.mark.django_db
def test_a_code_that_does_not_open_is_named_by_its_account_and_left_alone(settings):
    card, broken = given_card(), given_card()
    with triggers_off("giftcards", "ledger"):
        run("UPDATE giftcards_giftcard SET code_cipher = %s WHERE id = %s", b"x" * 44, broken.id.hex)
    settings.CODE_KEYS = [NEW, OLD]

    summary = rotate_codes()

    number = GiftCard.objects.get(pk=broken.id).account.number
    assert (summary.sealed, summary.unreadable, count_codes_to_rotate()) == (1, [number], 1)
    assert row_of(card).code_key == newest_key_name()


@pytest.mark.django_db
def test_a_number_is_taken_under_every_key(settings):
    given_card(code="shop-0001")
    settings.CODE_KEYS = [NEW, OLD]

    with refused(CodeTaken):
        given_card(code="SHOP0001")


@pytest.mark.django_db
def test_two_cards_with_one_code_under_two_keys_are_told_and_neither_is_changed(settings):
    first = given_card(code="shop-0001")
    settings.CODE_KEYS = [NEW]
    second = given_card(code="shop-0001")  # the old key was left out of this process's environment
    settings.CODE_KEYS = [NEW, OLD]

    summary = rotate_codes()

    assert (summary.sealed, summary.doubled) == (0, [row_of(first).account.number])
    assert row_of(second).code_key == newest_key_name() != row_of(first).code_key


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["ZZZZ-ZZZZ-ZZZZ-ZZZZ", "no such code", "\0", "x" * 500, "redeem", ""])
def test_unknown_and_malformed_codes_run_the_same_statement(code: str, django_assert_num_queries):
    with django_assert_num_queries(1), pytest.raises(CardNotFound) as caught:
        get_card(code=code, test_mode=False, now=NOW)

    assert str(caught.value) == "There is no such card."

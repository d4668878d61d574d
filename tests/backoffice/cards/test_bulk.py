"""Many cards blocked, unblocked or extended at once: reviewed one by one, done one by one, told one by one."""

from datetime import date

import pytest
from django.urls import reverse

from giftcards.errors import ExpiryNotLater
from giftcards.models import CardEvent, CardState, GiftCard
from giftcards.operations import block_card, extend_card, unblock_card
from ledger.operations import Why
from storecredit.backoffice.kit import day_text
from tests.backoffice.cards.rows import no_card_changes
from tests.backoffice.staff import Staff, address_of, agreement_of, errors_of, list_url, said, table_of, text_of
from tests.factories.people import permissions_named
from tests.giftcards.cards import given_card, given_card_in, row_of, timeline
from tests.scenarios import NOW, STAFF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

BLOCK, UNBLOCK, EXTEND = (reverse(f"admin:giftcards_giftcard_{name}-many") for name in ("block", "unblock", "extend"))


@pytest.fixture
def manager(db):
    return Staff("Card manager")


def chosen(staff, url, cards):
    """The form of an action of the list, for these cards."""
    name = url.rstrip("/").rpartition("/")[2].replace("-", "_")
    sent = staff.send(list_url(GiftCard), action=name, _selected_action=[str(card.id) for card in cards])
    assert sent.url.startswith(url)
    return staff.open(sent.url)


def reviewed(staff, url, cards, **data):
    form = chosen(staff, url, cards)
    sent = staff.send(address_of(form), row=[card.id.hex for card in cards], **data)
    return staff.follow(sent)


def confirmed(staff, review):
    return staff.send(address_of(review), **agreement_of(review))


def rows_of(page, title, last):
    return {(row["Card"], row[last]) for row in table_of(page, title)}


def name_of(card):
    return str(row_of(card))


def results_of(page):
    return {(row["Card"], row["Result"]) for row in table_of(page, "What became of each")}


def test_the_review_says_for_each_card_what_will_happen_and_which_are_refused_and_why(manager):
    fine, early = given_card("25.00 GBP"), given_card_in(CardState.PENDING)
    voided = given_card_in(CardState.VOIDED)

    with no_card_changes():
        form = chosen(manager, BLOCK, [fine, early, voided])
        review = reviewed(manager, BLOCK, [fine, early, voided], why="Stolen from the shop")

    assert rows_of(form, "Chosen ones", "Why not") == {
        (name_of(fine), ""),
        (name_of(early), ""),
        (name_of(voided), "The card is voided."),
    }
    assert rows_of(review, "What will happen", "What") == {
        (name_of(fine), "State: Active → Blocked"),
        (name_of(early), "State: Not yet valid → Blocked"),
    }
    assert rows_of(review, "Refused", "Why not") == {(name_of(voided), "The card is voided.")}
    assert "Stolen from the shop" in text_of(review)


def test_each_is_blocked_by_its_own_line_of_history_and_the_refused_are_named(manager):
    fine, second = given_card("25.00 GBP"), given_card("5.00 GBP")
    voided, late = given_card_in(CardState.VOIDED), given_card("7.00 GBP")
    review = reviewed(manager, BLOCK, [fine, second, voided, late], why="Stolen from the shop")
    block_card(card_id=late.id, actor=STAFF, now=NOW, why=Why(note="Reported by its owner"))

    answer = manager.follow(confirmed(manager, review))

    assert "Block: 2 done, 2 refused" in text_of(answer)
    assert results_of(answer) == {
        (name_of(fine), "Done State: Active → Blocked"),
        (name_of(second), "Done State: Active → Blocked"),
        (name_of(voided), "Refused The card is voided."),
        (name_of(late), "Refused The card is blocked."),
    }
    assert [timeline(card)[-1] for card in (fine, second)] == [
        ("BLOCKED", "0.00", "25.00", "BLOCKED"),
        ("BLOCKED", "0.00", "5.00", "BLOCKED"),
    ]
    event = CardEvent.objects.filter(card_id=fine.id).order_by("-id")[0]
    assert (event.actor_label, event.door, event.note) == ("card-manager", "admin", "Stolen from the shop")
    assert [event.note for event in CardEvent.objects.filter(card_id=late.id, kind="BLOCKED")] == [
        "Reported by its owner"
    ]


def test_sent_again_it_is_done_once_and_the_same_results_are_told(manager):
    card = given_card("25.00 GBP")
    review = reviewed(manager, BLOCK, [card], why="Lost")
    first = manager.follow(confirmed(manager, review))
    unblock_card(card_id=card.id, actor=STAFF, now=NOW)

    with no_card_changes():
        again = manager.follow(confirmed(manager, review))
        form_again = manager.send(address_of(review).replace("review=", "intent="), row=card.id.hex, why="Lost")

    assert results_of(again) == results_of(first) == {(name_of(card), "Done State: Active → Blocked")}
    assert results_of(manager.follow(form_again)) == results_of(first)


def test_what_has_changed_since_the_review_is_left_alone_and_said(manager):
    moved, still = (given_card("25.00 GBP", expires_on=NOW.date()) for _ in range(2))
    review = reviewed(manager, EXTEND, [moved, still], good_through="2027-01-31", why="The shop was closed")
    extend_card(card_id=moved.id, expires_on=date(2026, 12, 31), actor=STAFF, now=NOW)

    answer = manager.follow(confirmed(manager, review))

    today = day_text(NOW.date())
    assert rows_of(review, "What will happen", "What") == {
        (name_of(card), f"Good through: {today} → 31 Jan 2027") for card in (moved, still)
    }
    assert results_of(answer) == {
        (name_of(moved), "Refused It has changed since your review, so nothing was done to it. Look at it again."),
        (name_of(still), f"Done Good through: {today} → 31 Jan 2027"),
    }
    assert [row_of(card).expires_on for card in (moved, still)] == [date(2026, 12, 31), date(2027, 1, 31)]


def test_extending_says_which_cards_have_no_later_day_to_go_to(manager):
    fine, later, ever = (given_card(expires_on=day) for day in (NOW.date(), date(2028, 1, 1), None))
    same = given_card(expires_on=date(2027, 1, 31))

    with no_card_changes():
        review = reviewed(manager, EXTEND, [fine, later, ever, same], good_through="2027-01-31", why="Closed")
        without_a_day = manager.send(address_of(chosen(manager, EXTEND, [fine])), row=fine.id.hex, why="Closed")

    assert rows_of(review, "Refused", "Why not") == {
        (name_of(later), str(ExpiryNotLater())),
        (name_of(ever), "It is good for ever."),
        (name_of(same), "It is so already: nothing would change."),
    }
    assert [row["Card"] for row in table_of(review, "What will happen")] == [name_of(fine)]
    assert list(errors_of(without_a_day)) == ["good_through"]


def test_what_is_unticked_on_the_form_is_left_out_and_none_is_not_reviewed(manager):
    wanted, not_wanted = (given_card_in(CardState.BLOCKED) for _ in range(2))
    form = chosen(manager, UNBLOCK, [wanted, not_wanted])

    with no_card_changes():
        none = manager.send(address_of(form), why="Found")
    review = manager.follow(manager.send(address_of(form), row=wanted.id.hex, why="Found"))
    answer = manager.follow(confirmed(manager, review))

    assert "None was chosen. Nothing was done." in text_of(none)
    assert results_of(answer) == {(name_of(wanted), "Done State: Blocked → Active")}
    assert [row_of(card).state for card in (wanted, not_wanted)] == [CardState.ACTIVE, CardState.BLOCKED]


def test_what_is_confirmed_is_what_was_reviewed_and_no_more(manager):
    card, other = given_card(), given_card()
    review = reviewed(manager, BLOCK, [card], why="Lost")
    elsewhere = reviewed(manager, BLOCK, [other], why="Stolen")

    with no_card_changes():
        borrowed = manager.send(address_of(review), **agreement_of(elsewhere))
        forged = manager.send(address_of(review), agreed="x")
        colleague = Staff("Agent").send(address_of(review), **agreement_of(review))

    too_old = "That review is too old or incomplete. Nothing was done; look at it as it is now."
    assert said(borrowed) == [too_old, too_old]
    assert (borrowed.status_code, forged.status_code, colleague.status_code) == (302, 302, 403)


def test_each_role_is_offered_what_it_may_do_with_one_card(db):
    card = given_card(expires_on=NOW.date())
    offered = {}
    with no_card_changes():
        for role in ("Viewer", "Agent", "Card manager"):
            staff = Staff(role)
            page = staff.open(list_url(GiftCard)).content.decode()
            offered[role] = [name for name in ("block", "unblock", "extend") if f'value="{name}_many"' in page]
            answers = [staff.open(url, ids=card.id.hex).status_code for url in (BLOCK, UNBLOCK, EXTEND)]
            assert answers == [200 if name in offered[role] else 403 for name in ("block", "unblock", "extend")]

    assert offered == {
        "Viewer": [],
        "Agent": ["block", "unblock"],
        "Card manager": ["block", "unblock", "extend"],
    }


@pytest.mark.parametrize("lost", ["view_giftcard", "block_card"])
def test_a_review_is_of_no_use_once_a_right_it_stood_on_is_gone(lost):
    staff = Staff(username="bea", is_staff=True)
    staff.user.user_permissions.set(permissions_named("giftcards.view_giftcard", "giftcards.block_card"))
    review = reviewed(staff, BLOCK, [given_card("25.00 GBP")], why="Lost")
    staff.user.user_permissions.remove(*permissions_named(f"giftcards.{lost}"))

    with no_card_changes():
        answers = [staff.open(address_of(review)), confirmed(staff, review)]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_somebody_elses_review_is_of_no_use(manager):
    review = reviewed(manager, BLOCK, [given_card("25.00 GBP")], why="Lost")
    thief = Staff("Card manager", username="thief")

    with no_card_changes():
        answers = [thief.open(address_of(review)), confirmed(thief, review)]

    assert [answer.status_code for answer in answers] == [403, 403]

"""Batches: planned with a review, made from their page or by the command, their codes taken out once."""

import csv
import io
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from giftcards.models import CardBatch, CardEvent, GiftCard
from giftcards.operations import block_card, make_portion, redeem_card
from giftcards.queries import find_card_id, get_card_by_id
from ledger.models import Transaction
from ledger.operations import Why
from storecredit.backoffice.cards import batches
from storecredit.backoffice.kit import moment_text
from tests.backoffice.cards.rows import no_card_changes, places_that_keep_text
from tests.backoffice.staff import (
    Staff,
    address_of,
    changes_of,
    errors_of,
    facts_of,
    page_url,
    said,
    step_url,
    text_of,
    told_by,
)
from tests.credits.requests import given_limit
from tests.factories.giftcards import CardBatchFactory
from tests.scenarios import NOW, STAFF, days, money, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

PLAN = "admin:giftcards_cardbatch_add"


@pytest.fixture
def manager(db):
    return Staff("Card manager")


def given_batch(size: int = 3, *, made: bool = True, name: str = "Spring fair") -> CardBatch:
    return CardBatchFactory.create(
        name=name, amount=money("15.00 GBP"), size=size, expires_on=days(90).date(), ready=made
    )


def spend(card: GiftCard, amount: str) -> None:
    redeem_card(card=get_card_by_id(card_id=card.pk, now=NOW), amount=money(amount), actor=STAFF, now=NOW)


def body_of(answer) -> str:
    return b"".join(answer.streaming_content).decode()


def test_a_batch_is_planned_as_reviewed_and_once(manager):
    data = {
        "name": "Christmas 2026",
        "size": "100000",
        "amount_currency": "GBP",
        "amount": "25",
        "funding": "PROMOTION",
        "note": "For the catalogue",
        "good_through": "2027-12-31",
        "must_redeem_whole": "on",
    }
    review = manager.review(reverse(PLAN), **data)

    assert changes_of(review) == [("Batch", "–", "Christmas 2026")]
    assert facts_of(review) == {
        "Cards": "100,000 of £25.00 each",
        "Worth together": "£2,500,000.00",
        "Who pays": "Promotion",
        "Good through": "31 Dec 2027",
        "Above your limit": "It is worth more than your limit of £1,000.00: no card is made before it is approved.",
        "Who can approve it": "nobody, until a limit or a role is changed: plan batches of less",
        "But": "Spent in one piece or not at all\nCannot be reloaded",
        "Why": "For the catalogue",
    }
    assert not CardBatch.objects.exists()

    answer = manager.confirm(review)
    again = manager.confirm(review)

    batch = CardBatch.objects.get()
    assert [answer.url, again.url] == [page_url(batch), page_url(batch)]
    assert said(again)[-1] == "This was done already, and was not done twice."
    assert (batch.size, batch.amount, batch.made, batch.status) == (100_000, money("25.00 GBP"), 0, "PLANNED")
    assert batch.created_by == "card-manager"


def plan(staff: Staff, size: str, **fields: str) -> CardBatch:
    staff.do(
        reverse(PLAN), name=f"Fair {size}", size=size, amount_currency="GBP", amount="25", funding="PAID", **fields
    )
    return CardBatch.objects.get(name=f"Fair {size}")


def test_a_batch_that_is_worth_more_than_one_person_gives_is_made_once_another_approves_it():
    # given somebody who may plan and approve, and two approvers, of whom one has approved today what leaves too little
    both = Staff("Card manager", "Approver", username="both")
    small, large = Staff("Approver", username="small"), Staff("Approver", username="large")
    for person, limit in ((both, "5000.00 GBP"), (small, "1500.00 GBP"), (large, "5000.00 GBP")):
        given_limit(person.user, limit, per_day=limit)

    # when one plans as much as anybody gives alone, its cards are made; of one card more none is
    within, above = plan(both, "40"), plan(both, "41")
    trial = plan(both, "42", test_mode="on")
    assert [make_more(both, batch).status_code for batch in (within, trial)] == [200, 200]
    with nothing_moves():
        refused = make_more(both, above)
    assert (refused.status_code, refused.json()["refused"]) == (
        409, "Batch Fair 41 waits: its cards are made once somebody else has approved it.",
    )  # fmt: skip
    assert "Who can: large, small." in text_of(both.open(page_url(above)))
    with pytest.raises(CommandError, match="waits: its cards are made once somebody else"), nothing_moves():
        call_command("generate_cards", above.name)
    with pytest.raises(DatabaseError, match="cardbatch_made_once_approved"), transaction.atomic():
        CardBatch.objects.filter(pk=above.pk).update(made=1)

    # then they do not approve it themselves, nor does who has too little left of the day; another does
    url = step_url(above, "approve")
    assert "you planned it yourself: somebody else has to approve it." in text_of(both.open(url))
    with pytest.raises(DatabaseError, match="cardbatch_approved_by_another"), transaction.atomic():
        CardBatch.objects.filter(pk=above.pk).update(waits=False, approved_by=both.user, approved_at=NOW)
    small.do(step_url(plan(both, "43"), "approve"), note="")
    assert "£425.00 is left" in text_of(small.send(address_of(small.open(url)), note=""))
    large.do(url, note="For the fair")

    above.refresh_from_db()
    assert (above.waits, above.approved_by, above.planned_by) == (False, large.user, both.user)
    assert make_more(both, above).status_code == 200
    assert GiftCard.objects.filter(batch=above).count() == 41
    assert "Approve: For the fair" in LogEntry.objects.latest("pk").change_message


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"size": "0"}, "size"),
        ({"size": "100001"}, "size"),
        ({"amount": "0"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"good_through": "2026-01-01"}, "good_through"),
        ({"name": "Spring fair"}, "name"),
        ({"funding": "PROMOTION"}, "note"),
    ],
)
def test_a_batch_that_cannot_be_is_not_planned(manager, changed, field):
    given_batch()
    data = {"name": "Fair", "size": "3", "amount_currency": "GBP", "amount": "20", "funding": "PAID"} | changed

    with no_card_changes():
        answer = manager.send(reverse(PLAN), **data)

    assert list(errors_of(answer)) == [field]


def test_the_page_of_a_batch_under_way_shows_how_far_it_is_and_the_command(viewer):
    batch = given_batch(4, made=False)
    make_portion(batch_id=batch.pk, actor=STAFF, now=NOW, at_most=3)

    text = text_of(viewer.open(page_url(batch)))

    assert "3 of 4 cards are made" in text
    assert "python manage.py generate_cards 'Spring fair'" in text


def test_a_batch_of_which_nothing_is_made_says_so_of_its_codes(viewer):
    batch = given_batch(4, made=False)

    page = text_of(viewer.open(page_url(batch)))

    assert "none, for none of its cards is made" in page
    assert "Show its cards" not in page


def make_more(staff: Staff, batch: CardBatch):
    return staff.client.post(step_url(batch, "make"), headers={"accept": "application/json"})


def test_a_planned_batch_is_made_from_its_page_portion_by_portion(manager, monkeypatch):
    monkeypatch.setattr(batches, "_CARDS_AT_ONCE", 2)
    batch = given_batch(5, made=False)
    assert "Make the cards" in text_of(manager.open(page_url(batch)))

    told = [make_more(manager, batch).json() for _ in range(3)]

    assert [(each["busy"], each["done"], each["total"]) for each in told] == [(True, 2, 5), (True, 4, 5), (False, 5, 5)]
    assert GiftCard.objects.filter(batch=batch).count() == 5
    assert {entry.actor_id for entry in Transaction.objects.all()} == {str(manager.user.pk)}
    with nothing_moves():
        again = make_more(manager, batch)
    assert (again.status_code, again.json()["busy"]) == (200, False)


def test_without_a_script_the_button_makes_the_next_cards(manager, monkeypatch):
    monkeypatch.setattr(batches, "_CARDS_AT_ONCE", 2)
    batch = given_batch(5, made=False)

    answer = manager.send(step_url(batch, "make"))

    assert (answer.status_code, answer.url) == (302, page_url(batch))
    assert "2 of 5 cards are made" in text_of(manager.follow(answer))


@pytest.mark.parametrize("role", ["Viewer", "Agent", "Approver", "Finance"])
def test_cards_of_a_batch_are_made_by_nobody_who_may_not_plan_one(role: str):
    batch = given_batch(5, made=False)
    staff = Staff(role)

    with nothing_moves():
        answers = [make_more(staff, batch), staff.client.get(step_url(batch, "make"))]

    assert [answer.status_code for answer in answers] == [403, 405]
    assert "Make the cards" not in text_of(staff.open(page_url(batch)))


def test_a_batch_whose_last_day_is_over_is_not_made_and_says_why(time_machine):
    batch = given_batch(5, made=False)
    time_machine.move_to(days(400), tick=False)
    manager = Staff("Card manager")

    with nothing_moves():
        answer = make_more(manager, batch)

    words = "The new expiry must not be earlier than today nor than the present one."
    assert (answer.status_code, answer.json()["refused"]) == (409, words)


def test_the_page_of_a_batch_says_what_became_of_its_cards(viewer):
    batch = given_batch(4)
    first, second, third, _ = GiftCard.objects.filter(batch=batch).order_by("batch_place")
    spend(first, "15.00 GBP")
    spend(second, "4.50 GBP")
    block_card(card_id=third.pk, actor=STAFF, now=NOW, why=Why(note="Photographed"))

    page = viewer.open(page_url(batch))

    told = told_by(page)
    assert told["Its cards"] == "Active 2 Spent 1 Blocked 1"
    assert (told["Put on them"], told["Spent"], page.context["left"]) == ("£60.00", "£19.50", "£40.50")
    assert (told["Cards used"], told["Last used"]) == ("2 (50 %)", moment_text(NOW))


def test_codes_come_out_as_a_file_once_and_are_kept_nowhere_else(manager):
    batch = given_batch(3)
    url = step_url(batch, "take-codes")
    review = manager.review(url, as_what="csv", why="For the printer")

    assert changes_of(review) == [("Codes", "in the safe", "taken out by you")]
    assert not CardEvent.objects.filter(kind="REVEALED").exists()

    answer = manager.confirm(review)
    rows = list(csv.DictReader(io.StringIO(body_of(answer))))

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="codes-spring-fair.csv"'
    assert "no-store" in answer.headers["Cache-Control"]
    cards = list(GiftCard.objects.filter(batch=batch).order_by("batch_place"))
    assert [find_card_id(code=row["code"]) for row in rows] == [card.pk for card in cards]
    assert [{**row, "code": ""} for row in rows] == [
        {
            "place": str(place),
            "code": "",
            "account": card.account.number,
            "amount": "15.00",
            "currency": "GBP",
            "good_through": days(90).date().isoformat(),
        }
        for place, card in enumerate(cards, start=1)
    ]
    batch.refresh_from_db()
    assert (batch.codes_taken_by, batch.codes_taken_at) == ("card-manager", NOW)
    revealed = CardEvent.objects.filter(kind="REVEALED", card__batch=batch).values_list("actor_label", "note")
    assert list(revealed) == [("card-manager", "For the printer")] * 3
    (entry,) = LogEntry.objects.all()
    assert entry.change_message.startswith("Take out the codes: For the printer (confirmation ")
    assert not any(row["code"] in places_that_keep_text() for row in rows)

    with no_card_changes():
        again = manager.confirm(review)
        another = manager.open(url)

    assert (again.status_code, again.url) == (302, page_url(batch))
    assert another.status_code == 200
    assert "card-manager took them out on 4 May 2026." in text_of(another)


def test_codes_come_out_as_a_sheet_of_labels_with_qr_symbols(manager):
    batch = given_batch(3)

    answer = manager.do(step_url(batch, "take-codes"), as_what="sheet", why="For the counter")

    page = answer.content.decode()
    codes = re.findall(r"<code>([0-9A-Z-]{19})</code>", page)
    assert len(codes) == 3
    assert page.count('class="card-qr"') == 3
    assert {find_card_id(code=code) for code in codes} == set(GiftCard.objects.values_list("pk", flat=True))
    assert "no-store" in answer.headers["Cache-Control"]


def test_codes_are_not_taken_out_before_all_cards_are_made(manager):
    batch = given_batch(3, made=False)

    with no_card_changes():
        answers = [
            manager.open(step_url(batch, "take-codes")),
            manager.send(step_url(batch, "take-codes"), as_what="csv", why="x"),
        ]

    assert [answer.status_code for answer in answers] == [200, 409]


def test_the_list_of_batches_asks_as_often_for_twenty_as_for_one(viewer):
    counts = []
    for place in range(20):
        given_batch(1, name=f"Fair {place}")
        if place in {0, 19}:
            with CaptureQueriesContext(connection) as queries:
                viewer.open(reverse("admin:giftcards_cardbatch_changelist"))
            counts.append(len(queries))

    assert counts[0] == counts[1]

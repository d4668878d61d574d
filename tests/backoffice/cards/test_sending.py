"""A card's code goes to its recipient by mail: seen as it will be, sent once, tried again, hidden from who sends it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse

from giftcards.models import CardEvent, CardState, CodeDelivery, GiftCard
from giftcards.operations import block_card, change_recipient
from ledger.operations import Actor, ActorKind, Why
from storecredit.backoffice.cards.steps import sending_all
from tests.backoffice.cards.rows import no_card_changes, places_that_keep_text
from tests.backoffice.cards.test_batches import given_batch
from tests.backoffice.staff import (
    Staff,
    address_of,
    agreement_of,
    changes_of,
    facts_of,
    page_url,
    said,
    step_url,
    table_of,
    text_of,
    told_by,
)
from tests.factories.giftcards import CodeDeliveryFactory
from tests.giftcards.cards import given_card, given_card_in, row_of
from tests.scenarios import NOW, STAFF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

ADA = "ada@example.com"
SEND_MANY = reverse("admin:giftcards_giftcard_send-many")


@pytest.fixture
def manager(db):
    return Staff("Card manager")


@pytest.fixture
def clerk(db):
    """Somebody who may send codes, and see none."""
    staff = Staff("Agent", username="clerk")
    staff.user.user_permissions.add(*Permission.objects.filter(codename__in=["send_code", "assign_card"]))
    return staff


@pytest.fixture
def no_mail_server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1


def in_fours(code):
    return "-".join(code[start : start + 4] for start in range(0, 16, 4))


def kinds_of(card):
    return [event.kind for event in CardEvent.objects.filter(card_id=card.id).order_by("id")][1:]


def test_the_recipient_gets_the_code_in_their_language_and_the_sender_never_sees_it(clerk, settings):
    settings.SHOP_NAME = "Bücher & Wein"
    card = given_card("25.00 GBP", recipient_name="Oma Ingrid", recipient_email=ADA, expires_on=NOW.date())

    with no_card_changes():
        review = clerk.review(step_url(row_of(card), "send"), language="de", why="Geschenk")
    answer = clerk.confirm(review)

    masked = row_of(card).masked_code
    assert changes_of(review) == [("Code", masked, ADA)]
    assert facts_of(review)["Subject"] == "Ihre Geschenkkarte von Bücher & Wein (£25,00)"
    assert "hier ist Ihre Geschenkkarte von Bücher & Wein." in facts_of(review)["Mail"]
    assert f"····-····-····-{masked[-4:]}" in facts_of(review)["Mail"]
    assert said(answer) == [f"The code was sent to {ADA}."]
    message: Any = mail.outbox[0]
    assert (message.to, message.subject) == ([ADA], "Ihre Geschenkkarte von Bücher & Wein (£25,00)")
    assert f"Code:          {in_fours(card.code)}" in message.body
    (html, kind) = message.alternatives[0]
    assert kind == "text/html"
    assert in_fours(card.code) in html
    assert "Bücher &amp; Wein" in html
    assert kinds_of(card) == ["SENDING", "SENT"]
    seen = review.content.decode() + clerk.open(page_url(row_of(card))).content.decode() + places_that_keep_text()
    assert card.code not in seen
    assert in_fours(card.code) not in seen


def test_the_english_mail_says_what_is_on_the_card_and_how_long_it_is_good(manager):
    card = given_card("25.00 GBP", recipient_email=ADA)

    manager.do(step_url(row_of(card), "send"), address=ADA, language="en", why="Asked for it")

    (message,) = mail.outbox
    assert message.subject == "Your gift card from Store credit (£25.00)"
    assert message.body.splitlines()[:7] == [
        "Hello,",
        "",
        "here is your gift card from Store credit.",
        "",
        "On it:         £25.00",
        f"Code:          {in_fours(card.code)}",
        "Good through:  for ever",
    ]


def test_confirmed_twice_one_mail_goes_out_and_again_it_takes_a_fresh_review(manager):
    card = given_card(recipient_email=ADA)
    url = step_url(row_of(card), "send")
    review = manager.review(url, address=ADA, language="en", why="Bought")

    manager.confirm(review)
    manager.confirm(review)

    assert len(mail.outbox) == 1
    form = manager.open(url)
    assert f"Sent before 4 May 2026, 12:00 · {ADA}" in text_of(form)
    manager.do(url, address=ADA, language="en", why="Did not arrive")
    assert len(mail.outbox) == 2
    assert kinds_of(card) == ["SENDING", "SENT", "SENDING", "SENT"]


def test_a_mail_server_that_is_away_leaves_it_to_the_job_which_tries_again(
    manager, no_mail_server, settings, time_machine, capsys
):
    card = given_card(recipient_email=ADA)

    answer = manager.do(step_url(row_of(card), "send"), address=ADA, language="en", why="Bought")

    assert said(answer) == [f"The mail to {ADA} could not be sent yet. It is tried again by itself."]
    assert kinds_of(card) == ["SENDING"]
    page = text_of(manager.open(page_url(row_of(card))))
    assert f"to be sent to {ADA} tried again 4 May 2026, 12:05; last time: ConnectionRefusedError" in page
    assert f"Send code, Recipient: a mail with it is on its way to {ADA}." not in page
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    call_command("send_codes", "--json")
    assert mail.outbox == []
    time_machine.move_to(NOW + timedelta(minutes=5))
    call_command("send_codes", "--json")
    call_command("send_codes", "--json")

    assert [message.to for message in mail.outbox] == [[ADA]]
    assert kinds_of(card) == ["SENDING", "SENT"]
    assert [line for line in capsys.readouterr().out.splitlines() if line] == [
        '{"sent": 0, "not_sent": 0}',
        '{"sent": 1, "not_sent": 0}',
        '{"sent": 0, "not_sent": 0}',
    ]


def test_another_address_takes_the_right_to_reveal_codes_and_is_marked_in_the_review(manager, clerk):
    card = given_card(recipient_email=ADA)
    url = step_url(row_of(card), "send")

    review = manager.review(url, address="bob@example.com", language="en", why="Moved house")
    typed = clerk.review(url, address="me@example.com", language="en", why="Mine")

    assert facts_of(review)["But"] == "This is not the card's recipient."
    assert changes_of(typed) == [("Code", row_of(card).masked_code, ADA)]


def test_whoever_changed_the_recipient_leaves_the_sending_to_somebody_else(clerk, manager):
    card = given_card(recipient_email=ADA)
    changed = clerk.do(
        step_url(row_of(card), "recipient"), recipient_name="Me", email="me@example.com", why="Asked on the phone"
    )
    url = step_url(row_of(card), "send")

    with no_card_changes():
        refused = clerk.open(url)

    assert changed.status_code == 302
    assert "You changed the card's recipient yourself: somebody else has to send it." in text_of(refused)
    assert kinds_of(card) == ["RECIPIENT"]
    manager.do(url, address="me@example.com", language="en", why="Asked on the phone")
    assert [message.to for message in mail.outbox] == [["me@example.com"]]


@pytest.mark.parametrize("state", [CardState.BLOCKED, CardState.VOIDED, CardState.EXPIRED])
def test_a_card_that_cannot_be_used_is_not_offered_to_be_sent(manager, state):
    card = given_card_in(state)

    with no_card_changes():
        page = manager.open(step_url(row_of(card), "send"))

    assert f"This cannot be done: the card is {state.label.lower()}." in text_of(page)


def test_where_no_mail_goes_out_it_says_so(manager, settings):
    settings.MAIL_GOES_OUT = False
    card = given_card(recipient_email=ADA)

    assert "no mail goes out from here" in text_of(manager.open(step_url(row_of(card), "send")))


def test_many_are_sent_to_their_recipients_and_those_without_are_refused_by_name(manager):
    cards = [given_card(recipient_email=address) for address in (ADA, "bob@example.com", "")]
    blocked = given_card(recipient_email="carol@example.com")
    block_card(card_id=blocked.id, actor=STAFF, now=NOW, why=Why(note="Lost"))
    chosen = [*cards, blocked]
    form = manager.open(SEND_MANY, ids=",".join(card.id.hex for card in chosen))
    review = manager.follow(
        manager.send(address_of(form), row=[card.id.hex for card in chosen], language="en", why="Christmas")
    )

    answer = manager.follow(manager.send(address_of(review), **agreement_of(review)))

    assert told_by(review) == {"Language of the mail": "English", "Why": "Christmas"}
    assert "Send code: 2 done, 2 refused" in text_of(answer)
    masked = [row_of(card).masked_code for card in chosen]
    assert {(row["Card"], row["Result"]) for row in table_of(answer, "What became of each")} == {
        (f"Card {masked[0]}", f"Done Code: {masked[0]} → {ADA}"),
        (f"Card {masked[1]}", f"Done Code: {masked[1]} → bob@example.com"),
        (f"Card {masked[2]}", "Refused There is no address to send it to."),
        (f"Card {masked[3]}", "Refused The card is blocked."),
    }
    assert sorted(message.to[0] for message in mail.outbox) == [ADA, "bob@example.com"]
    assert set(CodeDelivery.objects.values_list("state", flat=True)) == {"SENT"}


def test_the_page_of_a_new_card_leads_to_sending_it_to_its_recipient(manager):
    made = manager.do(
        reverse("admin:giftcards_giftcard_add"),
        amount_currency="GBP",
        amount="20",
        funding="PAID",
        reloadable="on",
        recipient_email=ADA,
    )

    card = GiftCard.objects.get()
    assert f'href="{step_url(card, "send")}"' in made.content.decode()
    assert f"Send it to {ADA}" in text_of(made)


def test_the_job_says_that_no_mail_goes_out_only_while_codes_wait_for_it(settings, capsys):
    settings.MAIL_GOES_OUT = False
    call_command("send_codes", "--json")
    assert capsys.readouterr().out.strip() == '{"sent": 0, "not_sent": 0}'
    CodeDeliveryFactory.create()

    with pytest.raises(CommandError, match="EMAIL_URL is not set") as refused:
        call_command("send_codes")

    assert refused.value.returncode == 2
    assert CodeDelivery.objects.get().state == "QUEUED"


def test_all_codes_of_a_batch_go_out_in_one_review_and_what_cannot_is_named(clerk):
    batch = given_batch(4)
    sent, changed, blocked, nobody = GiftCard.objects.filter(batch=batch).order_by("pk")
    for card, address in ((sent, ADA), (changed, "bob@example.com"), (blocked, "eve@example.com")):
        change_recipient(card_id=card.pk, name="", email=address, actor=STAFF, now=NOW, why=Why(note="given"))
    mine = Actor(kind=ActorKind.STAFF, id=str(clerk.user.pk), label="clerk", door="admin")
    change_recipient(
        card_id=changed.pk, name="", email="clerk@example.com", actor=mine, now=NOW, why=Why(note="for me")
    )
    block_card(card_id=blocked.pk, actor=STAFF, now=NOW, why=Why(note="lost"))

    with no_card_changes():
        review = clerk.review(step_url(batch, "send-all"), language="en", why="The fair begins")
    told = said(clerk.confirm(review))
    again = said(clerk.confirm(review))

    assert changes_of(review) == [("Codes", "not sent", "1 card")]
    assert facts_of(review)["To"] == ADA
    left_out = facts_of(review)["Left out"].splitlines()
    assert [line.partition(":")[0] for line in left_out] == [changed.masked_code, blocked.masked_code]
    assert told == ["1 code is on its way. 2 left out."]
    assert again == ["This was done already, and was not done twice."]
    assert [message.to for message in mail.outbox] == [[ADA]]
    assert [each.state for each in CodeDelivery.objects.all()] == ["SENT"]
    assert clerk.review(step_url(batch, "send-all"), language="en", why="Again").status_code == 200
    assert nobody.deliveries.count() == 0


def test_cards_that_cannot_be_sent_keep_none_of_those_behind_them_from_going(clerk, monkeypatch):
    monkeypatch.setattr(sending_all, "MOST_AT_ONCE", 2)
    batch = given_batch(8)
    cards = list(GiftCard.objects.filter(batch=batch).order_by("pk"))
    for place, card in enumerate(cards):
        address = f"someone-{place}@example.com"
        change_recipient(card_id=card.pk, name="", email=address, actor=STAFF, now=NOW, why=Why(note="given"))
    for card in cards[:5]:
        block_card(card_id=card.pk, actor=STAFF, now=NOW, why=Why(note="lost"))

    first = clerk.review(step_url(batch, "send-all"), language="en", why="The fair begins")
    told = said(clerk.confirm(first))
    second = said(clerk.confirm(clerk.review(step_url(batch, "send-all"), language="en", why="And the last")))

    assert changes_of(first) == [("Codes", "not sent", "2 cards")]
    left_out = facts_of(first)["Left out"].splitlines()
    assert [line.partition(":")[0] for line in left_out] == [card.masked_code for card in cards[:5]]
    assert (told, second) == (["2 codes are on their way. 5 left out."], ["1 code is on its way. 5 left out."])
    assert [message.to for message in mail.outbox] == [[f"someone-{place}@example.com"] for place in (5, 6, 7)]


def test_of_a_batch_that_could_not_be_sent_each_card_is_named_with_what_went_wrong(manager, no_mail_server):
    batch = given_batch(1)
    card = GiftCard.objects.get(batch=batch)
    change_recipient(card_id=card.pk, name="", email=ADA, actor=STAFF, now=NOW, why=Why(note="given"))

    manager.confirm(manager.review(step_url(batch, "send-all"), language="en", why="Fair"))

    (table,) = manager.open(page_url(batch)).context["tables"]
    assert table.beside == "1 To be sent"
    assert [row[1] for row in table.rows] == [ADA]
    assert table.rows[0][3] != ""
    assert "no card of it has a recipient whose code is still to be sent." in text_of(
        manager.open(step_url(batch, "send-all"))
    )

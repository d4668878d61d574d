"""Comments on customers, cards and requests: told among the rest, never changed, without codes."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from giftcards.models import GiftCard
from ledger.models import Customer
from storecredit.backoffice.models import Comment, Mention, Withdrawal
from storecredit.credits.models import CreditRequest
from tests.backoffice.staff import Staff, page_url, said, table_of, text_of
from tests.credits.requests import given_person, given_request
from tests.giftcards.cards import given_card
from tests.scenarios import days, given_credit, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def given_target(model):
    if model is Customer:
        return given_credit("40.00 GBP", customer=given_customer(number="SHOP-7"), now=days(-2)).customer
    if model is GiftCard:
        return GiftCard.objects.get(pk=given_card("25.00 GBP", now=days(-2)).id)
    return given_request("9.00 USD", now=days(-2))


def comment_on(staff, target, text):
    """Open the page, type into the box and send it."""
    return staff.send(staff.open(page_url(target)).context["comment_url"], text=text)


@pytest.mark.parametrize("model", [Customer, GiftCard, CreditRequest])
def test_a_comment_stands_in_the_page_s_one_history_with_who_said_it(agent, viewer, model):
    target = given_target(model)

    answer = comment_on(agent, target, "Called back.\n<b>Wants</b> a voucher")
    page = viewer.open(page_url(target))

    assert (answer.status_code, answer.url) == (302, f"{page_url(target)}#history")
    if model is Customer:
        told = [(row["What"], row["Why"], row["Who"]) for row in table_of(page, "History")]
        assert told[0] == ("Comment", "Called back. <b>Wants</b> a voucher", "agent Admin")
        assert len(told) == 2
    else:
        told = [(entry.title, entry.why, entry.who) for entry in page.context["timeline"].entries]
        assert told[0] == ("Comment", "Called back.\n<b>Wants</b> a voucher", "agent")
        assert len(told) == 2
    assert "<b>Wants</b>" not in page.content.decode()
    assert "Called back.\n&lt;b&gt;Wants" in page.content.decode()
    assert "comment_url" not in page.context


def test_a_comment_sent_twice_is_added_once(agent):
    target = given_target(Customer)
    url = agent.open(page_url(target)).context["comment_url"]

    first, second = agent.send(url, text="Called back"), agent.send(url, text="Called back")

    assert first.url == second.url
    assert said(second) == [
        "Your comment is added.",
        "This comment was added already, and was not added twice.",
    ]
    assert Comment.objects.count() == 1


def test_long_histories_are_paged_with_the_comments_among_them(agent):
    customer = given_customer()
    account = given_credit("1.00 GBP", customer=customer, now=days(-40))
    for day in range(39, 9, -1):
        given_credit("1.00 GBP", to=account, now=days(-day))
        Comment.objects.create(customer=customer, author=agent.user, text=f"Day {day}", created_at=days(-day + 0.5))

    first, second, third = (table_of(agent.open(page_url(customer), page=page), "History") for page in (1, 2, 3))

    told = [row["Why"] for row in (*first, *second, *third) if row["What"].startswith("Comment")]
    assert [len(first), len(second), len(third)] == [25, 25, 11]
    assert told == [f"Day {day}" for day in range(10, 40)]
    assert first[0]["Why"] == "Day 10"
    assert not [
        row for row in table_of(agent.open(page_url(customer), type="ISSUE"), "History") if "Comment" in row["What"]
    ]


def test_a_mention_picks_colleagues_who_can_sign_in_and_see_the_page(agent, viewer):
    target = given_target(Customer)
    dotted = Staff("Approver", username="j.doe")
    off = Staff("Approver", username="gone")
    off.user.is_active = False
    off.user.save()
    given_person("stranger", is_staff=True)

    comment_on(agent, target, "Look at this, @Viewer and @j.doe. Not mail@viewer.example")
    refused = [comment_on(agent, target, f"@{name}, look") for name in ("gone", "stranger", "nobody")]

    assert set(Mention.objects.values_list("person", flat=True)) == {viewer.user.pk, dotted.user.pk}
    assert [errors_of_comment(answer) for answer in refused] == [
        [f"@{name} is no colleague who can sign in and see this."] for name in ("gone", "stranger", "nobody")
    ]
    assert Comment.objects.count() == 1
    assert ["viewer", ""] in agent.open(page_url(target)).context["colleagues"]


@pytest.mark.parametrize(
    "text",
    [
        "It is 7XK2-M9QD-4FHT-WJ1R, he says",
        "code:7xk2m9qd4fhtwj1r.",
        "7XK2 M9QD 4FHT WJ1R",
        "see (7XK2-M9QD-4FHT-WJ1R)",
        "first\n7XK2-M9QD-4FHT-WJ1R",
    ],
)
def test_a_code_is_refused_and_nothing_is_kept(agent, text):
    target = given_target(GiftCard)

    answer = comment_on(agent, target, text)

    assert errors_of_comment(answer) == [
        "That holds what may be the code of a gift card, and whoever reads it could spend it. Leave it out."
    ]
    assert Comment.objects.count() == 0


@pytest.mark.parametrize(("text", "error"), [("", "This field is required."), ("x" * 2001, "at most 2000 characters")])
def test_what_is_empty_or_too_long_is_refused_with_what_was_typed_still_there(agent, text, error):
    answer = comment_on(agent, given_target(CreditRequest), text)

    assert error in errors_of_comment(answer)[0]
    assert (answer.context["comment_form"]["text"].value() or "") == text
    assert Comment.objects.count() == 0


def test_a_comment_is_withdrawn_by_its_author_and_leaves_a_trace(agent, administrator, viewer):
    target = given_target(GiftCard)
    comment_on(agent, target, "He sounded drunk")
    comment = Comment.objects.get()
    url = reverse("admin:giftcards_giftcard_withdraw", args=[target.pk, comment.pk])
    other = Staff("Agent", username="other")

    refused = [other.send(url), viewer.send(url)]
    asked = agent.open(url)
    assert Withdrawal.objects.count() == 0
    agent.send(url)
    again = administrator.send(url)
    page = viewer.open(page_url(target))

    assert [answer.status_code for answer in refused] == [403, 403]
    assert "He sounded drunk" in text_of(asked)
    assert said(again) == ["This comment was withdrawn already."]
    entry = page.context["timeline"].entries[0]
    assert (entry.title, entry.why, entry.who) == ("Comment, withdrawn", "Withdrawn by agent.", "agent")
    assert "drunk" not in page.content.decode()


def test_an_administrator_withdraws_what_others_said(agent, administrator):
    target = given_target(Customer)
    comment_on(agent, target, "He sounded drunk")

    administrator.send(reverse("admin:ledger_customer_withdraw", args=[target.pk, Comment.objects.get().pk]))

    assert Withdrawal.objects.get().by == administrator.user
    assert "drunk" not in text_of(agent.open(page_url(target)))


def test_the_database_itself_lets_no_comment_be_changed_or_deleted(agent):
    comment_on(agent, given_target(Customer), "Called back, @agent")

    for rows in (Comment.objects.all(), Mention.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Comment.objects.update(text="Never called")
    assert Comment.objects.get().text == "Called back, @agent"


def test_those_without_the_right_or_without_the_page_are_refused(viewer):
    target = given_target(Customer)
    url = reverse("admin:ledger_customer_comment", args=[target.pk])

    answers = [viewer.send(url, text="x"), Staff().send(url, text="x"), Staff("Agent").open(url)]

    assert [answer.status_code for answer in answers] == [403, 403, 302]
    assert Comment.objects.count() == 0


def errors_of_comment(answer):
    """What the box refuses."""
    assert answer.status_code == 200
    return [str(error) for error in answer.context["comment_form"].errors["text"]]

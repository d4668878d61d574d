"""The page of a request: what it asks, what its approval would do, and who may press which button."""

from datetime import timedelta

import pytest
from django.urls import reverse

from giftcards.models import GiftCard
from storecredit.backoffice.approvals.words import status_of
from storecredit.credits.models import CreditRequest, CreditRequestVote
from storecredit.credits.operations import Order, RequestKind, approve_request, expire_requests
from tests.backoffice.credits.buttons import decide_by_admin, nothing_changes, staff_of
from tests.backoffice.staff import (
    changes_of,
    errors_of,
    facts_of,
    list_url,
    page_url,
    said,
    step_url,
    table_of,
    text_of,
)
from tests.credits.requests import (
    change_request,
    given_approver,
    given_limit,
    given_person,
    given_policy,
    given_request,
    history_of,
    party_of,
    row_of,
)
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, SYSTEM, days, given_credit, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def approver(db):
    return staff_of(given_approver("bob", "100.00 USD"), "Approver")


def store_credit(amount="21.50 USD", **fields):
    customer = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron")
    return given_request(amount, kind=RequestKind.STORE_CREDIT, attributes={"customerId": "SHOP-7"}, **fields), customer


def buttons_of(answer):
    return {button.slug for button in answer.context["buttons"]}


def refusals_of(answer):
    return {refusal.labels: refusal.why for refusal in answer.context["refusals"]}


def test_approving_shows_the_effect_before_and_pays_the_customer(approver):
    request, customer = store_credit()
    given_credit("10.00 USD", customer=customer)

    reviewed = approver.review(step_url(request, "approve"), note="Looked at it", version=1)
    assert changes_of(reviewed) == [("Balance", "$10.00", "$31.50"), ("Request", "Pending", "Confirmed")]
    facts = facts_of(reviewed)
    assert (facts["For"], facts["Good through"], facts["Your note"]) == (
        "Ada Byron · SHOP-7",
        "for ever",
        "Looked at it",
    )
    assert row_of(request).status == "PENDING"
    done = approver.confirm(reviewed)

    assert done.url == page_url(customer)
    assert said(done) == [f"{request} over $21.50 is approved. $21.50 is issued to Ada Byron."]
    assert history_of(request)[-1] == ("APPROVED", "PENDING", "CONFIRMED")
    assert CreditRequestVote.objects.get().note == "Looked at it"


def test_approving_a_card_that_is_to_be_made_leads_to_its_page_and_links_both_ways(approver):
    request = given_request(terms={"recipient_name": "Theo"})

    reviewed = approver.review(step_url(request, "approve"), note="")
    assert changes_of(reviewed) == [("On the new card", "–", "$21.50"), ("Request", "Pending", "Confirmed")]
    assert GiftCard.objects.count() == 0
    done = approver.confirm(reviewed)

    card = GiftCard.objects.get()
    assert done.url == page_url(card)
    stored = row_of(request)
    assert page_url(request) in approver.open(page_url(card)).content.decode()
    assert page_url(request) in approver.open(page_url(stored.transaction)).content.decode()
    page = approver.open(page_url(request)).content.decode()
    assert page_url(card) in page
    assert page_url(stored.transaction) in page


def test_a_reload_shows_the_cards_balance_before_and_after(approver):
    card = given_card("10.00 USD")
    request = given_request("5.00 USD", card_id=card.id)

    page = approver.open(page_url(request))
    [change] = page.context["changes"]
    assert (change.before, change.after) == ("$10.00", "$15.00")
    reviewed = approver.review(step_url(request, "approve"), note="")

    assert changes_of(reviewed)[0] == ("On the card", "$10.00", "$15.00")


def test_a_second_click_on_the_review_approves_once(approver):
    request, customer = store_credit()
    reviewed = approver.review(step_url(request, "approve"), note="")

    answers = [approver.confirm(reviewed), approver.confirm(reviewed)]

    assert [answer.url for answer in answers] == [page_url(customer), page_url(customer)]
    assert [line[0] for line in history_of(request)] == ["CREATED", "APPROVED"]


def test_the_page_shows_who_asked_who_decided_what_and_when(approver):
    given_policy(second="20.00")
    request, customer = store_credit(by=given_person("alice"), note="Late")
    carol = given_approver("carol")
    approve_request(request_id=request.pk, party=party_of(carol), now=NOW, note="fine")
    assert decide_by_admin(request, "approve", approver.user, note="agreed")

    page = approver.open(page_url(request))

    events = [(entry.title, entry.who, entry.why) for entry in page.context["timeline"].entries]
    assert events == [
        ("Approved", "bob", "agreed"),
        ("Approved, another approval is needed", "carol", "fine"),
        ("Asked for", "alice", "Late"),
    ]
    assert [(row["Who"].partition(" ")[0], row["Version"]) for row in table_of(page, "Who approved")] == [
        ("carol", "1"),
        ("bob", "1"),
    ]
    assert page_url(customer) in page.content.decode()
    assert page_url(request) in approver.open(page_url(customer)).content.decode()
    assert "Approve, Reject, Mark as failed: The request is confirmed." in text_of(page)


def test_the_first_of_two_approvals_issues_nothing_and_says_so(approver):
    given_policy(second="20.00")
    request, _ = store_credit()

    reviewed = approver.review(step_url(request, "approve"), note="")
    done = approver.confirm(reviewed)

    assert changes_of(reviewed) == [("Request", "Pending", "Pending")]
    assert done.url == page_url(request)
    assert said(done) == [f"You have approved {request}. Another person has to approve it, too."]
    assert refusals_of(approver.open(page_url(request)))["Approve"] == (
        "You have approved it already: another person's approval is needed."
    )


@pytest.mark.parametrize("is_superuser", [False, True])
def test_whoever_asked_is_not_offered_to_approve_and_cannot(is_superuser):
    alice = given_approver("alice")
    alice.is_superuser = is_superuser
    alice.save()
    staff = staff_of(alice, "Approver")
    request, _ = store_credit(by=alice)

    page = staff.open(page_url(request))
    with nothing_changes():
        answers = [
            staff.send(step_url(request, "approve"), note="mine"),
            staff.send(reverse("admin:credits_creditrequest_approve-many"), row=f"{request.pk.hex}:1", note="mine"),
        ]

    assert "approve" not in buttons_of(page)
    assert refusals_of(page)["Approve"] == "You asked for it yourself: somebody else has to approve it."
    assert answers[0].status_code == 409
    assert [row["Result"] for row in table_of(staff.follow(answers[1]), "What became of each")] == [
        f"Refused {request} cannot be approved by the person who asked for it (self_approval_forbidden)."
    ]


def test_an_agent_who_asked_reads_why_they_cannot_approve_and_may_take_it_back(agent):
    request, _ = store_credit(by=agent.user)

    page = agent.open(page_url(request))

    assert buttons_of(page) == {"cancel"}
    assert refusals_of(page) == {
        "Approve": "You asked for it yourself: somebody else has to approve it.",
        "Reject, Mark as failed": "your role does not include it.",
    }
    assert decide_by_admin(request, "cancel", agent.user)
    assert history_of(request)[-1] == ("CANCELED", "PENDING", "CANCELED")


def test_others_do_not_take_a_request_back(agent):
    request, _ = store_credit()

    with nothing_changes():
        answer = agent.send(step_url(request, "cancel"), note="not mine")

    assert answer.status_code == 409
    assert "cancel" not in buttons_of(agent.open(page_url(request)))


def test_above_the_limit_the_reason_stands_in_place_of_the_button(approver):
    request, _ = store_credit("100.01 USD")
    euros = given_request("1.00 EUR", order=Order())

    with nothing_changes():
        pages = [approver.open(page_url(request)), approver.open(page_url(euros))]
        answer = approver.send(step_url(request, "approve"), note="")

    assert answer.status_code == 409
    assert [refusals_of(page)["Approve"] for page in pages] == [
        "$100.01 is above your limit of $100.00 a request.",
        "You have no limit for approving EUR.",
    ]
    assert buttons_of(pages[0]) == {"reject", "fail"}


def test_a_request_that_changed_since_it_was_seen_is_not_decided(approver):
    request = given_request(attributes={})
    url = step_url(request, "approve")
    reviewed = approver.review(url, note="", version=1)
    change_request(
        request_id=request.pk,
        party=party_of(given_person("alice")),
        now=NOW,
        attributes={"giftCardNumber": "SUMMER-2026-1"},
    )

    with nothing_changes():
        answers = [approver.confirm(reviewed), approver.send(url, note="", version=1)]
        button = next(each for each in approver.open(page_url(request)).context["buttons"] if each.slug == "approve")

    words = f"{request} was changed since you saw it: look at it again."
    assert [errors_of(answer) for answer in answers] == [{"__all__": [words]}] * 2
    assert button.url.endswith("?version=2")


def test_what_the_books_refuse_stands_on_the_form_and_changes_nothing(approver):
    card = given_card("10.00 USD", reloadable=False)
    request = given_request("5.00 USD", card_id=card.id)

    with nothing_changes():
        answer = approver.send(step_url(request, "approve"), note="")

    assert "could not be paid out" in errors_of(answer)["__all__"][0]


def test_rejecting_failing_and_trying_again(approver):
    request, _ = store_credit()
    other = given_request()

    assert decide_by_admin(request, "fail", approver.user, note="the address is wrong")
    assert buttons_of(approver.open(page_url(request))) == {"retry"}
    assert decide_by_admin(request, "retry", approver.user)
    assert (row_of(request).status, row_of(request).version) == ("PENDING", 2)
    assert decide_by_admin(other, "reject", approver.user, note="no")
    assert not decide_by_admin(other, "retry", approver.user)

    assert [line[0] for line in history_of(request)] == ["CREATED", "FAILED", "RETRIED"]
    assert row_of(other).status == "CANCELED"


def test_whoever_decides_against_it_says_why(approver):
    request, _ = store_credit()

    answers = [approver.send(step_url(request, slug), note="") for slug in ("reject", "fail")]

    assert [list(errors_of(answer)) for answer in answers] == [["note"], ["note"]]


def test_a_day_that_is_used_up_is_told_in_place_of_the_button(approver):
    approver.user.approver_limits.all().delete()
    given_limit(approver.user, "100.00 USD", "30.00 USD")
    first, second = given_request("21.50 USD"), given_request("20.00 USD")

    assert decide_by_admin(first, "approve", approver.user)

    assert refusals_of(approver.open(page_url(second)))["Approve"] == "Of what you may approve today, $8.50 is left."
    assert not decide_by_admin(second, "approve", approver.user)


def test_requests_are_edited_and_deleted_by_nobody(approver):
    superuser = staff_of(given_person("root", is_superuser=True))
    request, _ = store_credit()

    with nothing_changes():
        answers = [
            superuser.send(page_url(request), status="CONFIRMED", amount_minor="1"),
            superuser.send(reverse("admin:credits_creditrequest_delete", args=[request.pk]), post="yes"),
            superuser.send(reverse("admin:credits_creditrequest_add"), amount_minor="1"),
        ]

    assert [answer.status_code for answer in answers] == [200, 403, 403]
    assert CreditRequest.objects.count() == 1


def test_a_rejected_request_is_called_so_wherever_staff_read_of_it(approver):
    rejected, customer = store_credit()
    assert decide_by_admin(rejected, "reject", approver.user, note="no")
    late = given_request("5.00 USD")
    expire_requests(actor=SYSTEM, now=days(40), older_than=timedelta(days=30))

    page, inbox = approver.open(page_url(rejected)), list_url(CreditRequest)

    assert page.context["head"].tags == ['<span class="bo-tag">Rejected</span>']
    assert page.context["timeline"].entries[0].value == "Rejected"
    assert "Canceled" not in text_of(page)
    listed = approver.open(inbox).context["cl"].result_list
    assert [(row.pk, status_of(row)) for row in listed] == [(late.pk, "Timed out"), (rejected.pk, "Rejected")]
    assert table_of(approver.open(page_url(customer)), "Credit requests")[0]["Status"] == "Rejected"
    found = {
        value: [row.pk for row in approver.open(inbox, status__exact=value).context["cl"].result_list]
        for value in ("REJECTED", "TIMED_OUT", "CANCELED")
    }
    assert found == {"REJECTED": [rejected.pk], "TIMED_OUT": [late.pk], "CANCELED": []}

"""Whatever is done on any page of the admin stands in the list of activities, under the name of who did it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from giftcards.models import GiftCard
from ledger.models import Account, Customer
from storecredit.backoffice.activity.asking import Asked, Named
from storecredit.backoffice.activity.sources import SOURCES
from tests.backoffice.exporting import bytes_of, take
from tests.backoffice.staff import PASSWORD, Staff, list_url, page_url
from tests.backoffice.test_adding_once import FORMS
from tests.backoffice.test_intents import STAGES
from tests.factories.backoffice import CommentFactory
from tests.factories.people import SavedFilterFactory
from tests.giftcards.cards import given_card
from tests.scenarios import given_account, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def count_told(person: Any) -> int:
    """The rows of all sources that name somebody."""
    asked = Asked(who=Named("STAFF", str(person.pk)))
    return sum(rows.count() for source in SOURCES for rows in source.find(asked))


@pytest.mark.parametrize("name", STAGES)
def test_every_step_of_every_page_leaves_its_row(name: str):
    stage = STAGES[name]()
    reviewed = stage.staff.review(stage.url, **stage.data)
    before = count_told(stage.staff.user)

    stage.staff.confirm(reviewed)

    assert count_told(stage.staff.user) > before


@pytest.mark.parametrize("model", FORMS, ids=lambda model: model._meta.label)
def test_every_form_that_adds_something_leaves_its_row(model: Any):
    # What bears on whoever asks is refused, and a limit may bear on those who are above all roles.
    root = Staff("Administrator") if model._meta.app_label == "credits" else Staff(username="root", is_superuser=True)
    model._default_manager.filter(pk=1).delete() if model._meta.model_name.endswith("rules") else None
    form = root.open(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"))
    before = count_told(root.user)

    answer = root.send(form.wsgi_request.get_full_path(), **FORMS[model]())

    assert answer.status_code in {200, 302}
    assert count_told(root.user) > before


def _page(target: Any, slug: str, *more: Any) -> str:
    return reverse(f"admin:{target._meta.app_label}_{target._meta.model_name}_{slug}", args=[target.pk, *more])


def comments_on(staff: Staff) -> Any:
    return staff.send(_page(given_customer(), "comment"), text="She rang")


def withdraws_a_comment(staff: Staff) -> Any:
    customer = given_customer()
    comment = CommentFactory.create(customer=customer, author=staff.user)
    return staff.send(_page(customer, "withdraw", comment.pk))


def edits_a_customer(staff: Staff) -> Any:
    url = _page(given_customer(first_name="Ada", last_name="King"), "edit")
    return staff.send(url, entity_type="customer", status="active", first_name="Augusta", last_name="King")


def takes_a_list_out(staff: Staff) -> Any:
    answer = take(staff, Account)
    bytes_of(answer)
    return answer


def keeps_a_filter(staff: Staff) -> Any:
    return staff.send(reverse("admin:ledger_transaction_save_filter"), name="Mine", query="door=admin")


def forgets_a_filter(staff: Staff) -> Any:
    saved = SavedFilterFactory.create(owner=staff.user, list="ledger.transaction")
    return staff.send(reverse("admin:ledger_transaction_delete_filter", args=[saved.pk]))


_ANOTHER = "a battery of horses"
OTHERS: dict[str, Callable[[Staff], Any]] = {
    "a comment": comments_on,
    "a comment withdrawn": withdraws_a_comment,
    "a customer edited": edits_a_customer,
    "a list taken out": takes_a_list_out,
    "a filter kept": keeps_a_filter,
    "a filter forgotten": forgets_a_filter,
    "a statement": lambda staff: staff.open(_page(given_account(), "statement")),
    "a receipt": lambda staff: staff.open(_page(GiftCard.objects.get(pk=given_card().id), "receipt")),
    "a language chosen": lambda staff: staff.send(reverse("admin:preferences"), language="de", time_zone=""),
    "another password": lambda staff: staff.send(
        reverse("admin:password_change"), old_password=PASSWORD, new_password1=_ANOTHER, new_password2=_ANOTHER
    ),
    "signed out": lambda staff: staff.send(reverse("admin:logout")),
}


@pytest.mark.parametrize("name", OTHERS)
def test_whatever_else_is_done_leaves_its_row(name: str):
    root = Staff(username="root", is_superuser=True)
    before = count_told(root.user)

    answer = OTHERS[name](root)

    assert answer.status_code in {200, 302}
    assert count_told(root.user) > before


def test_nothing_is_told_of_a_page_that_is_looked_at():
    root, customer = Staff(username="root", is_superuser=True), given_customer()
    before = count_told(root.user)

    for url in (page_url(customer), list_url(Customer), reverse("admin:index")):
        assert root.open(url).status_code == 200

    assert count_told(root.user) == before

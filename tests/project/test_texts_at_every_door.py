"""A text that holds what nobody sees is refused wherever it comes in, by the name of its member."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from giftcards.models import CardBatch
from ledger.models import Customer
from storecredit.api.fields import Email, Text, TextOrNull
from storecredit.api.filters import FilterSet
from storecredit.api.models import ApiClient
from storecredit.api.serializers import Serializer
from storecredit.credits.models import CreditRequest
from storecredit.dialects import urls
from tests.backoffice.staff import Staff, errors_of, step_url
from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_person
from tests.ledger.commands.running import run
from tests.scenarios import given_account, given_customer, nothing_moves

ADD_CUSTOMER = "/admin/ledger/customer/add/"
UNSEEN = "x\u200bx"
#: One character, of which NFC makes two.
KEPT_AS_TWO = "\u0958"
WRONG = "holds an invisible character (U+200B)."
pytestmark = pytest.mark.django_db


def every_class_below(kind: type[Any]) -> Iterator[type[Any]]:
    for below in kind.__subclasses__():
        yield below
        yield from every_class_below(below)


def every_text() -> Iterator[tuple[str, Text]]:
    assert urls.urlpatterns  # every dialect is imported
    for serializer in every_class_below(Serializer):
        for name, field in serializer.shared().fields.items():
            # Without a limit, or null where it is empty, it only goes out.
            if isinstance(field, Text) and field.max_length is not None and not isinstance(field, TextOrNull):
                yield f"{serializer.__name__}.{name}", field
    for filterset in every_class_below(FilterSet):
        for name, each in filterset.base_filters.items():
            if isinstance(each.reads, Text):
                yield f"{filterset.__name__}.{name}", each.reads


def test_every_text_of_every_dialect_refuses_it():
    taken = []
    for name, field in every_text():
        try:
            field.run_validation(UNSEEN[: field.max_length])
        except ValidationError:
            continue
        taken.append(name)

    assert len([*every_text()]) > 50
    assert taken == []


@pytest.mark.parametrize("member", ["firstName", "lastName", "phone"])
def test_the_api_names_the_member(member):
    caller, customer = ApiCaller(given_client().plain), given_customer(number="A-1")

    with nothing_moves():
        made = caller.post("/customers", {member: UNSEEN})
        changed = caller.patch(f"/customers/{customer.number}", {member: UNSEEN})

    assert [(answer.status_code, answer.json()["error"]) for answer in (made, changed)] == [
        (400, f"{member} {WRONG}")
    ] * 2


@pytest.mark.parametrize("email", ["a@example.com\u200b", "a..b@example.com", "a@example.com."], ids=ascii)
def test_the_api_takes_no_address_that_is_none(email):
    caller = ApiCaller(given_client().plain)

    answer = caller.post("/customers", {"email": email})

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("email ")
    assert not Customer.objects.exists()


def test_the_api_answers_with_the_form_that_is_kept():
    caller = ApiCaller(given_client().plain)

    answer = caller.post("/customers", {"firstName": "Zoe\u0308"})

    assert answer.json()["data"]["firstName"] == "Zo\u00eb" == Customer.objects.get().first_name


def test_the_admin_shows_it_at_the_field():
    staff = Staff("Agent")
    good = {"entity_type": "customer", "status": "active", "first_name": "Ada", "last_name": "Byron"}
    bad = {"number": "A\u200b1", "first_name": UNSEEN, "phone": UNSEEN, "email": "a@example.com\u200b"}

    for field, value in bad.items():
        assert list(errors_of(staff.send(ADD_CUSTOMER, **good | {field: value}))) == [field]

    assert not Customer.objects.exists()


def test_a_number_typed_in_the_admin_is_one_for_every_door():
    good = {"entity_type": "customer", "status": "active", "first_name": "Ada", "last_name": "Byron"}

    assert list(errors_of(Staff("Agent").send(ADD_CUSTOMER, **good, number="A 1"))) == ["number"]
    assert not Customer.objects.exists()


def test_a_step_of_the_admin_refuses_it_in_references_and_notes_alike():
    account, staff = given_account(), Staff("Agent")
    good = {"amount": "1", "reason": "GW", "note": "Sorry", "reference": "ORDER-7"}

    with nothing_moves():
        for field in ("note", "reference"):
            answer = staff.send(step_url(account, "issue"), **good | {field: UNSEEN})
            assert list(errors_of(answer)) == [field]


def test_the_admin_counts_characters_as_they_are_kept():
    account, staff = given_account(), Staff("Agent")
    credit = {"amount": "1", "reason": "GW", "note": "Sorry", "reference": "ORDER-7"}
    person = {"entity_type": "customer", "status": "active", "first_name": "Ada", "last_name": "Byron"}

    with nothing_moves():
        for field, longest in {"note": 500, "reference": 255}.items():
            answer = staff.send(step_url(account, "issue"), **credit | {field: KEPT_AS_TWO * longest})
            assert list(errors_of(answer)) == [field]
        answer = staff.send(ADD_CUSTOMER, **person | {"first_name": KEPT_AS_TWO * 200})

    assert list(errors_of(answer)) == ["first_name"]


def test_commands_refuse_it_in_names(tmp_path):
    given_person("alice")
    file = tmp_path / "requests.csv"
    file.write_text("type,amount,currency,reason\nGIFT_CARD,5,USD,EC\n")
    asking = ("import_credit_requests", str(file), "--requested-by", "alice", "--control-total", "USD=5")

    ends = [
        run("create_api_client", UNSEEN, "--scope", "customers:read"),
        run("create_api_client", "till", "--scope", "customers:read", "--tenant", UNSEEN),
        run("generate_cards", "--new", UNSEEN, "--count", "1", "--amount", "5", "--currency", "GBP"),
        run(*asking, "--control-count", "1", "--name", UNSEEN),
    ]

    assert [end.code for end in ends] == [1, 1, 1, 1]
    assert all("invisible character (U+200B)" in end.out + end.err for end in ends)
    assert [model.objects.count() for model in (ApiClient, CardBatch, CreditRequest)] == [0, 0, 0]


@pytest.mark.parametrize("column", ["first_name", "email", "phone", "number"])
def test_an_import_names_line_and_column(tmp_path, column):
    row = {"number": "A-1", "first_name": "Ada", "email": "a@example.com", "phone": "+44"}
    file = tmp_path / "customers.csv"
    file.write_text("\n".join([",".join(row), ",".join((row | {column: UNSEEN}).values())]))

    done = run("import_customers", str(file), "--json")

    (error,) = json.loads(done.out)["errors"]
    assert (done.code, error["line"], error["column"]) == (1, 2, column)
    assert not Customer.objects.exists()


def test_an_import_keeps_names_in_one_form(tmp_path):
    file = tmp_path / "customers.csv"
    file.write_text("number,last_name\nA-1,Mu\u0308ller\n")

    assert run("import_customers", str(file)).code == 0
    assert Customer.objects.get().last_name == "M\u00fcller"
    assert [run("import_customers", str(file), "--json").facts["unchanged"]] == [1]


def test_an_address_is_a_text_of_its_own_everywhere():
    addresses = [name for name, field in every_text() if name.endswith(".email")]

    assert [name for name, field in every_text() if isinstance(field, Email)] == addresses != []

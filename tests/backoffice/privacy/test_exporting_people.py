"""All that is held on one person, in one file, without a code."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from storecredit.audit.models import Activity
from tests.backoffice.privacy.test_anonymising import given_somebody
from tests.backoffice.staff import Staff, step_url
from tests.factories.giftcards import NewCardFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def test_a_button_gives_everything_in_one_file_and_tells_that_it_did():
    customer = given_somebody()
    card = NewCardFactory.create(customer_id=customer.pk)
    finance = Staff("Finance")

    answer = finance.do(step_url(customer, "export_person"), why="she asked")

    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    text, page = packed.read("person.json").decode(), packed.read("person.html").decode()
    held = json.loads(text)["held"]
    assert held["ledger_customer"][0]["email"] == "quill@feather.example"
    assert sorted(entry["amount_minor"] for entry in held["ledger_transaction"]) == [-1000, 1000, 2500]
    assert held["backoffice_comment"][0]["text"] == "Zebedina sings"
    assert "quill@feather.example" in held["api_idempotencyrecord: names them"][0]["answer"]
    assert card.code not in text + page
    assert "Ophiuchus" in page
    assert Activity.objects.filter(kind="EXPORTED", subject_label=customer.number).count() == 1


def test_a_command_writes_the_same_file_once(tmp_path: Path):
    customer = given_somebody()

    call_command("export_customer", customer.number, tmp_path / "person.zip")

    assert zipfile.ZipFile(tmp_path / "person.zip").namelist() == ["person.json", "person.html"]
    assert Activity.objects.filter(kind="EXPORTED", door="command:export_customer").count() == 1

"""Nothing about a card changes without a line that tells of it: not by the program, and unseen not by the owner."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from giftcards.models import CardEvent, CodeSealing
from giftcards.operations import NewCard, assign_card, block_card, replace_card, rotate_codes, unblock_card
from giftcards.queries import find_card_id, list_code_findings, list_findings
from ledger.operations import Why
from tests.giftcards.cards import account_of, given_card, row_of
from tests.giftcards.test_rules import event_row, telling
from tests.ledger.attacks import insert, refused_by, run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW, STAFF, days, given_customer

pytestmark = pytest.mark.django_db

ROLE = Path(settings.BASE_DIR) / "docs" / "application-role.sql"
CHANGES = {
    "state": "state = 'ACTIVE'",
    "valid_from": "valid_from = '2020-01-01 00:00:00'",
    "expires_on expires_at": "expires_on = '2040-01-01', expires_at = '2040-01-02 00:00:00'",
    "time_zone": "time_zone = 'Pacific/Auckland'",
    "lives_again": "lives_again = NOT lives_again",
    "must_redeem_whole": "must_redeem_whole = NOT must_redeem_whole",
    "reloadable": "reloadable = NOT reloadable",
    "customer": "customer_id = (SELECT MAX(id) FROM ledger_customer)",
    "customer_only": "customer_only = NOT customer_only",
    "recipient_name": "recipient_name = 'Mallory'",
    "recipient_email": "recipient_email = 'mallory@example.com'",
    "replaced_by": "replaced_by_id = (SELECT MAX(id) FROM giftcards_giftcard)",
}
if connection.vendor == "postgresql":
    CHANGES["replaced_by"] = "replaced_by_id = (SELECT id FROM giftcards_giftcard ORDER BY id DESC LIMIT 1)"


@pytest.fixture
def card() -> NewCard:
    """A blocked card of some customer."""
    owner = given_customer()
    card = given_card(customer_id=owner.pk, expires_on=days(30).date(), time_zone="UTC", recipient_name="Ann")
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))
    given_card()
    given_customer()
    return card


@contextmanager
def as_application() -> Iterator[None]:
    """As the role that owns no tables, where there are roles."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(ROLE.read_text(encoding="utf-8"))
        run("SET LOCAL ROLE storecredit_app")
    yield
    if connection.vendor == "postgresql":
        run("RESET ROLE")


def found() -> list[tuple[str, str, str]]:
    return [(finding.check, finding.row, finding.message) for finding in list_findings()]


def swap_codes(one: NewCard, other: NewCard) -> None:
    """Three statements, for a code belongs to one card at a time."""
    columns = ("code_key", "code_digest", "code_cipher")
    seals = {card.id: [getattr(row_of(card), name) for name in columns] for card in (one, other)}
    sql = "UPDATE giftcards_giftcard SET code_key = %s, code_digest = %s, code_cipher = %s WHERE id = %s"
    run(sql, "waiting", "waiting", b"waiting", one.id.hex)
    run(sql, *seals[one.id], other.id.hex)
    run(sql, *seals[other.id], one.id.hex)


@pytest.mark.parametrize("columns", list(CHANGES))
@pytest.mark.parametrize("role", [nullcontext, as_application], ids=["owner", "application"])
def test_a_card_is_not_changed_without_a_line_that_tells_of_it(card: NewCard, columns: str, role: Any):
    with refused_by("giftcards_giftcard_told"), role():
        run(f"UPDATE giftcards_giftcard SET {CHANGES[columns]} WHERE id = %s", card.id.hex)


@pytest.mark.parametrize("columns", list(CHANGES))
def test_what_the_owner_changed_with_the_triggers_off_is_found_and_named(card: NewCard, columns: str):
    with triggers_off("giftcards", "ledger"):
        run(f"UPDATE giftcards_giftcard SET {CHANGES[columns]} WHERE id = %s", card.id.hex)

    number = account_of(card).number
    message = f"has otherwise than its history tells: {columns}"
    assert ("card_told", f"card {number}", message) in found()


def test_a_line_that_tells_makes_the_card_so(card: NewCard):
    insert("giftcards_cardevent", **event_row(card, **telling(card, recipient_name="Bea", state_after="ACTIVE")))

    assert (row_of(card).recipient_name, row_of(card).state) == ("Bea", "ACTIVE")
    # Its account is still frozen, and it is found by its old words: both are the operations' part, not the line's.
    assert [check for check, *_ in found()] == ["card_account", "card_words"]


def test_an_earlier_line_tells_of_nothing_any_more(card: NewCard):
    first = CardEvent.objects.filter(card_id=card.id).order_by("id")[0]

    for told_by in (first.pk, row_of(card).told_by):
        with refused_by("giftcards_giftcard_told"):
            run(
                "UPDATE giftcards_giftcard SET state = 'ACTIVE', told_by = %s WHERE id = %s",
                told_by,
                card.id.hex,
            )


def test_another_cards_line_tells_nothing_of_this_one(card: NewCard):
    other = given_card()
    block_card(card_id=other.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))
    unblock_card(card_id=other.id, actor=STAFF, now=NOW, why=Why(note="found"))

    with refused_by("giftcards_giftcard_told"):
        run(
            "UPDATE giftcards_giftcard SET state = 'ACTIVE', told_by = %s WHERE id = %s",
            row_of(other).told_by,
            card.id.hex,
        )


def test_every_operation_tells_what_it_makes_of_a_card(card: NewCard):
    unblock_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="found"))
    assign_card(card_id=card.id, customer_id=None, actor=STAFF, now=NOW)
    replace_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))

    assert found() == []
    told = CardEvent.objects.filter(card_id=card.id, tells_card=True).order_by("id")
    assert [(event.kind, event.state_after, event.customer_id is None) for event in told] == [
        ("ISSUE", "ACTIVE", False),
        ("BLOCKED", "BLOCKED", False),
        ("UNBLOCKED", "ACTIVE", False),
        ("ASSIGNED", "ACTIVE", True),
        ("REPLACED", "BLOCKED", True),
        ("VOIDED", "VOIDED", True),
    ]


def test_a_history_that_does_not_tell_what_its_card_is_is_found(card: NewCard):
    with triggers_off("giftcards", "ledger"):
        run("UPDATE giftcards_cardevent SET tells_card = FALSE WHERE card_id = %s", card.id.hex)

    assert [(check, row) for check, row, _ in found()] == [("card_untold", f"card {account_of(card).number}")]


# Codes


@pytest.mark.parametrize("role", [nullcontext, as_application], ids=["owner", "application"])
def test_the_codes_of_two_cards_are_not_swapped(card: NewCard, role: Any):
    other = given_card()

    with refused_by("giftcards_giftcard_sealed"), role():
        swap_codes(card, other)
    assert find_card_id(code=card.code) == card.id


@pytest.mark.parametrize("role", [nullcontext, as_application], ids=["owner", "application"])
def test_nor_are_they_by_lines_that_tell_of_new_seals(card: NewCard, role: Any):
    other = given_card()
    mine, wanted = row_of(card), row_of(other)
    cipher: dict[str, Any] = {"code_cipher": b"x" * 44}

    with refused_by("giftcards_codesealing_of_one_card"), role():
        insert(
            "giftcards_codesealing",
            card_id=other.id,
            digest_before=wanted.code_digest,
            code_key="waiting",
            code_digest="waiting",
            **cipher,
        )
        insert(
            "giftcards_codesealing",
            card_id=card.id,
            digest_before=mine.code_digest,
            code_key="waiting",
            code_digest=wanted.code_digest,
            **cipher,
        )


@pytest.mark.parametrize("change", ["code_key = 'another'", "code_cipher = 'x'"])
def test_a_seal_is_not_changed_without_a_line_that_tells_of_it(card: NewCard, change: str):
    with refused_by("giftcards_giftcard_sealed"):
        run(f"UPDATE giftcards_giftcard SET {change}")


def test_a_new_seal_begins_with_the_one_that_there_is(card: NewCard):
    row = row_of(card)
    line: dict[str, Any] = {"card_id": card.id, "code_cipher": b"x" * 44, "code_digest": "another"}

    for spoilt in (
        {"digest_before": "another", "code_key": "another"},
        {"digest_before": row.code_digest, "code_key": row.code_key},
    ):
        with refused_by("giftcards_codesealing_chain"):
            insert("giftcards_codesealing", **line | spoilt)


@pytest.mark.parametrize(
    "attack", ["UPDATE giftcards_codesealing SET code_key = 'x'", "DELETE FROM giftcards_codesealing"]
)
def test_the_history_of_seals_stays(card: NewCard, attack: str, settings: Any):
    settings.CODE_KEYS = ["a new secret of more than thirty-two characters", *settings.CODE_KEYS]
    rotate_codes()
    assert CodeSealing.objects.count() == 2

    with refused_by("giftcards_codesealing_immutable"):
        run(attack)


def test_codes_that_were_sealed_anew_leave_nothing_to_find(card: NewCard, settings: Any):
    settings.CODE_KEYS = ["a new secret of more than thirty-two characters", *settings.CODE_KEYS]
    rotate_codes()

    assert (found(), list(list_code_findings())) == ([], [])
    assert find_card_id(code=card.code) == card.id


def test_a_swap_by_the_owner_with_the_triggers_off_is_found(card: NewCard):
    other = given_card()
    with triggers_off("giftcards", "ledger"):
        swap_codes(card, other)

    rows = {f"card {account_of(each).number}" for each in (card, other)}
    assert {row for check, row, _ in found() if check == "card_seal"} == rows
    assert {finding.row for finding in list_code_findings()} == rows


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("last_four = 'XXXX'", "says that its code ends in XXXX; the one that is sealed does not"),
        ("code_cipher = %s", None),
    ],
)
def test_reconcile_opens_every_code_when_it_is_asked_to(card: NewCard, change: str, message: str | None):
    assert reconcile("--codes")[0] == 0
    with triggers_off("giftcards", "ledger"):
        run(
            f"UPDATE giftcards_giftcard SET {change} WHERE id = '{card.id.hex}'",
            *([b"x" * 44] if "%s" in change else []),
        )

    (finding,) = list_code_findings()
    code, said = reconcile("--codes")

    assert (finding.check, finding.row) == ("card_codes", f"card {account_of(card).number}")
    assert message is None or finding.message == message
    assert (code, finding.message in said, card.code in said) == (1, True, False)


def reconcile(*options: str) -> tuple[int, str]:
    """Exit code and output."""
    out = StringIO()
    try:
        call_command("reconcile", "--json", *options, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()

"""The text that seals are made of: it may never change, and PostgreSQL writes it as the program does."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from ledger.models import Account, LotExpiry
from ledger.operations import Ending, Why, complete_cuts, end_credit_at, take_cut
from ledger.queries import verify_seals
from ledger.queries.cuts import Span
from ledger.queries.seals.rows import OF_THE_SPAN, list_histories, list_rows, write_rows
from tests.factories.audit import ActivityFactory
from tests.factories.credits import CreditRequestVoteFactory
from tests.factories.giftcards import CardEventFactory
from tests.ledger.attacks import lot_of, run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW, STAFF, SYSTEM, days, entries_of, given_credit, given_spend

pytestmark = pytest.mark.django_db

#: What JSON escapes and what it does not, in scripts of several widths.
HOSTILE = 'a"b\\c/d\b\f\n\r\t\x01\x1f\x7f\x80\u2028\ufeff\ud7ff <&> é ضمان 信用 🧾 {"x": [1]} %s \\u0000'
AS_TEXT = (
    r'"a\"b\\c/d\b\f\n\r\t\u0001\u001f'
    "\x7f\x80\u2028\ufeff\ud7ff <&> é ضمان 信用 🧾 "
    r'{\"x\": [1]} %s \\u0000"'
)
#: Keys that PostgreSQL keeps in another order, numbers of every spelling, and depth.
DETAILS = {"zz": {"b": [1.50, 1e-7, -1, 12345678901234567890]}, "é": True, "B": {}, "a": [None, "\t"], "aaa": ""}
DETAILS_AS_TEXT = '{"B":{},"a":[null,"\\t"],"aaa":"","zz":{"b":[1.5,1e-07,-1,12345678901234567890]},"é":true}'
LONG_AGO = datetime(1969, 12, 31, 23, 59, 59, 999_998, tzinfo=UTC)
EVERYTHING = Span(None, days(99))
WITH_WORDS = {
    "ledger_transaction": ("note", "details"), "ledger_lotexpiry": ("note", ""),
    "giftcards_cardevent": ("note", "details"), "credits_creditrequestvote": ("note", ""),
    "audit_activity": ("subject_label", "before"),
}  # fmt: skip


@pytest.fixture
def account() -> Account:
    """Every kind of row that is sealed, with words and moments that hardly a program would write."""
    account = given_credit("100.00 GBP", now=LONG_AGO, why=Why(reason="GW"))
    given_spend("40.00 GBP", account=account, now=LONG_AGO + timedelta(microseconds=2))
    end_credit_at(account_id=account.pk, ending=Ending(days(60)), actor=STAFF, now=NOW, note="asked for it")
    for factory in (CardEventFactory, CreditRequestVoteFactory, ActivityFactory):
        factory.create()
    with triggers_off("ledger", "giftcards", "credits", "audit"):
        for table, (words, details) in WITH_WORDS.items():
            run(f"UPDATE {table} SET {words} = %s", HOSTILE)
            if details:
                run(f"UPDATE {table} SET {details} = %s", json.dumps(DETAILS))
    return account


def texts() -> list[tuple[str, Any, bytes]]:
    """Kind, name and text of each row, as seals are made of them."""
    return list(list_rows(connection, EVERYTHING, dict.fromkeys(list_histories(), 2**62), {}))


def text_of(kind: str) -> str:
    return next(text for of, _name, text in texts() if of == kind).decode()


def test_a_row_has_the_text_that_it_was_sealed_with_whatever_stands_in_it(account: Account):
    entry, lot = entries_of(account)[0], lot_of(account)
    change = LotExpiry.objects.get().pk

    assert text_of("lot") == f'["lot",{lot.pk},{entry.number},{account.pk},10000,"GOODWILL","GOODWILL",null]'
    assert text_of("ledger_lotexpiry") == (
        f'["ledger_lotexpiry",{change},{lot.pk},null,"2026-07-03T12:00:00.000000+00:00",{AS_TEXT},'
        '"STAFF","7","alice","admin","","2026-05-04T12:00:00.000000+00:00"]'
    )
    assert text_of("transaction") == (
        f'["transaction",{entry.number},"{entry.pk.hex}","{entry.document_id}",{account.pk},"{account.number}",'
        '"STORE_CREDIT",false,1,"ISSUE",10000,10000,"GBP","GOODWILL",null,null,"GW","GOODWILL","GOODWILL",'
        f'"",{AS_TEXT},null,"STAFF","7","alice","admin","","1969-12-31T23:59:59.999998+00:00",{DETAILS_AS_TEXT}]'
    )


@pytest.mark.postgresql
def test_postgresql_writes_each_text_as_the_program_does(account: Account):
    # Numbers of one digit and of two: as text they have another order.
    ActivityFactory.create_batch(10)
    span, values = EVERYTHING.condition(connection)
    reads = [(part, part.sql.format(span=span), values) for part in OF_THE_SPAN]
    reads += [(part, part.sql, [0, 2**62]) for part in list_histories().values()]
    by_the_program = [(read[0].name, *row) for read in reads for row in write_rows(connection, *read)]

    written = texts()

    assert written == by_the_program
    assert {"transaction", "lot", "use of a lot", *WITH_WORDS} - {"ledger_transaction"} <= {row[0] for row in written}


@pytest.mark.postgresql
@pytest.mark.parametrize("beyond", ["infinity", "-infinity", "0044-03-15 BC", "20260-07-02"])
def test_a_moment_that_no_program_can_name_is_a_row_that_was_changed(beyond: str):
    """It stops nobody from reading the rest."""
    account = given_credit("100.00 GBP", expires_at=days(10), now=days(-1))
    end_credit_at(account_id=account.pk, ending=Ending(None), actor=STAFF, now=days(-1), note="asked for it")
    take_cut(boundary=NOW, actor=SYSTEM, now=NOW)
    complete_cuts(now=NOW)
    with triggers_off("ledger"):
        run("UPDATE ledger_lotexpiry SET after = %s", beyond)

    assert [(fault.cut, fault.message.partition(":")[0]) for fault in verify_seals()] == [(1, "is not what was sealed")]

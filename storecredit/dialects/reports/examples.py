"""
Requests and the answers they really get; `tests/dialects/reports/test_reports.py` sends them.

In June 40.00 GBP were given as goodwill, of which 15.00 were spent, and 25.00 EUR were paid in. Cuts closed both ends.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample

from ledger.spreadsheet import list_csv_lines
from storecredit.api.schema import Exchange, examples_of

_ROOT: Final = "/api/v1/reports"
FIRST_DIGEST: Final = "1c" * 32
LAST_DIGEST: Final = "2d" * 32
_FIRST: Final = {"number": 1, "boundary": "2026-06-01T00:00:00.000Z", "digest": FIRST_DIGEST}
_LAST: Final = {"number": 2, "boundary": "2026-07-01T00:00:00.000Z", "digest": LAST_DIGEST}
_EUROS: Final = {"currency": "EUR", "kind": "STORE_CREDIT", "funding": "PAID"}
_POUNDS: Final = {"currency": "GBP", "kind": "STORE_CREDIT", "funding": "GOODWILL"}
_FLOWS: Final = (
    *("opening", "issued", "loaded", "refunded", "imported", "transferred_in", "transferred_out"),
    *("spent", "expired", "voided", "adjusted", "reversed", "closing"),
)
_AGES: Final = (
    *("owed", "up_to_30_days_old", "up_to_90_days_old", "up_to_180_days_old", "up_to_365_days_old", "older"),
    *("overdue", "expires_within_30_days", "expires_within_60_days", "expires_within_90_days"),
    *("expires_within_365_days", "expires_later", "unending"),
)


def _of(names: tuple[str, ...], **amounts: int) -> dict[str, Any]:
    """Each amount twice, those that are not named nothing."""
    minor = {name: amounts.get(name, 0) for name in names}
    return {
        key: value
        for name, amount in minor.items()
        for key, value in ((name, f"{amount / 100:.2f}"), (f"{name}_minor", amount))
    }


def _entry(place: int, debit: str, credit: str, type: str, against: str, minor: int) -> dict[str, Any]:
    return {
        "place": place,
        "day": "2026-06-30",
        "debit": debit,
        "credit": credit,
        "type": type,
        "counter_account": against,
        "reason": None,
        "cohort": None,
        "corrects": None,
        **_of(("amount",), amount=minor),
    }


def _refusal(status: int, title: str, code: str, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}


_EUROS_OWED: Final = _of(("owed",), owed=2500)
_AGE_OF_POUNDS: Final = _of(_AGES, owed=2500, up_to_30_days_old=2500, expires_within_60_days=2500)
_FLOW_OF_EUROS: Final = _of(_FLOWS, loaded=2500, closing=2500)
_FLOW_OF_POUNDS: Final = _of(_FLOWS, issued=4000, spent=-1500, closing=2500)
_BY_CURRENCY: Final = ({"currency": "EUR"}, {"currency": "GBP"})


def as_csv(exchange: Exchange) -> str:
    """The answer to whoever would rather have its lines as CSV."""
    assert isinstance(exchange.answer, Mapping)
    lines = exchange.answer["lines"]
    return "".join(list_csv_lines([list(lines[0]), *(list(line.values()) for line in map(_in_numbers, lines))]))


def _in_numbers(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Decimal(value) if f"{name}_minor" in line else value for name, value in line.items()}


def shown(exchanges: Sequence[Exchange]) -> list[OpenApiExample]:
    """The examples of a report, the first one as CSV, too."""
    first = exchanges[0]
    csv = OpenApiExample(
        first.name, value=as_csv(first), response_only=True, status_codes=["200"], media_type="text/csv"
    )
    return [*examples_of(exchanges), csv]


LIABILITY: Final = (
    Exchange(
        "At the end of a day",
        f"{_ROOT}/liability?day=2026-06-30",
        200,
        {
            "as_of": _LAST,
            "lines": [_EUROS | _EUROS_OWED, _POUNDS | _EUROS_OWED],
            "totals": [currency | _EUROS_OWED for currency in _BY_CURRENCY],
        },
    ),
    Exchange(
        "A day that no cut closed",
        f"{_ROOT}/liability?day=2026-06-15",
        404,
        _refusal(404, "Not Found", "no_cut_at", "No sealed cut has the boundary 2026-06-16T00:00:00+00:00."),
    ),
    Exchange(
        "A day and a cut",
        f"{_ROOT}/liability?day=2026-06-30&cut=2",
        400,
        _refusal(400, "Bad Request", "bad_request", "cut must not be sent beside day."),
    ),
)
AGEING: Final = (
    Exchange(
        "Pounds alone, as of a cut",
        f"{_ROOT}/ageing?cut=2&currency=GBP",
        200,
        {"as_of": _LAST, "lines": [_POUNDS | _AGE_OF_POUNDS], "totals": [{"currency": "GBP"} | _AGE_OF_POUNDS]},
    ),
    Exchange(
        "A cut that there is not",
        f"{_ROOT}/ageing?cut=3",
        404,
        _refusal(404, "Not Found", "cut_not_found", "There is no sealed cut of this number."),
    ),
)
ROLL_FORWARD: Final = (
    Exchange(
        "A month",
        f"{_ROOT}/roll-forward?from=2026-06-01&to=2026-06-30",
        200,
        {
            "begin": _FIRST,
            "end": _LAST,
            "lines": [_EUROS | _FLOW_OF_EUROS, _POUNDS | _FLOW_OF_POUNDS],
            "totals": [{"currency": "EUR"} | _FLOW_OF_EUROS, {"currency": "GBP"} | _FLOW_OF_POUNDS],
        },
    ),
    Exchange(
        "Backwards",
        f"{_ROOT}/roll-forward?from_cut=2&to_cut=1",
        400,
        _refusal(
            400,
            "Bad Request",
            "cuts_in_wrong_order",
            "The cut that it begins with must be before the one that it ends with.",
        ),
    ),
)
JOURNAL: Final = (
    Exchange(
        "The first two lines of a month",
        f"{_ROOT}/journal?from=2026-06-01&to=2026-06-30&limit=2",
        200,
        {
            "number": None,
            "lines": [
                _EUROS | _entry(1, "1210", "2310", "LOAD", "CASH", 2500),
                _POUNDS | _entry(2, "6310", "2310", "ISSUE", "GOODWILL", 4000),
            ],
            "next_cursor": "am91cm5hbDoy",
        },
    ),
    Exchange(
        "A journal that was not exported",
        f"{_ROOT}/journal?number=1",
        404,
        _refusal(404, "Not Found", "journal_not_found", "There is no journal 1."),
    ),
)
CUTS: Final = (
    Exchange(
        "The newest",
        f"{_ROOT}/cuts?limit=1",
        200,
        {
            "lines": [
                _LAST
                | {
                    "taken_at": "2026-07-01T00:00:00.000Z",
                    "entries": 4,
                    "previous_digest": FIRST_DIGEST,
                    "public_key": None,
                    "signature": None,
                }
            ],
            "next_cursor": "Y3V0czoy",
        },
    ),
)
_COMPARED: Final[dict[str, Any]] = {
    "id": 1,
    "outcome": "FINDINGS",
    "checked": 1,
    "found": 1,
    "findings": [
        {
            "id": 1,
            "difference": "missing here",
            "severity": "MEDIUM",
            "state": "OPEN",
            "reference": "ORDER-7",
            "currency": "GBP",
            "theirs_minor": -1200,
            "ours_minor": None,
        }
    ],
}
RECONCILE: Final = (
    Exchange(
        "A line that the books do not have",
        f"{_ROOT}/reconciliations",
        201,
        _COMPARED,
        body={
            "lines": [{"reference": "ORDER-7", "currency": "GBP", "amount_minor": -1200, "day": "2026-06-20"}],
            "source": "till",
        },
        key="june-till",
    ),
)
READ_RECONCILIATION: Final = (
    Exchange("A comparison", f"{_ROOT}/reconciliations/1", 200, _COMPARED),
    Exchange(
        "One that there is not",
        f"{_ROOT}/reconciliations/9",
        404,
        _refusal(404, "Not Found", "reconciliation_not_found", "There is no such reconciliation of yours."),
    ),
)

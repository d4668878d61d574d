"""
What is wrong with credit requests, row by row. As in the ledger, each check is one portable statement.
"""

from collections.abc import Callable, Collection, Iterator

from django.db.models import Q

from ledger.queries import (
    Check,
    CheckOfMetadata,
    CheckOfWords,
    Finding,
    is_asked,
    name_checks,
    run_check_of_metadata,
    run_check_of_words,
    run_checks,
)
from storecredit.credits.models import CreditRequest, CreditRequestMetadatum, CreditRequestWord

CHECKS = (
    Check(
        "request_paid_out",
        7,
        "Each confirmed request was paid out once, by its own entry",
        "credit request",
        "SELECT r.id, a.number AS account, r.currency, r.amount_minor FROM credits_creditrequest r "
        "LEFT JOIN ledger_transaction t ON t.id = r.transaction_id LEFT JOIN ledger_account a ON a.id = t.account_id "
        "WHERE r.status = 'CONFIRMED' AND (t.id IS NULL OR t.amount_minor <> r.amount_minor "
        "OR t.currency <> r.currency OR t.key IS NULL "
        "OR t.key <> 'credit-request:' || REPLACE(CAST(r.id AS VARCHAR(36)), '-', ''))",
        "is confirmed; its entry of {amount_minor} is missing or another",
    ),
    Check(
        "request_paid_without_decision",
        10,
        "No request was paid out that is not confirmed",
        "transaction",
        "SELECT t.number AS id, a.number AS account, t.currency, t.amount_minor FROM ledger_transaction t "
        "JOIN ledger_account a ON a.id = t.account_id LEFT JOIN credits_creditrequest r ON r.transaction_id = t.id "
        "WHERE t.key LIKE 'credit-request:%' AND (r.id IS NULL OR r.status <> 'CONFIRMED')",
        "pays {amount_minor} out for a request that is not confirmed",
    ),
    Check(
        "request_four_eyes",
        10,
        "Whoever asked for credit has not approved it",
        "credit request",
        "SELECT r.id, '' AS account FROM credits_creditrequest r LEFT JOIN credits_creditrequestvote v "
        "ON v.request_id = r.id AND v.person_id = r.requested_by_id WHERE v.id IS NOT NULL "
        "OR (r.status = 'CONFIRMED' AND r.decided_by_id = r.requested_by_id)",
        "was approved by the person who asked for it",
    ),
    Check(
        "request_client_person",
        10,
        "Nobody who stands behind an API client has approved what it asked for",
        "credit request",
        "SELECT r.id, '' AS account, c.name FROM credits_creditrequest r JOIN api_apiclient c "
        "ON c.id = r.requested_client_id JOIN credits_creditrequestvote v ON v.request_id = r.id "
        "AND v.person_id = c.owner_id",
        "was approved by the owner of {name}, which asked for it",
    ),
    Check(
        "request_key_reader",
        10,
        "Nobody who had made a key of an API client in the admin has then approved what the client asked for",
        "credit request",
        "SELECT DISTINCT r.id, '' AS account, c.name FROM credits_creditrequest r JOIN api_apiclient c "
        "ON c.id = r.requested_client_id JOIN credits_creditrequestvote v ON v.request_id = r.id "
        "JOIN api_apikey k ON k.client_id = c.id AND k.made_by_id = v.person_id AND k.created_at <= v.created_at",
        "was approved by somebody who had read a key of {name}, which asked for it",
    ),
    Check(
        "request_redirected",
        10,
        "Whoever changed whom a request pays has not approved that version or a later one",
        "credit request",
        "SELECT DISTINCT r.id, '' AS account FROM credits_creditrequest r JOIN credits_creditrequestevent e "
        "ON e.request_id = r.id AND e.kind = 'PAYEE_CHANGED' JOIN credits_creditrequestvote v "
        "ON v.request_id = r.id AND v.person_id = e.person_id AND v.version >= e.version",
        "was approved by the person who had changed whom it pays",
    ),
    Check(
        "client_person_missing",
        10,
        "Every owner of an API client, and whoever made a key of it in the admin, is written down beside it",
        "API client",
        "SELECT c.name AS id, '' AS account FROM api_apiclient c LEFT JOIN credits_clientperson p "
        "ON p.client_id = c.id AND p.person_id = c.owner_id WHERE c.owner_id IS NOT NULL AND p.id IS NULL "
        "UNION SELECT c.name, '' FROM api_apikey k JOIN api_apiclient c ON c.id = k.client_id "
        "LEFT JOIN credits_clientperson p ON p.client_id = c.id AND p.person_id = k.made_by_id "
        "WHERE k.made_by_id IS NOT NULL AND p.id IS NULL",
        "has an owner or a maker of a key who is not written down as standing behind it",
    ),
    Check(
        "request_votes",
        10,
        "Whoever confirmed a request has approved the version that was paid out",
        "credit request",
        "SELECT r.id, '' AS account FROM credits_creditrequest r LEFT JOIN credits_creditrequestvote v "
        "ON v.request_id = r.id AND v.version = r.version AND v.person_id = r.decided_by_id "
        "WHERE r.status = 'CONFIRMED' AND r.decided_by_id IS NOT NULL AND v.id IS NULL",
        "was confirmed by somebody whose approval is not there",
    ),
    Check(
        "request_history",
        10,
        "Each request's history ends in its state",
        "credit request",
        "SELECT r.id, '' AS account, r.status FROM credits_creditrequest r LEFT JOIN credits_creditrequestevent e "
        "ON e.id = (SELECT x.id FROM credits_creditrequestevent x WHERE x.request_id = r.id "
        "ORDER BY x.id DESC LIMIT 1) WHERE e.id IS NULL OR e.to_status <> r.status",
        "is {status}; its history ends otherwise",
    ),
    Check(
        "request_batches",
        2,
        "Each batch has as many requests as it says",
        "batch",
        "SELECT b.name AS id, '' AS account, b.size, COUNT(r.id) AS requests FROM credits_creditrequestbatch b "
        "LEFT JOIN credits_creditrequest r ON r.batch_id = b.id GROUP BY b.id, b.name, b.size "
        "HAVING b.size <> COUNT(r.id)",
        "says {size}; there are {requests}",
    ),
    Check(
        "request_batch_decision",
        10,
        "Each request of an approved batch is confirmed",
        "batch",
        "SELECT b.name AS id, '' AS account, COUNT(r.id) AS requests FROM credits_creditrequestbatch b "
        "JOIN credits_creditrequest r ON r.batch_id = b.id AND r.status <> 'CONFIRMED' WHERE b.status = 'APPROVED' "
        "GROUP BY b.id, b.name",
        "is approved; {requests} of its requests are not confirmed",
    ),
    Check(
        "vote_told",
        10,
        "Each approval stands in its request's history, as that very person's",
        "credit request",
        "SELECT v.request_id AS id, '' AS account, v.label FROM credits_creditrequestvote v WHERE NOT EXISTS ("
        "SELECT 1 FROM credits_creditrequestevent e WHERE e.request_id = v.request_id AND e.version = v.version "
        "AND e.person_id = v.person_id AND e.kind IN ('VOTED', 'APPROVED'))",
        "has an approval by {label} that its history does not tell of",
    ),
    Check(
        "version_told",
        10,
        "Each version of a request says who made it",
        "credit request",
        "SELECT r.id, r.version FROM credits_creditrequest r WHERE r.version > 1 AND NOT EXISTS ("
        "SELECT 1 FROM credits_creditrequestevent e WHERE e.request_id = r.id AND e.version = r.version "
        "AND e.kind IN ('PAYEE_CHANGED', 'RETRIED'))",
        "is in version {version}, and no line says who made it",
    ),
)


WORDS_OF_REQUESTS = CheckOfWords(
    "request_words",
    "Each request is found by its order and by who asked for it",
    CreditRequest,
    CreditRequestWord,
    "request_id",
    lambda request: f"credit request {request.pk}",
)


METADATA_OF_REQUESTS = CheckOfMetadata(
    "request_metadata",
    "Each request is found by its metadata",
    CreditRequest,
    CreditRequestMetadatum,
    "request_id",
    Q(metadata__isnull=False),
    lambda request: request.metadata,
    lambda request: f"credit request {request.pk}",
)


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return [*name_checks("credits", CHECKS), WORDS_OF_REQUESTS.listed, METADATA_OF_REQUESTS.listed]


def list_findings(
    *,
    using: str = "default",
    on_check: Callable[[str, int], None] = lambda name, found: None,
    only: Collection[str] | None = None,
) -> Iterator[Finding]:
    """
    Everything that is wrong with the credit requests of one database, as of one moment.

    :param on_check: called after each check with its name and how much it found.
    :param only: the names of the checks that run; None: all.
    """
    yield from run_checks("credits", CHECKS, using=using, on_check=on_check, only=only)
    if is_asked(WORDS_OF_REQUESTS.name, only):
        yield from run_check_of_words(WORDS_OF_REQUESTS, using=using, on_check=on_check)
    if is_asked(METADATA_OF_REQUESTS.name, only):
        yield from run_check_of_metadata(METADATA_OF_REQUESTS, using=using, on_check=on_check)

"""What finance said of one person's accounts."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from ledger.queries import Account
from storecredit.finance.models import (
    Correction,
    CorrectionStatus,
    FindingEvent,
    FindingSighting,
    ReconciliationFinding,
)


def list_rows_of(*, account_ids: Collection[int] | QuerySet[Any]) -> dict[str, QuerySet[Any]]:
    """The rows that are about these accounts, by their table."""
    numbers = Account.objects.filter(pk__in=account_ids).values("number")
    corrections = Correction.objects.filter(account_id__in=account_ids)
    about = Q(account_number__in=numbers) | Q(pk__in=corrections.values("finding_id"))
    findings = ReconciliationFinding.objects.filter(about)
    return {
        "finance_correction": corrections,
        "finance_reconciliationfinding": findings,
        "finance_findingsighting": FindingSighting.objects.filter(finding__in=findings),
        "finance_findingevent": FindingEvent.objects.filter(finding__in=findings),
    }


def has_waiting_correction(*, account_ids: Collection[int]) -> bool:
    """Whether a correction waits that would move credit on one of these accounts."""
    return Correction.objects.filter(account_id__in=account_ids, status=CorrectionStatus.PENDING).exists()

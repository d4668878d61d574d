"""What is refused on each table without conditions; the rules with conditions stand beside, in SQL."""

from ledger.triggers.telling import Told, as_text

GUARDED = {
    "finance_journalexport": ("immutable", "no_truncate"),
    "finance_journalline": ("immutable", "no_truncate"),
    "finance_reconciliationrun": ("no_delete", "no_truncate"),
    "finance_reconciliationfinding": ("no_delete", "no_truncate"),
    "finance_findingsighting": ("immutable", "no_truncate"),
    "finance_findingevent": ("immutable", "no_truncate"),
    "finance_period": ("no_delete", "no_truncate"),
    "finance_periodfigure": ("immutable", "no_truncate"),
    "finance_periodevent": ("immutable", "no_truncate"),
    "finance_correction": ("no_delete", "no_truncate"),
    "finance_breakagerate": ("no_delete", "no_truncate"),
}

#: The histories that each cut of the books seals row by row, and what of them.
SEALED = {
    "finance_findingevent": (
        "finding_id", "from_state", "to_state", "note", "run_id", "correction_id", "actor_kind", "actor_id",
        "actor_label", "door", "request_id", "created_at",
    ),
    "finance_periodevent": (
        "period_id", "kind", "person_id", "note", "actor_kind", "actor_id", "actor_label", "door", "request_id",
        "created_at",
    ),
    "finance_periodevent with findings": ("open_findings",),
    "finance_journalline": (
        "export_id", "place", "day", "debit", "credit", "currency", "amount_minor", "counter_account", "kind",
        "funding", "type", "reason", "cohort", "corrects",
    ),
}  # fmt: skip

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "finance_correction": {"note": "text", "decision_note": "text"},
    "finance_reconciliationfinding": {"subject_id": "named", "source": "named", "message": "text", "facts": "json"},
    "finance_findingsighting": {"message": "text"},
    "finance_findingevent": {"note": "text"},
    # These speak of many, or of nobody.
    "finance_reconciliationrun": {"source": "named", "file_name": "named", "options": "emptied", "problem": "named"},
    "finance_periodevent": {"note": "named"},
    "finance_breakagerate": {"note": "named"},
}

_NAMED = "(SELECT code || ' ' || name FROM finance_generalledgeraccount WHERE code = {row}.%s)"
_LAYOUTS = ("datev_code", "quickbooks_name", "xero_code")

#: To which accounts of the general ledger movements go: told by the database, whoever changes it.
TOLD = {
    "finance_generalledgeraccount": Told(
        kind="SETTING_CHANGED",
        subject="finance.generalledgeraccount",
        id="{row}.code",
        label="{row}.code || ' ' || {row}.name",
        columns=("code", "name", *_LAYOUTS),
        members={name: f"{{row}}.{name}" for name in ("code", "name", *_LAYOUTS)},
    ),
    "finance_generalledgerrule": Told(
        kind="SETTING_CHANGED",
        subject="finance.generalledgerrule",
        id="{row}.id",
        label="{row}.counter_account || ' ' || COALESCE({row}.reason_id || ' ', '') || "
        + as_text("valid_from"),
        columns=(
            "counter_account", "kind", "funding", "type", "reason_id", "valid_from", "valid_until", "debit_id",
            "credit_id",
        ),
        members={
            **{name: f"{{row}}.{name}" for name in ("counter_account", "kind", "funding", "type")},
            "reason": "{row}.reason_id",
            "debit": _NAMED % "debit_id",
            "credit": _NAMED % "credit_id",
            "valid_from": as_text("valid_from"),
            "valid_until": as_text("valid_until"),
        },
    ),
}  # fmt: skip

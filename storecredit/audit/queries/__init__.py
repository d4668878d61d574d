"""What is asked of what was done."""

from storecredit.audit.models import Activity, ActivityKind, list_kinds

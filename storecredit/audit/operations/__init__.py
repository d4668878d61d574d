"""What writes down what was done."""

from storecredit.audit.models import ActivityKind
from storecredit.audit.operations.acting import acting, tell_sqlite, unheld
from storecredit.audit.operations.erasing import NewErasure, record_erasures
from storecredit.audit.operations.recording import (
    Acting,
    Somebody,
    Subject,
    is_secret,
    record_activities,
    record_activity,
)

import json
import re
from itertools import islice
from typing import Any

from django.db import migrations

_KINDS = {1: "ADDED", 2: "CHANGED", 3: "DELETED"}
_MARK = re.compile(r" \(confirmation [\w-]+\)$")
_AT_ONCE = 1000


def take_over(apps: Any, schema_editor: Any) -> None:
    """What staff did before there were activities: as much as Django's log tells of it."""
    using = schema_editor.connection.alias
    entries = apps.get_model("admin", "LogEntry").objects.using(using).select_related("user", "content_type")
    activities = apps.get_model("audit", "Activity").objects.using(using)
    rows = (_activity(activities.model, entry) for entry in entries.order_by("action_time", "pk").iterator(_AT_ONCE))
    while some := list(islice(rows, _AT_ONCE)):
        activities.bulk_create(some)


def _activity(model: Any, entry: Any) -> Any:
    kind, subject = _KINDS[entry.action_flag], ""
    if entry.content_type is not None:
        subject = f"{entry.content_type.app_label}.{entry.content_type.model}"
    details = _details(entry.change_message)
    return model(
        kind="DONE" if kind == "CHANGED" and "text" in details else kind,
        actor_kind="STAFF",
        actor_id=str(entry.user_id),
        actor_label=entry.user.username,
        door="admin",
        subject_kind=subject,
        subject_id=(entry.object_id or "")[:64] if subject else "",
        # A customer is told by their number alone, which comes before their name.
        subject_label=entry.object_repr.partition(" ")[0] if subject == "ledger.customer" else entry.object_repr,
        details=details,
        created_at=entry.action_time,
    )


def _details(message: str) -> dict[str, Any]:
    try:
        said = json.loads(message) if message.startswith("[") else None
    except ValueError:
        said = None
    if said is None:
        return {"text": _MARK.sub("", message)} if message else {}
    fields = [name for part in said for told in part.values() for name in told.get("fields", [])]
    return {"changed": fields} if fields else {}


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_erasures"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]

"""What a permission is called. Its name stands in the database in English; it is read in the reader's language."""

from django.contrib.auth.models import Permission
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

#: Those that Django makes of every model.
_OF_EVERY_MODEL = {
    "add": _("Can add: %(name)s"),
    "change": _("Can change: %(name)s"),
    "delete": _("Can delete: %(name)s"),
    "view": _("Can view: %(name)s"),
}


#: Those that are about more than the kind of rows they hang on.
_ABOUT_MORE = {"export_lists": _("All lists")}


def permission_text(permission: Permission) -> str:
    """What a permission is about, and what it lets somebody do."""
    content_type = permission.content_type
    action, _, model = permission.codename.partition("_")
    if model == content_type.model and action in _OF_EVERY_MODEL:
        allowed = str(_OF_EVERY_MODEL[action]) % {"name": content_type.name}
    else:
        allowed = gettext(permission.name)
    about = _ABOUT_MORE.get(permission.codename) or capfirst(content_type.name)
    return f"{about} · {allowed}"

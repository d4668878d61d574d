from django.db import models
from django.utils.translation import gettext_lazy as _


class ActivityKind(models.TextChoices):
    """What was done. A new kind asks for no migration: the column knows of words only that they are there."""

    SIGNED_IN = "SIGNED_IN", _("Signed in")
    SIGNED_OUT = "SIGNED_OUT", _("Signed out")
    SIGN_IN_FAILED = "SIGN_IN_FAILED", _("Sign-in failed")
    LOCKED_OUT = "LOCKED_OUT", _("Locked out")
    PASSWORD_CHANGED = "PASSWORD_CHANGED", _("Password changed")
    INVITED = "INVITED", _("Invited")
    PERSON_CHANGED = "PERSON_CHANGED", _("Person changed")
    ROLE_CHANGED = "ROLE_CHANGED", _("Role changed")
    PERMISSION_CHANGED = "PERMISSION_CHANGED", _("Permission changed")
    LIMIT_CHANGED = "LIMIT_CHANGED", _("Limit changed")
    POLICY_CHANGED = "POLICY_CHANGED", _("Approval policy changed")
    CLIENT_CHANGED = "CLIENT_CHANGED", _("API client changed")
    OWNER_CHANGED = "OWNER_CHANGED", _("Owner changed")
    KEY_CHANGED = "KEY_CHANGED", _("Key made, rotated or revoked")
    SECRET_CHANGED = "SECRET_CHANGED", _("Secret changed")
    SETTING_CHANGED = "SETTING_CHANGED", _("Setting changed")
    CODE_REVEALED = "CODE_REVEALED", _("Code shown")
    EXPORTED = "EXPORTED", _("Exported")
    PRINTED = "PRINTED", _("Statement or receipt opened")
    IMPORTED = "IMPORTED", _("Imported")
    FILE_TAKEN = "FILE_TAKEN", _("File taken out")
    RECONCILED = "RECONCILED", _("Reconciliation begun")
    FINDING_DECIDED = "FINDING_DECIDED", _("Finding decided")
    COMMAND_RUN = "COMMAND_RUN", _("Command run")
    ADDED = "ADDED", _("Added")
    CHANGED = "CHANGED", _("Changed")
    DELETED = "DELETED", _("Deleted")
    DONE = "DONE", _("Action taken")

"""What is refused on each table without conditions: what staff did and said outside the books is told for ever."""

GUARDED = {
    "django_admin_log": ("immutable", "no_truncate"),
    "backoffice_accesschange": ("no_delete", "no_truncate"),
    "backoffice_comment": ("immutable", "no_truncate"),
    "backoffice_withdrawal": ("immutable", "no_truncate"),
    "backoffice_mention": ("immutable", "no_truncate"),
}

#: The columns with words about people, and what stands there once they are erased.
ERASABLE = {
    "django_admin_log": {"object_repr": "text", "change_message": "text"},
    "backoffice_comment": {"text": "text"},
}

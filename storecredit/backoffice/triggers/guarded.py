"""What is refused on each table without conditions: what staff did outside the books is told for ever."""

GUARDED = {
    "django_admin_log": ("immutable", "no_truncate"),
}

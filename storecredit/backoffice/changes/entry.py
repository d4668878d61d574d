"""Who can sign in: that follows from what they may do."""

from django.contrib.auth.models import User


def let_in_by_role(person: User) -> None:
    """Whoever has a role, or is above all roles, can sign in, and nobody else; being switched off is another matter."""
    may_enter = person.is_superuser or person.groups.exists() or person.user_permissions.exists()
    if person.is_staff != may_enter:
        person.is_staff = may_enter
        person.save(update_fields=["is_staff"])

"""What `check --deploy` says of how staff sign in."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_second_factor(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Complain of a site where a stolen password is enough to move money."""
    if settings.SECOND_FACTOR:
        return []
    told = "SECOND_FACTOR is off: whoever learns somebody's password signs in as them and moves money."
    return [Warning(told, hint="Take SECOND_FACTOR out of the environment.", id="backoffice.W001")]

from typing import Any

from tests.backoffice.staff import PASSWORD


def sign_in(page: Any, username: str) -> None:
    """Have somebody sign in with their password, whoever was signed in before."""
    page.context.clear_cookies()
    page.goto("/admin/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("text=/Latest transactions|Letzte Buchungen/")

"""The served description, as schemathesis reads it: what it makes up is sent with one key."""

from typing import Any

from storecredit.wsgi import application


def open_description(key: str) -> Any:
    """
    The described API for whoever has this key. A body of more items than may be can also be too long to be read.

    What lies at the limits of the description, some hundred requests for each operation, is made up for whoever asks
    for it by `at_its_limits` alone: to make them up takes ten times as long as all the rest.
    """
    import schemathesis  # not there where only the tools for running tests are

    schema: Any = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    schema.config.update(headers={"Authorization": f"Bearer {key}", "x-api-key": key})
    schema.config.phases.coverage.enabled = False
    rejection = schema.config.checks.negative_data_rejection
    rejection.expected_statuses = [*rejection.expected_statuses, "413"]
    return schema


def at_its_limits(api: Any) -> Any:
    """The description with what lies at its limits."""
    api.config.phases.coverage.enabled = True
    return api

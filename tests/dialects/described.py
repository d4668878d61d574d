"""The served description, as schemathesis reads it: what it makes up is sent with one key."""

from typing import Any

from storecredit.wsgi import application


def open_description(key: str) -> Any:
    """The described API for whoever has this key. A body of more items than may be can also be too long to be read."""
    import schemathesis  # not there where only the tools for running tests are

    schema: Any = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    schema.config.update(headers={"Authorization": f"Bearer {key}", "x-api-key": key})
    rejection = schema.config.checks.negative_data_rejection
    rejection.expected_statuses = [*rejection.expected_statuses, "413"]
    return schema

"""A Python client that openapi-python-client made from the description, called by what the description calls things."""

import importlib
import inspect
import subprocess
import sys
import typing
from pathlib import Path
from types import ModuleType
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


def generate(description: Path, folder: Path) -> Path:
    """
    Make the package `generated` in the folder, and give its path.

    :raises AssertionError: if the generator warns, which it does of whatever it leaves out.
    """
    package = folder / "store_credit_client"
    settings = folder / "settings.yaml"
    # The linter that would put the code into shape is not asked to.
    settings.write_text("post_hooks: []\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none"]
    told = subprocess.run(
        [*command, f"--path={description}", f"--output-path={package}", f"--config={settings}"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return package


class Generated:
    """The package, as a program with one key uses it."""

    def __init__(self, package: Path, described: Any, *, url: str, key: str) -> None:
        self._package = package
        self._operations = {
            f"{method.upper()} {path.removeprefix('/api/v1')}": item[method]
            for path, item in described["paths"].items()
            for method in METHODS
            if method in item
        }
        import httpx  # not there either where the generator is not

        # By itself it waits five seconds, which a machine that does much besides may need.
        patient = httpx.Timeout(60)
        self._client = importlib.import_module(package.name).AuthenticatedClient(
            base_url=url, token=key, timeout=patient
        )

    def call(self, operation: str, body: Any = None, **parameters: Any) -> Any:
        """
        Call an operation, such as `GET /customers`, and give the client's response: `status_code` and `parsed`.

        :param body: as JSON; the client's own model is made of it.
        :param parameters: in the client's spelling; of an object the client's own model is made, too.
        """
        module = self._module_of(operation)
        objects = {name: value for name, value in (parameters | {"body": body}).items() if isinstance(value, dict)}
        parameters |= {name: _model_of(module, name).from_dict(value) for name, value in objects.items()}
        return module.sync_detailed(client=self._client, **parameters)

    def _module_of(self, operation: str) -> ModuleType:
        name = self._operations[operation]["operationId"]
        [module] = self._package.glob(f"api/*/{name}.py")
        return importlib.import_module(f"{self._package.name}.api.{module.parent.name}.{name}")


def _model_of(module: ModuleType, name: str) -> Any:
    """The class of the objects that an operation takes as its body or a parameter."""
    kinds = typing.get_type_hints(module.sync_detailed)[name]
    return next(kind for kind in (*typing.get_args(kinds), kinds) if inspect.isclass(kind) and kind.__name__ != "Unset")

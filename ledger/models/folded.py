"""A column with the words by which a row is found, written whenever the row is."""

from typing import Any

from django.db import models


class FoldedField(models.TextField):  # type: ignore[type-arg]  # takes no argument at run time
    """
    The words of its model's `fold_words`, with blanks between. A trigger puts each into a row of its own.

    To migrations it is a column of text.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"default": "", "db_default": "", "editable": False}
        super().__init__(*args, **defaults | kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", list(args), kwargs

    def pre_save(self, model_instance: Any, add: bool) -> str:
        """The words of what the row says now."""
        words: str = model_instance.fold_words()
        setattr(model_instance, self.attname, words)
        return words

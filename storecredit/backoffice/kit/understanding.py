"""What the address of a list asks for that makes no sense to it: the list says so, and shows no row."""

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any

from django.contrib.admin.filters import ChoicesFieldListFilter, RelatedFieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import IGNORED_PARAMS, PAGE_VAR, SEARCH_VAR
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from unfold.admin import ModelAdmin

from giftcards.queries import looks_like_a_code
from storecredit.backoffice.kit.labels import Words
from storecredit.settings.logs import mask

#: Longer than any name that is kept, and with more words than a database takes conditions.
LONGEST_SEARCH = 255
_MOST_NAMED = 5
_NOT_FILTERS = frozenset(IGNORED_PARAMS) - {SEARCH_VAR}
_VALUE_SHOWN = 60
# A number that no database counts to is a value of no row.
_SENSELESS = (IncorrectLookupParameters, OverflowError)
_QUOTES = str.maketrans("", "", "'\"")


class NotUnderstood(Exception):
    """A list is asked for what makes no sense to it: the names in its address."""

    def __init__(self, *names: str) -> None:
        super().__init__(", ".join(names))
        self.names = names


def refuse_unreadable(request: HttpRequest) -> None:
    """
    Refuse what no list can look for.

    :raises NotUnderstood: for what no text can hold, for a search longer than any name, and for what is asked for
        twice, of which only one would be heeded.
    """
    for name, values in request.GET.lists():
        told = {value for value in values if value}
        is_twice = len(told) > 1 and name not in _NOT_FILTERS
        if is_twice or "\0" in name or any("\0" in value for value in values):
            raise NotUnderstood(name)
    if len(request.GET.get(SEARCH_VAR, "").strip()) > LONGEST_SEARCH:
        raise NotUnderstood(SEARCH_VAR)


def list_not_understood(filters: Iterable[Any]) -> list[str]:
    """What filters of the admin cannot make sense of, each as a sentence: they find nothing for it."""
    wrong: list[str] = []
    for each in filters:
        wrong += getattr(each, "not_understood", ())
        if isinstance(each, ChoicesFieldListFilter):
            offered = {str(value) for value, _words in each.field.flatchoices}
        elif isinstance(each, RelatedFieldListFilter):
            offered = {str(key) for key, _words in each.lookup_choices}
        else:
            continue
        if any(str(value) not in offered for value in each.lookup_val or ()):
            wrong.append(say_no_choice(each.title))
    return wrong


def say_no_choice(title: Words) -> str:
    """That a filter has no such choice, or has it no more."""
    return gettext("%(filter)s: there is no such choice.") % {"filter": capfirst(str(title))}


class UnderstoodMixin(ModelAdmin):
    """A list that shows what it is asked for, or says what of it makes no sense. It never shows everything instead."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            return super().get_changelist_instance(request)
        except _SENSELESS as error:
            raise NotUnderstood(*self._list_wrong(request)) from error

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        try:
            return super().changelist_view(request, extra_context)
        except NotUnderstood as error:
            return self._say_not_understood(request, error.names, str((extra_context or {}).get("title", "")))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        # Django takes the quotes off a word, and a quote by itself would be found in every row.
        if search_term.strip() and not search_term.translate(_QUOTES).strip():
            return queryset.none(), False
        found: tuple[Any, bool] = super().get_search_results(request, queryset, search_term)
        return found

    def _list_wrong(self, request: HttpRequest) -> list[str]:
        """Which names in an address a list refuses each by itself; all of them if none is refused alone."""
        names = [name for name in request.GET if name not in IGNORED_PARAMS]
        return [name for name in names[:_MOST_NAMED] if not self._takes(request, name)] or names

    def _takes(self, request: HttpRequest, name: str) -> bool:
        alone, query = copy(request), QueryDict(mutable=True)
        query.setlist(name, request.GET.getlist(name))
        alone.GET = query  # type: ignore[assignment]  # what is written to is a copy
        try:
            super().get_changelist_instance(alone)
        except (*_SENSELESS, NotUnderstood):
            return False
        return True

    def _say_not_understood(self, request: HttpRequest, names: tuple[str, ...], title: str) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title or gettext(capfirst(str(self.opts.verbose_name_plural))),
            "wrong": list(_in_words(request, names)),
            "everything_url": self._address("changelist"),
        }
        return TemplateResponse(request, "backoffice/kit/list_refused.html", context, status=400)

    def _address(self, name: str) -> str:
        raise NotImplementedError


def _in_words(request: HttpRequest, names: tuple[str, ...]) -> Iterator[str]:
    for name in names[:_MOST_NAMED]:
        if name == PAGE_VAR:
            yield gettext("The page: no page of this list is called that.")
        elif name == SEARCH_VAR:
            yield gettext("The search: there are two, or it is too long, or it is no text.")
        else:
            values = request.GET.getlist(name)
            shown = " ".join(f"{_printed(name)}={_printed(value)}" for value in values[:_MOST_NAMED])
            yield gettext("The filter “%(filter)s”.") % {"filter": shown}


def _printed(text: str) -> str:
    """What somebody typed, short; a code of a card is printed nowhere."""
    if looks_like_a_code(text):
        return "…"
    return mask("".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text[:_VALUE_SHOWN]))

"""Filters of a list that somebody keeps under names of their own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.kit.actors import subject_of, tell
from storecredit.backoffice.kit.filtersets import FilterSetMixin
from storecredit.backoffice.kit.forms import DomainForm
from storecredit.backoffice.models import SavedFilter

MOST_SAVED = 10
_SEARCH = "q"
_LONGEST_QUERY = 4000


class SavedFilterForm(DomainForm):
    name = forms.CharField(max_length=60)


class SavedFiltersMixin(FilterSetMixin):
    """Whoever may see the list keeps filters of it, each for themselves; one of the same name takes its place."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        shown = {"saved_filters": self._saved(request).order_by("name")} | (extra_context or {})
        return super().changelist_view(request, shown)

    def get_urls(self) -> list[URLPattern]:
        names = f"{self.opts.app_label}_{self.opts.model_name}"
        save, delete = self.admin_site.admin_view(self.save_view), self.admin_site.admin_view(self.delete_filter_view)
        return [
            path("filters/save/", save, name=f"{names}_save_filter"),
            path("filters/<int:filter_id>/delete/", delete, name=f"{names}_delete_filter"),
            *super().get_urls(),
        ]

    def save_view(self, request: HttpRequest) -> HttpResponse:
        """Keep what the list is asked for."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked, form = self._read(request.POST.get("query", "")), SavedFilterForm(request.POST)
        refusal = self._why_not_kept(request, asked, form)
        if refusal:
            messages.error(request, refusal)
        else:
            name = form.cleaned_data["name"]
            with transaction.atomic():
                saved, _is_new = SavedFilter.objects.update_or_create(
                    owner_id=request.user.pk,
                    list=self.opts.label_lower,
                    name=name,
                    defaults={"query": asked.urlencode()},
                )
                tell(
                    request, kind=ActivityKind.SETTING_CHANGED, subject=subject_of(saved), details={"list": saved.list}
                )
            messages.success(request, gettext("The filter “%(name)s” is saved.") % {"name": name})
        return HttpResponseRedirect(f"{self._list_url()}?{asked.urlencode()}")

    def delete_filter_view(self, request: HttpRequest, filter_id: int) -> HttpResponse:
        """Forget a filter."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        saved = get_object_or_404(self._saved(request), pk=filter_id)
        with transaction.atomic():
            tell(request, kind=ActivityKind.DELETED, subject=subject_of(saved), details={"list": saved.list})
            saved.delete()
        messages.success(request, gettext("The filter “%(name)s” is deleted.") % {"name": saved.name})
        return HttpResponseRedirect(self._list_url())

    def _saved(self, request: HttpRequest) -> Any:
        return SavedFilter.objects.filter(owner_id=request.user.pk, list=self.opts.label_lower)

    def _read(self, query: str) -> QueryDict:
        """Of an address, what the list is asked for; not, say, which page."""
        kept = QueryDict(mutable=True)
        try:
            sent = QueryDict(query if len(query) <= _LONGEST_QUERY else "")
        except ValueError:  # more parameters than anybody's filters have
            return kept
        for name in (*self.filterset_class.base_filters, _SEARCH):
            if sent.get(name):
                kept[name] = sent[name]
        return kept

    def _why_not_kept(self, request: HttpRequest, asked: QueryDict, form: SavedFilterForm) -> str:
        """Why a filter is not kept; blank if it is."""
        if not form.is_valid():
            return gettext("Nothing was saved. Name: %(wrong)s") % {"wrong": form.errors["name"][0]}
        if not asked or len(asked.urlencode()) > _LONGEST_QUERY:
            return gettext("Nothing was saved: choose first what to show.")
        if not self.filterset_class(asked, queryset=self.model._default_manager.none()).is_valid():
            return gettext("Nothing was saved: the filter makes no sense as it is.")
        others = self._saved(request).exclude(name=form.cleaned_data["name"])
        if others.count() >= MOST_SAVED:
            return gettext("Nothing was saved: there are %(most)s filters of this list already. Delete one first.") % {
                "most": MOST_SAVED
            }
        return ""

    def _list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

"""The admin classes that all apps derive from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Model, PositiveIntegerField, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from ledger.errors import DomainError
from storecredit.backoffice.kit.exports import ExportMixin
from storecredit.backoffice.kit.labels import Words
from storecredit.backoffice.kit.numbers import CountField
from storecredit.backoffice.kit.once import OnceMixin
from storecredit.backoffice.kit.paging import CountedChangeList, KeysetChangeList, ListPaginator
from storecredit.backoffice.kit.parts import Button, Head, Link
from storecredit.backoffice.kit.steps import ConfirmStep
from storecredit.backoffice.kit.told import ways_to_activity


class OfferedLookupsMixin(ModelAdmin):
    """A list that its address narrows by what it offers, and by nothing else."""

    #: Fields by which other pages lead to the list, besides those of its filters.
    led_to_by: ClassVar[Sequence[str]] = ()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        # Narrowed by what a column begins with that nobody is shown, a list would tell it letter by letter.
        try:
            field = self.opts.get_field(lookup.partition(LOOKUP_SEP)[0])
        except FieldDoesNotExist:
            return super().lookup_allowed(lookup, value, request)
        filters = [each[0] if isinstance(each, tuple) else each for each in self.list_filter]
        if lookup in {getattr(each, "parameter_name", None) for each in filters}:
            return True
        offered = {each.partition(LOOKUP_SEP)[0] for each in filters if isinstance(each, str)}
        return field.name in offered | {*self.led_to_by} and super().lookup_allowed(lookup, value, request)


class HouseAdmin(OfferedLookupsMixin, ExportMixin, OnceMixin):
    """What has a history is never deleted, and a list never counts its whole table."""

    actions: Sequence[Any] | None = None
    show_full_result_count = False
    # In any other order than the list's own, each page would sort all of its rows.
    sortable_by: Sequence[str] | None = ()
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_filter_submit = True
    #: Rows open none; a name that is missing is looked for once a row.
    list_sections: Sequence[Any] = ()

    def ways_from_list(self, request: HttpRequest) -> list[Button]:
        """The ways that lead on from the list, besides its rows, for whoever asks."""
        return []

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"list_ways": self.ways_from_list(request)} | (extra_context or {}))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return KeysetChangeList

    def get_paginator(self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **kwargs: Any) -> Any:
        # What staff did to one object is counted, newest first; what a field offers may be a table of millions.
        if isinstance(queryset, QuerySet) and queryset.model is LogEntry:
            return Paginator(queryset.order_by("-action_time", "-pk"), per_page, *args, **kwargs)
        return ListPaginator(queryset, per_page, *args, **kwargs)


class ShortListMixin(ModelAdmin):
    """For lists that stay short: they say how many there are."""

    show_full_result_count = True
    sortable_by: Sequence[str] | None = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return CountedChangeList

    def get_paginator(self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **kwargs: Any) -> Any:
        return Paginator(queryset, per_page, *args, **kwargs)


class ReadOnlyAdmin(HouseAdmin):
    """To be looked at by those who may view it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class AuditedAdmin(HouseAdmin):
    """
    Added and edited by operations of the domain, under Django's log of who changed what.

    What the domain or the database refuses is shown on the form, with the input still in it.
    """

    formfield_overrides: ClassVar[dict[Any, Any]] = {
        PositiveIntegerField: {"form_class": CountField, "widget": UnfoldAdminTextInputWidget},
    }

    def create(self, form: Any, request: HttpRequest) -> Model:
        """Add what the form says, by an operation."""
        raise NotImplementedError

    def update(self, obj: Model, changes: dict[str, Any], request: HttpRequest) -> Model:
        """Change an object, by an operation."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if not change:
            saved = self.create(form, request)
        else:
            saved = self.update(obj, {name: form.cleaned_data[name] for name in form.changed_data}, request)
        obj.__dict__.update({name: value for name, value in saved.__dict__.items() if name != "_state"})
        obj._state.adding = False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        made: type[Any] = super().get_form(request, obj, change=change, **kwargs)
        refused = getattr(request, "refused", None)
        if refused is None:
            return made

        class Refused(made):
            def clean(self) -> Any:
                cleaned = super().clean()
                self.add_error(None, refused)
                return cleaned

        return Refused

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            words = str(error)
        except IntegrityError:
            words = gettext("The books refuse this change. Nothing was saved.")
        request.refused = words  # type: ignore[attr-defined]  # the request carries it to the page
        return super().changeform_view(request, object_id, form_url, extra_context)


class SingleRowAdmin(ShortListMixin, AuditedAdmin):
    """For rules that are one row: the list is the row itself, and it is never added twice."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request) and not self.model._default_manager.exists()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        rules = self.model._default_manager.first()
        if rules:
            return HttpResponseRedirect(self._row_url(rules))
        if self.has_add_permission(request):
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add"))
        return super().changelist_view(request, extra_context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"title": gettext(capfirst(str(self.opts.verbose_name))), "show_save_and_add_another": False}
        return super().add_view(request, form_url, shown | (extra_context or {}))

    def create(self, form: Any, request: HttpRequest) -> Model:
        saved: Model = form.instance
        saved.pk = 1
        saved.save(force_insert=True)
        return saved

    def update(self, obj: Model, changes: dict[str, Any], request: HttpRequest) -> Model:
        obj.save(update_fields=list(changes))
        return obj

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(self._row_url(obj))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(self._row_url(obj))

    def _row_url(self, row: Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])


NOT_PERMITTED = _("your role does not include it.")


@dataclass(frozen=True, slots=True)
class StepButton:
    """A step as a page offers it: at an address, or with the reason why not."""

    slug: str
    label: str
    icon: str
    url: str
    danger: bool
    is_rare: bool
    is_permitted: bool
    refusal: Words


@dataclass(frozen=True, slots=True)
class Refusal:
    """Steps that are not offered, and why."""

    labels: str
    why: str


def buttons_context(listed: Sequence[StepButton]) -> dict[str, Any]:
    """The steps that are offered, and in words those that are not."""
    refusals: dict[str, list[str]] = {}
    for button in listed:
        if button.refusal:
            refusals.setdefault(str(button.refusal), []).append(button.label)
    return {
        "buttons": [button for button in listed if not button.refusal],
        "refusals": [Refusal(", ".join(labels), why) for why, labels in refusals.items()],
    }


class PageMixin(ModelAdmin):
    """An object has a page of its own in place of Django's form, and steps that can be taken from there."""

    steps: ClassVar[Sequence[type[ConfirmStep]]] = ()
    page_template: ClassVar[str]

    def page_context(self, request: HttpRequest, target: Any) -> dict[str, Any]:
        """What the page shows of the object: its `head`, and what its template names."""
        raise NotImplementedError

    def page_url(self, target: Any) -> str:
        """Where the object is looked at; before it is there, where its kind is listed."""
        if target._state.adding:
            return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[target.pk])

    def log_link(self, target: Any, words: str = "") -> Link:
        """The way to what staff did to an object outside the books."""
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[target.pk])
        return Link(words or gettext("Staff log"), url)

    def page_frame(self, request: HttpRequest, target: Any) -> dict[str, Any]:
        """What every page around an object needs, or around one that is to be made."""
        request.current_app = self.admin_site.name
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "model_admin": self}
        return frame if target._state.adding else frame | {"original": target}

    def list_buttons(self, request: HttpRequest, target: Any, only: Sequence[str] = ()) -> list[StepButton]:
        """The steps of one object, in their order; `only` those of some names."""
        steps = [step(self, request, target) for step in self.steps if not only or step.slug in only]
        return [self._button(step, target) for step in steps]

    def _button(self, step: ConfirmStep, target: Any) -> StepButton:
        is_permitted = step.is_permitted()
        return StepButton(
            slug=step.slug,
            label=str(step.label),
            icon=step.icon,
            url=reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{step.slug}", args=[target.pk]),
            danger=step.danger,
            is_rare=step.is_rare,
            is_permitted=is_permitted,
            refusal=step.refusal() if is_permitted else NOT_PERMITTED,
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        target = self.get_page_object(request, object_id)
        if target is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, target):
            raise PermissionDenied
        context = self.page_frame(request, target) | {"title": str(target)}
        context |= buttons_context(self.list_buttons(request, target)) | self.page_context(request, target)
        if isinstance(head := context.get("head"), Head):
            context["head"] = replace(head, ways=[*head.ways, *ways_to_activity(request, target)])
        return TemplateResponse(request, self.page_template, context | (extra_context or {}))

    def get_page_object(self, request: HttpRequest, object_id: str) -> Any:
        return self.get_object(request, unquote(object_id))

    def step_view(self, request: HttpRequest, object_id: str, step: type[ConfirmStep]) -> HttpResponse:
        """Answer for one step of one object."""
        target = self.get_page_object(request, object_id)
        if target is None:
            raise Http404
        return step(self, request, target).respond()

    def get_urls(self) -> list[URLPattern]:
        names = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path(
                f"<path:object_id>/{step.slug}/",
                self.admin_site.admin_view(partial(self.step_view, step=step)),
                name=f"{names}_{step.slug}",
            )
            for step in self.steps
        ] + super().get_urls()


class EditablePageMixin(PageMixin):
    """A page from which those who may can go on to Django's form, and come back to the page after it."""

    def edit_url(self, request: HttpRequest, target: Any) -> str:
        """Where it is edited; blank for those who may not."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_edit"
        return reverse(name, args=[target.pk]) if self.has_change_permission(request, target) else ""

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Django's own form."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return self.changeform_view(request, object_id)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(self.page_url(obj))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(self.page_url(obj))

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_edit"
        edit = path("<path:object_id>/edit/", self.admin_site.admin_view(self.edit_view), name=name)
        return [edit, *super().get_urls()]

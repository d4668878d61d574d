from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NoticeChoice(models.TextChoices):
    """When somebody gets mail of something."""

    AT_ONCE = "AT_ONCE", pgettext_lazy("mail", "At once")
    DAILY = "DAILY", _("Once a day")
    NEVER = "NEVER", _("Not at all")


class Preferences(models.Model):
    """What a person wants pages to be shown in, where blank is what the shop has; and what they want to be mailed."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    # Without choices, for a language or a zone may be gone by the time that it is read.
    language = models.CharField(max_length=16, blank=True, help_text=_("A code such as de."))
    time_zone = models.CharField(max_length=64, blank=True, help_text=_("A name such as Europe/Berlin."))
    notices_waiting = models.CharField(max_length=7, choices=NoticeChoice, default=NoticeChoice.AT_ONCE)
    notices_decided = models.CharField(max_length=7, choices=NoticeChoice, default=NoticeChoice.AT_ONCE)
    notices_mentioned = models.CharField(max_length=7, choices=NoticeChoice, default=NoticeChoice.AT_ONCE)

    class Meta:
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return f"{self.language or '–'}, {self.time_zone or '–'}"

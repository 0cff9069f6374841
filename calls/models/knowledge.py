"""What the business lets its agent say."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models import TenantOwned


class KnowledgeEntry(TenantOwned):
    """A question that callers ask, and the one answer to it. What stands nowhere is not answered."""

    question = models.CharField(
        _("question"), max_length=300, help_text=_("As callers ask: “Is there parking?”")
    )
    also = models.CharField(
        _("other words for it"),
        max_length=500,
        blank=True,
        help_text=_("Separated by commas: car park, where can I leave the car"),
    )
    answer = models.TextField(
        _("answer"), max_length=600, help_text=_("One or two sentences, as they are to be spoken.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("answer to callers")
        verbose_name_plural = _("answers to callers")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "question"], name="knowledge_question_once_per_tenant"
            ),
            models.CheckConstraint(
                name="knowledge_has_question_and_answer",
                condition=~Q(question="") & ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return self.question

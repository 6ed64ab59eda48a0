"""Why somebody of an employer is not paid for in its return (未申报说明): left, unpaid, moved.

A yearly return is complete where each person who works there has either wages in it or one of these answers. Who has
left or moved is answered for with the first month without the person, and why: the approval enters the leaving.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.choices import LeaveReason
from jilin_si.access.scope import ScopedManager


class Answer(models.TextChoices):
    """What became of a person who has no wages in the return."""

    LEFT = "left", _("Has left")
    UNPAID = "unpaid", _("Unpaid")
    MOVED = "moved", _("Moved")


LEAVING = (Answer.LEFT, Answer.MOVED)
# Why people leave one by one; the others are an event of the employer, or a move, which has its own answer.
LEFT_BECAUSE = [
    choice
    for choice in LeaveReason.choices
    if choice[0] not in (LeaveReason.TRANSFERRED, LeaveReason.EMPLOYER_ENDED)
]
REASONS: dict[str, set[str]] = {
    Answer.LEFT: {str(value) for value, _word in LEFT_BECAUSE},
    Answer.MOVED: {str(LeaveReason.TRANSFERRED), str(LeaveReason.MOVED_AWAY)},
}


class DeclarationAnswer(models.Model):
    """One person of a return who is answered for instead of declared; as the return was handed in.

    ``effective_period`` is the first month without the person and ``leave_reason`` why: none for who is unpaid, and for
    who had left before by another act.
    """

    id = models.BigAutoField(primary_key=True)
    declaration = models.ForeignKey(
        "enrollment.Declaration", models.PROTECT, related_name="answers", verbose_name=_("declaration")
    )
    worker = models.ForeignKey(
        "enrollment.Worker", models.PROTECT, related_name="+", verbose_name=_("worker")
    )
    county = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("county"))
    employer = models.ForeignKey(
        "enrollment.Employer", models.PROTECT, related_name="+", verbose_name=_("employer")
    )
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices)
    note = models.CharField(_("reason"), max_length=200, blank=True, default="")
    effective_period = models.DateField(_("left from"), null=True, blank=True)
    leave_reason = models.CharField(
        _("reason for leaving"),
        max_length=30,
        choices=LeaveReason.choices,
        blank=True,
        default="",
        db_default="",
    )

    scope_employer = "employer_id"
    objects = ScopedManager()

    class Meta:
        verbose_name = _("person answered for")
        verbose_name_plural = _("people answered for")
        constraints = [
            models.UniqueConstraint(fields=["declaration", "worker"], name="declaration_answer_once"),
            models.CheckConstraint(
                condition=models.Q(answer__in=["left", "unpaid", "moved"]), name="declaration_answer_known"
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(effective_period__isnull=True, leave_reason="")
                    | (
                        models.Q(answer__in=["left", "moved"], effective_period__day=1)
                        & ~models.Q(leave_reason="")
                    )
                ),
                name="declaration_answer_leaves_when_and_why",
            ),
        ]

    def __str__(self) -> str:
        return self.get_answer_display()

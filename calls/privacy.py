"""Personal data in the calls room: shown, erased, and purged when its time is over."""

from datetime import datetime, timedelta
from typing import Any

from calls.models import Assurance, Call, CallbackRequest, Errand, ToolCall

# How long what was said is kept: words and recordings; numbers and outcomes stay for the books.
TRANSCRIPTS_ARE_KEPT = timedelta(days=90)


def disclose(*, customer_id: int) -> dict[str, Any]:
    """Return everything that is kept about a customer's calls, within the active tenant."""
    calls = Call.objects.filter(customer_id=customer_id).order_by("pk")
    return {
        "calls": list(
            calls.values(
                "id", "from_number", "to_number", "started_at", "ended_at", "transcript", "summary",
                "outcome",
            )
        ),
        "callback_requests": list(
            CallbackRequest.objects.filter(call__in=calls)
            .order_by("pk")
            .values("id", "name", "phone", "reason", "wish", "notes", "due_at", "status")
        ),
        "errands": list(
            Errand.objects.filter(call__in=calls)
            .order_by("pk")
            .values("id", "kind", "name", "birth_date", "phone", "subject", "text", "status")
        ),
        "assurances": list(
            Assurance.objects.filter(call__in=calls)
            .order_by("pk")
            .values("id", "appointment_id", "kind", "starts_at", "given_at", "outcome")
        ),
        "tool_calls": list(
            ToolCall.objects.filter(call__in=calls).order_by("pk").values("name", "arguments", "answer", "at")
        ),
    }  # fmt: skip


def erase(*, customer_id: int) -> None:
    """Forget who called and what was said; that there was a call stays, for the books."""
    calls = Call.objects.filter(customer_id=customer_id)
    CallbackRequest.objects.filter(call__in=calls).delete()
    Errand.objects.filter(call__in=calls).delete()
    Assurance.objects.filter(call__in=calls).delete()
    ToolCall.objects.filter(call__in=calls).update(arguments={}, answer={}, decisions=[])
    calls.update(
        from_number=None,
        customer=None,
        transcript="",
        turns=[],
        invocations=[],
        findings=[],
        summary="",
        analysis={},
        recording_url="",
    )


def purge(*, now: datetime) -> int:
    """Forget the words of calls of the active tenant that are past their time; return how many calls."""
    before = now - TRANSCRIPTS_ARE_KEPT
    old = Call.objects.filter(created_at__lt=before).exclude(transcript="", summary="")
    ToolCall.objects.filter(at__lt=before).exclude(arguments={}).update(
        arguments={}, answer={}, decisions=[]
    )
    # What was done is forgotten with the words; what still waits is not.
    Errand.objects.filter(created_at__lt=before, status=Errand.Status.DONE).delete()
    CallbackRequest.objects.filter(created_at__lt=before).exclude(
        status__in=CallbackRequest.WAITING
    ).delete()
    Assurance.objects.filter(settled_at__lt=before).delete()
    return old.update(
        transcript="",
        turns=[],
        invocations=[],
        findings=[],
        summary="",
        analysis={},
        recording_url="",
    )

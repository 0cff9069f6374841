"""Errands: what a person of the business has to do for a caller."""

from datetime import date, datetime, timedelta

from calls.models import Call, Errand

DUE_AFTER = timedelta(hours=24)


def note(
    call: Call,
    *,
    kind: str,
    name: str,
    birth_date: date | None,
    phone: str | None,
    subject: str,
    text: str,
    now: datetime,
) -> Errand:
    """Note what a caller left. The same again completes what stands there."""
    Errand.objects.bulk_create(
        [
            Errand(
                tenant_id=call.tenant_id,
                call=call,
                kind=kind,
                name=name[:255],
                birth_date=birth_date,
                phone=phone,
                subject=subject[:300],
                text=text,
                status=Errand.Status.OPEN,
                due_at=now + DUE_AFTER,
            )
        ],
        ignore_conflicts=True,
    )
    noted = Errand.objects.select_for_update(of=("self",)).get(
        call=call, kind=kind, name=name[:255], subject=subject[:300], status=Errand.Status.OPEN
    )
    noted.birth_date = birth_date or noted.birth_date
    noted.phone = phone or noted.phone
    noted.text = text or noted.text
    noted.save()
    return noted


def finish(errand: Errand, *, now: datetime) -> None:
    """Note that it is done. Done already: nothing happens."""
    if errand.status == Errand.Status.DONE:
        return
    errand.status = Errand.Status.DONE
    errand.done_at = now
    errand.save(update_fields=["status", "done_at", "updated_at"])

"""The tool that keeps whether the call may be recorded."""

from datetime import datetime

from calls import arguments
from calls.answers import Answer
from calls.models import Call

RECORDING_ASKED = (
    "Darf das Gespräch zur Qualitätssicherung aufgezeichnet werden? Sie können auch nein sagen."
)


def note_recording_consent(call: Call, *, consent: str, now: datetime) -> Answer:
    """Keep the caller's yes or no to a recording. Without a yes none is kept; the conversation goes on either way."""
    if consent == arguments.YES:
        call.recording_consent = Call.Consent.GRANTED
        say = "Danke. Was kann ich für Sie tun?"
    elif consent == arguments.NO:
        was = call.recording_consent
        call.recording_consent = (
            Call.Consent.REVOKED if was == Call.Consent.GRANTED else Call.Consent.DENIED
        )
        call.recording_url = ""
        say = "In Ordnung, es wird nichts aufgezeichnet. Was kann ich für Sie tun?"
    else:
        return Answer(state="ask_consent", say=RECORDING_ASKED, data={"fields": ["consent"]})
    call.recording_consent_at = now
    call.save(
        update_fields=["recording_consent", "recording_consent_at", "recording_url", "updated_at"]
    )
    return Answer(state="consent_noted", say=say, data={"recording": call.recording_consent})

"""What the caller was told and agreed to: that a machine speaks, and whether the call may be recorded."""

import hashlib
from datetime import datetime

from calls import arguments
from calls.answers import Answer
from calls.models import Call

RECORDING_ASKED = (
    "Darf das Gespräch zur Qualitätssicherung aufgezeichnet werden? Sie können auch nein sagen."
)
_WORDS_OF_DISCLOSURE = (
    "digital",
    "kuenstlich",
    "künstlich",
    "ki-",
    " ki ",
    "automatisch",
    "computer",
)


def version_of(words: str) -> str:
    """Return the short name of a wording, by which it can be proved later what was said."""
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:12]


def says_it_is_a_machine(words: str) -> bool:
    """Whether a first sentence says that no human being is speaking."""
    plain = f" {words.lower()} "
    return any(each in plain for each in _WORDS_OF_DISCLOSURE)


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

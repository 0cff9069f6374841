"""What the platform gets beside prompt and greeting: tools, limits, storage. Fields as retell-sdk 6.2.13 types them."""

from typing import Any

from django.conf import settings

from calls import tools
from calls.agents import prompt
from calls.agents.facts import Facts
from calls.agents.wording import LANGUAGES
from calls.models import Agent

SILENCE_MS = 30_000
LONGEST_CALL_MS = 15 * 60_000
KEPT_DAYS = 30
_SIGNED_LINK_MS = 24 * 3600 * 1000
# Nobody took over: that is a callback at once, whatever the model makes of it.
_WEBHOOK_EVENTS = ("call_started", "call_ended", "call_analyzed", "transfer_cancelled")
_UNKNOWN_AT_FIRST = (
    *("datum", "wochentag", "uhrzeit", "anrufer_name"),
    *("jetzt_geoeffnet", "nur_rueckruf", "verbindet"),
)
# How long it rings at whoever takes over, and how long until somebody has said something there.
_RINGS_MS = 25_000
_ANSWERS_WITHIN_MS = 35_000
_PERSONAL = (
    "person_name",
    "address",
    "email",
    "phone_number",
    "date_of_birth",
    "credit_card",
    "bank_account",
    "medical_id",
)
# ElevenLabs' voices speak German well with this model; the others have none to choose.
_VOICE_MODELS = {"11labs-": "eleven_multilingual_v2"}


def llm(agent: Agent, facts: Facts, *, greeting: str, text: str, base_url: str) -> dict[str, Any]:
    """Return the platform's language model as it is to be: what it says, what it may ask us."""
    chosen: dict[str, Any] = {}
    if settings.RETELL_MODEL:
        chosen["model_config"] = {
            "type": "cascading",
            "primary": {"model": settings.RETELL_MODEL},
            "temperature": 0.2,
        }
    return {
        "start_speaker": "agent",
        "begin_message": greeting,
        "general_prompt": text,
        "general_tools": [
            *tools.definitions(base_url=base_url),
            *_transfer_call(facts.transfer_number),
            _END_CALL,
        ],
        # Without the inbound webhook's answer the prompt must not show its placeholders.
        "default_dynamic_variables": {
            "askpro_agent": mark(agent),
            **dict.fromkeys(_UNKNOWN_AT_FIRST, ""),
            "anrufer_bekannt": "false",
        },
        **chosen,
    }


def agent(agent: Agent, facts: Facts, *, base_url: str) -> dict[str, Any]:
    """Return the platform's agent as it is to be, without its engine."""
    return {
        "agent_name": name(agent, facts),
        "language": LANGUAGES[agent.language].locale,
        "timezone": facts.time_zone,
        "webhook_url": f"{base_url}/api/retell/webhook",
        "webhook_events": list(_WEBHOOK_EVENTS),
        "webhook_timeout_ms": 10_000,
        "end_call_after_silence_ms": SILENCE_MS,
        "max_call_duration_ms": LONGEST_CALL_MS,
        "reminder_trigger_ms": 10_000,
        "reminder_max_count": 1,
        "data_storage_setting": "everything_except_pii",
        "data_storage_retention_days": KEPT_DAYS,
        "opt_in_signed_url": True,
        "signed_url_expiration_ms": _SIGNED_LINK_MS,
        "pii_config": {"mode": "post_call", "categories": list(_PERSONAL)},
        "handbook_config": {"ai_disclosure": True, "scope_boundaries": True},
        "post_call_analysis_data": list(_ANALYSIS),
        "boosted_keywords": prompt.keywords(agent, facts),
        **_voice(agent),
    }


def inbound_webhook(base_url: str) -> str:
    """Return where we are asked before a call is answered."""
    return f"{base_url.rstrip('/')}/api/retell/inbound"


def own_engine(*, websocket_url: str) -> dict[str, str]:
    """Return the engine of an agent that our own dialogue manager speaks for."""
    return {"type": "custom-llm", "llm_websocket_url": f"{websocket_url}/api/retell/llm"}


def name(agent: Agent, facts: Facts) -> str:
    """Return the agent's name at the platform: for people, with the mark by which it is found again."""
    return f"{facts.business} - Agent ({facts.branch}, {mark(agent)})"


def mark(agent: Agent) -> str:
    """Return what makes this agent findable at the platform; creating one has no idempotency key there."""
    return f"askpro-{agent.tenant_id.hex[:8]}-{agent.pk}"


def _voice(agent: Agent) -> dict[str, str]:
    voice_id = agent.voice_id or settings.RETELL_VOICE_ID
    for prefix, model in _VOICE_MODELS.items():
        if voice_id.startswith(prefix):
            return {"voice_id": voice_id, "voice_model": model}
    return {"voice_id": voice_id}


def _transfer_call(number: str | None) -> list[dict[str, Any]]:
    """Return the platform's tool that puts a caller through, where the branch has somebody who takes over.

    A warm transfer looks for a human voice first: where nobody answers the caller comes back to the agent, and
    `transfer_cancelled` is sent; a cold one would be gone.
    """
    if not number:
        return []
    return [
        {
            "type": "transfer_call",
            "name": "transfer_call",
            "description": "Stellt den Anrufer durch. Nur direkt nachdem transfer_to_human state=transfer geantwortet hat.",
            "transfer_destination": {"type": "predefined", "number": number},
            "transfer_option": {
                "type": "warm_transfer",
                "transfer_ring_duration_ms": _RINGS_MS,
                "agent_detection_timeout_ms": _ANSWERS_WITHIN_MS,
                "on_hold_music": "ringtone",
            },
            "speak_during_execution": False,
        }
    ]


_END_CALL = {
    "type": "end_call",
    "name": "end_call",
    "description": "Beendet das Gespräch, nachdem sich beide verabschiedet haben.",
}
_ANALYSIS: tuple[dict[str, Any], ...] = (
    {"type": "system-presets", "name": "call_summary"},
    {"type": "system-presets", "name": "call_successful"},
    {"type": "system-presets", "name": "user_sentiment"},
    {
        "type": "boolean",
        "name": "appointment_requested",
        "description": "Wollte der Anrufer einen Termin vereinbaren, verschieben oder absagen?",
        "required": False,
    },
    {
        "type": "boolean",
        "name": "appointment_promised",
        "description": "Hat der Agent gesagt, dass ein Termin gebucht ist?",
        "required": False,
    },
    {
        "type": "string",
        "name": "kundenname",
        "description": "Name, den der Anrufer genannt hat.",
        "required": False,
    },
    {
        "type": "enum",
        "name": "anliegen",
        "description": "Worum ging es?",
        "choices": ["termin_buchen", "termin_aendern", "termin_absagen", "auskunft", "sonstiges"],
        "required": False,
    },
)

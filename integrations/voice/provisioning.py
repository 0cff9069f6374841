"""Setting up agents at Retell: language model, agent, versions, numbers.

Creating has no idempotency key there, so what may exist is looked for first, by a mark that we put on it.
Source: type annotations of retell-sdk 6.2.13 and the documentation of Retell, read 2026-11-21.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from integrations import http
from integrations.errors import PermanentError
from integrations.voice import client

# A workspace of a thousand businesses has thousands of models; what is not found among these is not there.
_MOST_PAGES = 50
_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class AgentAtProvider:
    """An agent's newest version as Retell has it."""

    agent_id: str
    version: int
    is_published: bool
    llm_id: str
    llm_version: int | None


@dataclass(frozen=True, kw_only=True)
class NumberAtProvider:
    """A number, who answers it (agent, version) and who is asked before that."""

    number: str
    answered_by: tuple[tuple[str, str], ...]
    inbound_webhook_url: str


def find_llm(mark: str, *, key: str) -> str | None:
    """Return the id of the language model that carries our mark.

    :raises ProviderError: no usable answer
    """
    for item in _pages("/v2/list-retell-llms", "list_llms", key=key):
        variables = item.get("default_dynamic_variables")
        if isinstance(variables, dict) and variables.get("askpro_agent") == mark:
            return _id(item, "llm_id")
    return None


def create_llm(content: dict[str, Any], *, key: str) -> str:
    """Create a language model and return its id.

    :raises ProviderError: no usable answer
    """
    answer = client.ask("POST", "/create-retell-llm", "create_llm", key=key, content=content)
    return _id_in(answer, "llm_id")


def update_llm(llm_id: str, content: dict[str, Any], *, version: int | None, key: str) -> None:
    """Bring a language model's draft to this content.

    :raises ProviderError: no usable answer
    """
    at = "" if version is None else f"?version={version}"
    path = f"/update-retell-llm/{quote(llm_id, safe='')}{at}"
    client.ask("PATCH", path, "update_llm", key=key, content=content)


def find_agent(mark: str, *, key: str) -> str | None:
    """Return the id of the agent whose name carries our mark.

    :raises ProviderError: no usable answer
    """
    content = {"limit": _PAGE, "filter_criteria": {"query": mark}}
    answer = client.ask("POST", "/v2/list-agents", "list_agents", key=key, content=content)
    for item in _items(answer):
        if mark in str(item.get("agent_name", "")):
            return _id(item, "agent_id")
    return None


def get_agent(agent_id: str, *, key: str) -> AgentAtProvider | None:
    """Return an agent's newest version, None when it is not there under this key.

    :raises ProviderError: no usable answer
    """
    path = f"/get-agent/{quote(agent_id, safe='')}"
    try:
        answer = client.ask("GET", path, "get_agent", key=key)
    except PermanentError as error:
        if error.status in client.NOT_THERE:
            return None
        raise
    return _agent(answer)


def read_agent(agent_id: str, *, version: int | None, key: str) -> dict[str, Any] | None:
    """Return an agent as the platform has it, None when it is not there under this key.

    :raises ProviderError: no usable answer
    """
    return _read(f"/get-agent/{quote(agent_id, safe='')}", version, "get_agent", key=key)


def read_llm(llm_id: str, *, version: int | None, key: str) -> dict[str, Any] | None:
    """Return a language model as the platform has it, None when it is not there under this key.

    :raises ProviderError: no usable answer
    """
    return _read(f"/get-retell-llm/{quote(llm_id, safe='')}", version, "get_llm", key=key)


def create_agent(content: dict[str, Any], *, key: str) -> AgentAtProvider:
    """Create an agent and return its first draft.

    :raises ProviderError: no usable answer
    """
    return _agent(client.ask("POST", "/create-agent", "create_agent", key=key, content=content))


def new_draft(agent_id: str, *, base_version: int, key: str) -> AgentAtProvider:
    """Open a new draft from a published version and return it.

    :raises ProviderError: no usable answer
    """
    path = f"/create-agent-version/{quote(agent_id, safe='')}"
    content = {"base_version": base_version}
    return _agent(client.ask("POST", path, "create_agent_version", key=key, content=content))


def update_agent(agent_id: str, content: dict[str, Any], *, version: int, key: str) -> None:
    """Bring an agent's draft to this content.

    :raises ProviderError: no usable answer
    """
    path = f"/update-agent/{quote(agent_id, safe='')}?version={version}"
    client.ask("PATCH", path, "update_agent", key=key, content=content)


def publish_agent(agent_id: str, *, version: int, title: str, key: str) -> None:
    """Publish a draft; from then on it is not changed any more.

    :raises ProviderError: no usable answer
    """
    path = f"/publish-agent-version/{quote(agent_id, safe='')}"
    content = {"version": version, "version_title": title}
    client.ask("POST", path, "publish_agent", key=key, content=content)


def get_number(number: str, *, key: str) -> NumberAtProvider | None:
    """Return a number (E.164) as Retell has it, None when it was never imported under this key.

    :raises ProviderError: no usable answer
    """
    path = f"/get-phone-number/{quote(number, safe='')}"
    try:
        answer = client.ask("GET", path, "get_number", key=key)
    except PermanentError as error:
        if error.status in client.NOT_THERE:
            return None
        raise
    return _number(answer.json(), number)


def import_number(content: dict[str, Any], *, key: str) -> None:
    """Bring in a number over a SIP trunk: Retell sells none in Germany.

    :raises ProviderError: no usable answer
    """
    client.ask("POST", "/import-phone-number", "import_number", key=key, content=content)


def update_number(number: str, content: dict[str, Any], *, key: str) -> None:
    """Change who answers a number.

    :raises ProviderError: no usable answer
    """
    path = f"/update-phone-number/{quote(number, safe='')}"
    client.ask("PATCH", path, "update_number", key=key, content=content)


def _read(path: str, version: int | None, operation: str, *, key: str) -> dict[str, Any] | None:
    at = "" if version is None else f"?version={version}"
    try:
        return client.ask("GET", f"{path}{at}", operation, key=key).json()
    except PermanentError as error:
        if error.status in client.NOT_THERE:
            return None
        raise


def _pages(path: str, operation: str, *, key: str) -> Iterator[dict[str, Any]]:
    page = ""
    for _ in range(_MOST_PAGES):
        after = f"&pagination_key={quote(page, safe='')}" if page else ""
        answer = client.ask("GET", f"{path}?limit={_PAGE}{after}", operation, key=key)
        yield from _items(answer)
        content = answer.json()
        page = str(content.get("pagination_key") or "")
        if content.get("has_more") is not True or not page:
            return


def _items(answer: http.Answer) -> list[dict[str, Any]]:
    items = answer.json().get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise answer.unreadable()
    return items


def _agent(answer: http.Answer) -> AgentAtProvider:
    content = answer.json()
    agent_id, version = content.get("agent_id"), content.get("version")
    if not isinstance(agent_id, str) or not agent_id or not isinstance(version, int | float):
        raise answer.unreadable()
    engine = content.get("response_engine")
    engine = engine if isinstance(engine, dict) else {}
    llm_version = engine.get("version")
    return AgentAtProvider(
        agent_id=agent_id,
        version=int(version),
        is_published=content.get("is_published") is True,
        llm_id=str(engine.get("llm_id") or ""),
        llm_version=int(llm_version) if isinstance(llm_version, int | float) else None,
    )


def _number(content: dict[str, Any], number: str) -> NumberAtProvider:
    agents = content.get("inbound_agents")
    agents = agents if isinstance(agents, list) else []
    return NumberAtProvider(
        number=number,
        answered_by=tuple(
            (str(each.get("agent_id", "")), str(each.get("agent_version", "")))
            for each in agents
            if isinstance(each, dict)
        ),
        inbound_webhook_url=str(content.get("inbound_webhook_url") or ""),
    )


def _id_in(answer: http.Answer, field: str) -> str:
    value = answer.json().get(field)
    if not isinstance(value, str) or not value:
        raise answer.unreadable()
    return value


def _id(item: dict[str, Any], field: str) -> str | None:
    value = item.get(field)
    return value if isinstance(value, str) and value else None

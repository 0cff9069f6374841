"""Retell where agents are made: versions that cannot be changed once published, numbers, and no idempotency keys."""

import json
from typing import Any
from urllib.parse import unquote

import httpx

from tests.integrations import providers

_MS = 1_795_420_000_000


def refusal(status: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"status": "error", "message": message})


class Workshop(providers.Retell):
    """A workspace in which models, agents and numbers can be made and changed."""

    def __init__(self, *, key: str) -> None:
        super().__init__(key=key)
        self.llms: dict[str, dict[str, Any]] = {}
        self.agents: dict[str, list[dict[str, Any]]] = {}
        self.numbers: dict[str, dict[str, Any]] = {}

    @property
    def writes(self) -> list[str]:
        """What changed something there, in order."""
        return [
            f"{request.method} {request.url.path}"
            for request in self.requests
            if request.method != "GET" and request.url.path != "/v2/list-agents"
        ]

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] != f"Bearer {self.key}":
            return super().answer(request)
        verb, _, name = request.url.path.strip("/").removeprefix("v2/").partition("/")
        made = getattr(self, f"_{verb.replace('-', '_')}", None)
        if made is None:
            return super().answer(request)
        content = json.loads(request.content) if request.content else {}
        response: httpx.Response = made(unquote(name), content)
        return response

    def _list_retell_llms(self, _name: str, _content: Any) -> httpx.Response:
        return httpx.Response(200, json={"items": list(self.llms.values()), "has_more": False})

    def _create_retell_llm(self, _name: str, content: Any) -> httpx.Response:
        llm_id = f"llm_{len(self.llms) + 1}"
        self.llms[llm_id] = {
            **content,
            "llm_id": llm_id,
            "version": 0,
            "last_modification_timestamp": _MS,
        }
        return httpx.Response(201, json=self.llms[llm_id])

    def _update_retell_llm(self, name: str, content: Any) -> httpx.Response:
        self.llms[name] |= content
        return httpx.Response(200, json=self.llms[name])

    def _get_retell_llm(self, name: str, _content: Any) -> httpx.Response:
        if name not in self.llms:
            return refusal(422, "llm not found")
        return httpx.Response(200, json=self.llms[name])

    def _list_agents(self, _name: str, content: Any) -> httpx.Response:
        query = content["filter_criteria"]["query"]
        items = [
            {
                "agent_id": agent_id,
                "agent_name": versions[-1]["agent_name"],
                "channel": "voice",
                "is_suspended": False,
                "tags": {},
                "user_modified_timestamp": _MS,
            }
            for agent_id, versions in self.agents.items()
            if query in versions[-1]["agent_name"]
        ]
        return httpx.Response(200, json={"items": items, "has_more": False})

    def _create_agent(self, _name: str, content: Any) -> httpx.Response:
        agent_id = f"agent_{len(self.agents) + 1}"
        self.agents[agent_id] = [
            {
                **content,
                "agent_id": agent_id,
                "version": 0,
                "is_published": False,
                "last_modification_timestamp": _MS,
            }
        ]
        return httpx.Response(201, json=self.agents[agent_id][-1])

    def _get_agent(self, name: str, _content: Any) -> httpx.Response:
        if name not in self.agents:
            return refusal(422, "agent not found")
        return httpx.Response(200, json=self.agents[name][-1])

    def _create_agent_version(self, name: str, content: Any) -> httpx.Response:
        newest = self.agents[name][-1]
        if not newest["is_published"]:
            return refusal(400, "there is a draft already")
        draft = {**self.agents[name][content["base_version"]], "version": newest["version"] + 1}
        self.agents[name].append({**draft, "is_published": False})
        return httpx.Response(201, json=self.agents[name][-1])

    def _update_agent(self, name: str, content: Any) -> httpx.Response:
        newest = self.agents[name][-1]
        if newest["is_published"]:
            return refusal(400, "a published version cannot be changed")
        newest |= content
        return httpx.Response(200, json=newest)

    def _publish_agent_version(self, name: str, content: Any) -> httpx.Response:
        self.agents[name][content["version"]]["is_published"] = True
        self.agents[name][content["version"]]["version_title"] = content["version_title"]
        return httpx.Response(204)

    def _get_phone_number(self, name: str, _content: Any) -> httpx.Response:
        if name not in self.numbers:
            return refusal(422, "number not found")
        return httpx.Response(200, json=self.numbers[name])

    def _import_phone_number(self, _name: str, content: Any) -> httpx.Response:
        secret = {"sip_trunk_auth_password", "ignore_e164_validation"}
        self.numbers[content["phone_number"]] = {
            **{
                name: value
                for name, value in content.items()
                if name not in secret and not name.startswith(("sip", "term", "transport"))
            },
            "phone_number_type": "custom",
            "last_modification_timestamp": _MS,
        }
        return httpx.Response(201, json=self.numbers[content["phone_number"]])

    def _update_phone_number(self, name: str, content: Any) -> httpx.Response:
        self.numbers[name] |= content
        return httpx.Response(200, json=self.numbers[name])

"""stigmem's Zep adapter: it mirrors facts of agents into a session, and reads the session's facts as records."""

from importlib.metadata import entry_points
from typing import Any

import pytest
from stigmem_plugin_zep import StigmemZepAdapter
from zep_cloud import Message
from zep_cloud.client import Zep

MEMORY = "/api/v2/sessions/*/memory"


@pytest.fixture
def adapter(monkeypatch: Any, url: str, key: str) -> StigmemZepAdapter:
    monkeypatch.setenv("ZEP_API_KEY", key)
    monkeypatch.setenv("ZEP_BASE_URL", f"{url}/api/v2")
    return StigmemZepAdapter.from_env()


@pytest.fixture
def zep(url: str, key: str) -> Zep:
    return Zep(api_key=key, base_url=f"{url}/api/v2")


@pytest.fixture
def session(zep: Zep, unique: Any) -> str:
    user_id, session_id = unique("user"), unique("session")
    zep.user.add(user_id=user_id, first_name="Noor")
    zep.memory.add_session(session_id=session_id, user_id=user_id)
    return session_id


def test_a_host_discovers_the_plugin() -> None:
    [plugin] = [found for found in entry_points(group="stigmem.plugins") if "zep" in found.name]
    assert plugin.load()().name == "stigmem-plugin-zep-adapter"


def test_a_fact_is_mirrored_as_a_system_message(adapter: Any, zep: Zep, session: str, requests: Any) -> None:
    fact = {"entity": "project:atlas", "relation": "status", "value": {"type": "text", "v": "green"}, "scope": "team", "confidence": 0.9}
    mirrored = adapter.assert_to_zep(fact, session)
    assert mirrored == {"session_id": session, "content": "[STIGMEM] project:atlas | status: green (scope=team, confidence=0.90)", "ok": True}
    assert requests.since()[-1] in (f"POST {MEMORY} 200", f"POST {MEMORY} 201")
    [message] = zep.memory.get(session).messages
    assert (message.role, message.role_type, message.content) == ("system", "system", mirrored["content"])


def test_facts_of_a_conversation_are_read_as_records(adapter: Any, zep: Zep, session: str, requests: Any, eventually: Any) -> None:
    zep.memory.add(session, messages=[Message(role="Noor", role_type="user", content="I live in Lyon and I work for Acme.")])
    records = eventually(lambda: adapter.query_from_zep("company", session))
    facts = [record["value"]["v"] for record in records]
    assert any("Lyon" in fact for fact in facts) and any("Acme" in fact for fact in facts)
    assert {(record["entity"], record["relation"], record["scope"]) for record in records} == {(f"session:{session}", "zep:episodic_fact", "company")}
    assert len(adapter.query_from_zep("company", session, limit=1)) == 1
    assert set(requests.since()[-2:]) == {f"GET {MEMORY} 200"}


def test_an_unknown_session_has_no_records(adapter: Any, unique: Any, requests: Any) -> None:
    assert adapter.query_from_zep("team", unique("session")) == []
    assert requests.since() == [f"GET {MEMORY} 200"]


def test_a_wrong_key_reads_nothing_and_writes_nothing(url: str, session: str, requests: Any) -> None:
    stranger = StigmemZepAdapter(api_key="wrong", base_url=f"{url}/api/v2")
    assert stranger.query_from_zep("team", session) == []
    with pytest.raises(Exception):
        stranger.assert_to_zep({"entity": "a", "relation": "b"}, session)
    assert requests.since()[-2:] == [f"GET {MEMORY} 401", f"POST {MEMORY} 401"]

"""zep-crewai on API v4: storages of a user and of a graph, and a crew whose agent uses Zep's tools."""

from typing import Any, List

import pytest
from crewai import Agent, Crew, Task
from crewai.llms.base_llm import BaseLLM
from zep_cloud.client import Zep
from zep_crewai import ZepGraphStorage, ZepStorage, ZepUserStorage, create_add_data_tool, create_search_tool, ensure_thread, ensure_user

MADE = ["POST /api/v4/users 201", "POST /api/v4/threads 201"]
ADD, MESSAGES = "POST /api/v4/graphs/*/episodes 202", "POST /api/v4/threads/*/messages 202"


class Scripted(BaseLLM):
    """A model for CrewAI that returns scripted replies in order and records its prompts."""

    def __init__(self, replies: List[str]) -> None:
        super().__init__(model="scripted")
        self._replies, self._asked = replies, []

    def call(self, messages: Any, *_: Any, **__: Any) -> str:
        self._asked.append("\n".join(str(message["content"]) for message in messages))
        return self._replies.pop(0)

    def supports_function_calling(self) -> bool:
        return False


@pytest.fixture
def zep(url: str, key: str) -> Zep:
    return Zep(api_key=key, base_url=f"{url}/api/v4")


@pytest.fixture
def owner(zep: Zep) -> Any:
    """A user with a thread."""
    user, _ = ensure_user(zep, first_name="Noor", last_name="Haddad")
    thread, _ = ensure_thread(zep, user_uuid=user.uuid_)
    return user, thread


def test_a_user_storage_stores_messages_and_data_and_composes_context(zep: Zep, requests: Any, owner: Any, eventually: Any) -> None:
    user, thread = owner
    storage = ZepUserStorage(zep, user_uuid=user.uuid_, thread_uuid=thread.uuid_, graph_uuid=user.graph_uuid)
    storage.save("I live in Lyon.", {"type": "message", "role": "user", "name": "Noor Haddad"})
    storage.save('{"employer": "Acme"}', {"type": "json"})
    storage.save("Noor Haddad works for Acme.", {"type": "text"})
    assert requests.since() == [*MADE, MESSAGES, ADD, ADD]
    assert eventually(lambda: zep.graph.search_edges(user.graph_uuid, query="Where does Noor live?").items)
    requests.since()
    found = storage.search("Where does Noor live?", limit=3)
    assert "Lyon" in str(found) and "Acme" in str(found)
    assert "Lyon" in storage.get_context()
    assert all(request.endswith(" 200") for request in requests.since())


def test_the_plain_storage_returns_context_and_facts(zep: Zep, requests: Any, owner: Any, eventually: Any) -> None:
    user, thread = owner
    storage = ZepStorage(zep, user_uuid=user.uuid_, thread_uuid=thread.uuid_, graph_uuid=user.graph_uuid)
    storage.save("Ada Lovelace works for Acme.", {"type": "message", "role": "user"})
    assert eventually(lambda: "works for Acme" in str(storage.search("Who works for Acme?")))
    assert requests.since()[:3] == [*MADE, MESSAGES]


def test_a_graph_storage_composes_context(zep: Zep, requests: Any, eventually: Any) -> None:
    storage = ZepGraphStorage(zep, graph_uuid=zep.graph.create(name="company").uuid_)
    storage.save("Ada Lovelace works for Acme. Acme is based in Lyon.")
    assert eventually(lambda: "Acme is based in Lyon." in str(storage.search("Where is Acme based?", limit=3)))
    assert requests.since()[:2] == ["POST /api/v4/graphs 201", ADD]


def test_a_crew_adds_and_finds_data_with_the_tools(zep: Zep, requests: Any) -> None:
    graph = zep.graph.create(name="company").uuid_
    requests.since()
    add, search = create_add_data_tool(zep, graph_uuid=graph), create_search_tool(zep, graph_uuid=graph, scope="episodes")
    model = Scripted(
        [
            'Thought: I note it.\nAction: Zep Add Data\nAction Input: {"data": "Acme opens at nine.", "data_type": "text"}\n',
            f'Thought: I look it up.\nAction: {search.name}\nAction Input: {{"query": "When does Acme open?"}}\n',
            "Thought: I now know the final answer\nFinal Answer: At nine.",
        ]
    )
    agent = Agent(role="Clerk", goal="Answer.", backstory="A clerk.", tools=[add, search], llm=model)
    crew = Crew(agents=[agent], tasks=[Task(description="When does Acme open?", expected_output="A time.", agent=agent)])
    assert str(crew.kickoff()) == "At nine."
    assert "Successfully added text data" in model._asked[1]
    assert "Acme opens at nine." in model._asked[2]
    assert requests.since() == [ADD, "POST /api/v4/graphs/*/search/episodes 200"]


def test_the_search_tool_searches_every_scope(zep: Zep, requests: Any) -> None:
    tool = create_search_tool(zep, graph_uuid=zep.graph.create(name="company").uuid_)
    for scope in ["edges", "nodes", "episodes", "observations", "thread_summaries", "auto"]:
        assert "Error" not in tool.run(query="Ada", scope=scope, limit=10)
    seen = requests.since()[1:]
    assert len(seen) == 6 and all(request.endswith(" 200") for request in seen)

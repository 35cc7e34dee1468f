"""zep-crewai: storages of a user and of a graph, and a crew whose agent uses Zep's tools."""

from typing import Any, List

import pytest
from crewai import Agent, Crew, Task
from crewai.llms.base_llm import BaseLLM
from zep_cloud.client import Zep
from zep_crewai import ZepGraphStorage, ZepStorage, ZepUserStorage, create_add_data_tool, create_search_tool

MADE = ["POST /api/v2/users 201", "POST /api/v2/threads 201"]
ADD, SEARCH = "POST /api/v2/graph 202", "POST /api/v2/graph/search 200"
MESSAGES, CONTEXT = "POST /api/v2/threads/*/messages 200", "GET /api/v2/threads/*/context 200"


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
    return Zep(api_key=key, base_url=f"{url}/api/v2")


def test_a_user_storage_stores_messages_and_data_and_composes_context(zep: Zep, unique: Any, requests: Any, eventually: Any) -> None:
    storage = ZepUserStorage(zep, user_id=unique("user"), thread_id=unique("thread"), first_name="Noor", last_name="Haddad")
    storage.save("I live in Lyon.", {"type": "message", "role": "user", "name": "Noor Haddad"})
    storage.save('{"employer": "Acme"}', {"type": "json"})
    storage.save("Noor Haddad works for Acme.", {"type": "text"})
    assert requests.since() == [*MADE, MESSAGES, ADD, ADD]
    assert eventually(lambda: zep.graph.search(user_id=storage.user_id, query="Where does Noor live?").edges)
    requests.since()
    [found] = storage.search("Where does Noor live?", limit=3)
    assert found["source"] == "user_graph" and "<ZEP_CONTEXT>" in found["context"]
    assert "I live in Lyon." in found["context"] and "Acme" in found["context"]
    assert "Lyon" in storage.get_context()
    assert requests.since() == [SEARCH, SEARCH, SEARCH, CONTEXT]


def test_the_plain_storage_returns_context_and_facts(zep: Zep, unique: Any, requests: Any, eventually: Any) -> None:
    storage = ZepStorage(zep, user_id=unique("user"), thread_id=unique("thread"))
    storage.save("Ada Lovelace works for Acme.", {"type": "message", "role": "user"})
    facts = lambda: [one["context"] for one in storage.search("Who works for Acme?") if "(valid_at:" in one["context"]]  # noqa: E731
    assert any("Acme" in fact and "invalid_at: current" in fact for fact in eventually(facts))
    seen = requests.since()
    assert seen[:3] == [*MADE, MESSAGES] and set(seen[3:]) == {CONTEXT, SEARCH}


def test_a_graph_storage_composes_context(zep: Zep, unique: Any, requests: Any, eventually: Any) -> None:
    graph = unique("graph")
    zep.graph.create(graph_id=graph)
    storage = ZepGraphStorage(zep, graph_id=graph)
    storage.save("Ada Lovelace works for Acme. Acme is based in Lyon.")
    found = eventually(lambda: (found := storage.search("Where is Acme based?", limit=1)) and "FACT" in found[0]["context"].upper() and found)
    assert "Acme is based in Lyon." in found[0]["context"]
    assert requests.since()[:2] == ["POST /api/v2/graph/create 201", ADD]


def test_a_crew_adds_and_finds_data_with_the_tools(zep: Zep, unique: Any, requests: Any) -> None:
    graph = unique("graph")
    zep.graph.create(graph_id=graph)
    requests.since()
    add, search = create_add_data_tool(zep, graph_id=graph), create_search_tool(zep, graph_id=graph, scope="episodes")
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
    assert f"Successfully added text data to graph '{graph}'" in model._asked[1]
    assert "- Acme opens at nine." in model._asked[2]
    assert requests.since() == [ADD, SEARCH]


def test_the_search_tool_searches_every_scope(zep: Zep, unique: Any, requests: Any) -> None:
    graph = unique("graph")
    zep.graph.create(graph_id=graph)
    tool = create_search_tool(zep, graph_id=graph)
    for scope in ["edges", "nodes", "episodes", "observations", "thread_summaries", "auto"]:
        assert "Error" not in tool.run(query="Ada", scope=scope, limit=99)
    assert requests.since()[1:] == [SEARCH] * 6

"""zep-langgraph on API v4: an agent's node helpers, hook, tools and store."""

from typing import Any, List

import pytest
from conftest import facts_of
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import create_react_agent
from zep_cloud.client import AsyncZep, Zep
from zep_langgraph import (
    ZepStore,
    build_system_message,
    create_graph_search_tool,
    create_graph_search_tool_sync,
    create_thread,
    create_thread_sync,
    create_user,
    create_user_sync,
    create_zep_pre_model_hook,
    get_zep_context_sync,
    persist_messages,
    persist_messages_sync,
)

MADE = ["POST /api/v4/users 201", "POST /api/v4/threads 201"]
MESSAGES, CONTEXT = "POST /api/v4/threads/*/messages 202", "GET /api/v4/threads/*/context 200"


class Scripted(GenericFakeChatModel):
    """LangChain's fake model; it records its prompts, and accepts tools without calling them."""

    asked: List[List[BaseMessage]] = []

    def bind_tools(self, *_: Any, **__: Any) -> "Scripted":
        return self

    def _generate(self, messages: List[BaseMessage], *positional: Any, **named: Any) -> Any:
        self.asked.append(messages)
        return super()._generate(messages, *positional, **named)


async def known(zep: AsyncZep, *texts: str) -> Any:
    """Creates a user and a thread, and waits until the graph contains facts."""
    user = await create_user(zep, first_name="Noor", last_name="Haddad")
    thread = await create_thread(zep, user_uuid=user.uuid_)
    await persist_messages(zep, thread.uuid_, [HumanMessage(text) for text in texts], user_name="Noor Haddad")
    assert await facts_of(zep, user.graph_uuid, texts[0])
    return user, thread


def test_a_graph_persists_its_turns_and_reads_its_context(running_v4: Any, requests: Any) -> None:
    model = Scripted(messages=iter([AIMessage("You live in Lyon.")]))

    async def work(zep: AsyncZep) -> Any:
        _, thread = await known(zep, "I live in Lyon.")

        async def node(state: MessagesState) -> Any:
            system = await build_system_message(zep, thread.uuid_, base_instructions="Be kind.")
            answer = await model.ainvoke([system, *state["messages"]])
            await persist_messages(zep, thread.uuid_, [state["messages"][-1], answer], user_name="Noor Haddad", assistant_name="Helper")
            return {"messages": [answer]}

        seen = requests.since()
        graph = StateGraph(MessagesState).add_node("agent", node).add_edge(START, "agent").compile()
        answer = await graph.ainvoke({"messages": [HumanMessage("Where do I live?")]})
        return answer["messages"][-1].content, seen, (await zep.thread.list_messages(thread.uuid_)).items

    answer, seen, kept = running_v4(work)
    system = model.asked[0][0].content
    assert answer == "You live in Lyon." and system.startswith("Be kind.") and "Lyon" in system.split("<ZEP_CONTEXT>")[1]
    assert [(message.name, message.role, message.content) for message in kept[-2:]] == [
        ("Noor Haddad", "user", "Where do I live?"),
        ("Helper", "assistant", "You live in Lyon."),
    ]
    assert seen[:3] == [*MADE, MESSAGES] and requests.since() == [CONTEXT, MESSAGES, "GET /api/v4/threads/*/messages 200"]


def test_an_agent_with_the_hook_and_the_tool_finds_facts(running_v4: Any, requests: Any) -> None:
    call = ToolCall(id="1", name="zep_graph_search", args={"query": "Where does Noor live?"})

    async def work(zep: AsyncZep) -> Any:
        user, thread = await known(zep, "I live in Lyon.")
        requests.since()
        tool = create_graph_search_tool(zep, graph_uuid=user.graph_uuid, name="zep_graph_search")
        model = Scripted(messages=iter([AIMessage("", tool_calls=[call]), AIMessage("In Lyon.")]))
        agent = create_react_agent(model, [tool], pre_model_hook=create_zep_pre_model_hook(zep, thread_uuid=thread.uuid_))
        return model, (await agent.ainvoke({"messages": [HumanMessage("Where do I live?")]}))["messages"]

    model, messages = running_v4(work)
    assert all("<ZEP_CONTEXT>" in asked[0].content for asked in model.asked) and len(model.asked) == 2
    assert [message.type for message in messages] == ["human", "ai", "tool", "ai"] and "Lyon" in messages[2].content
    seen = requests.since()
    assert seen[0] == seen[-1] == CONTEXT and len(seen) == 3 and seen[1].endswith(" 200")


@pytest.mark.parametrize("scope", ["edges", "nodes", "episodes", "observations", "thread_summaries", "auto"])
def test_the_tool_searches_every_scope(running_v4: Any, requests: Any, scope: str) -> None:
    async def work(zep: AsyncZep) -> Any:
        user, _ = await known(zep, "I live in Lyon.", "My friend Ada Lovelace lives in Lyon.")
        return await create_graph_search_tool(zep, graph_uuid=user.graph_uuid).ainvoke({"query": "Lyon", "scope": scope, "limit": 10})

    found = running_v4(work)
    path = "context" if scope == "auto" else f"search/{scope.replace('_', '-')}"
    assert requests.since()[-1] == f"POST /api/v4/graphs/*/{path} 200" and "failed" not in found
    if scope in ("edges", "nodes", "episodes", "auto"):
        assert "Lyon" in found


def test_a_store_stores_values_and_finds_them_by_meaning(running_v4: Any, requests: Any) -> None:
    async def work(zep: AsyncZep) -> Any:
        graph = await zep.graph.create(name="notes")
        store = ZepStore(zep, graph_uuid=graph.uuid_, search_scope="episodes")
        await store.aput(("memories",), "home", {"text": "Noor lives in Lyon."})
        kept = await store.aget(("memories",), "home")
        return kept.value, await store.asearch(("memories",), query="Where does Noor live?", limit=2)

    kept, [found] = running_v4(work)
    assert kept == {"text": "Noor lives in Lyon."} and "Noor lives in Lyon." in found.value["content"]
    assert requests.since()[1:] == ["POST /api/v4/graphs/*/episodes 202", "POST /api/v4/graphs/*/search/episodes 200"]


def test_everything_works_synchronously(url: str, key: str, requests: Any, eventually: Any) -> None:
    zep = Zep(api_key=key, base_url=f"{url}/api/v4")
    user = create_user_sync(zep, first_name="Noor", last_name="Haddad")
    thread = create_thread_sync(zep, user_uuid=user.uuid_)
    persist_messages_sync(zep, thread.uuid_, [HumanMessage("I live in Lyon.")], user_name="Noor Haddad")
    tool = create_graph_search_tool_sync(zep, graph_uuid=user.graph_uuid)
    assert "Lyon" in eventually(lambda: (found := tool.invoke({"query": "Where does Noor live?"})) != "No results found." and found)
    assert "Lyon" in get_zep_context_sync(zep, thread.uuid_)
    seen = requests.since()
    assert seen[:3] == [*MADE, MESSAGES] and seen[-1] == CONTEXT

"""zep-langgraph: an agent's node helpers, hook, tools and store over Zep."""

from typing import Any, List

import pytest
from conftest import until
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
    create_zep_pre_model_hook,
    ensure_thread,
    ensure_thread_sync,
    ensure_user,
    ensure_user_sync,
    get_zep_context_sync,
    persist_messages,
    persist_messages_sync,
)

USERS, THREADS = "POST /api/v2/users", "POST /api/v2/threads"
ADD, SEARCH = "POST /api/v2/graph 202", "POST /api/v2/graph/search 200"
MESSAGES, CONTEXT = "POST /api/v2/threads/*/messages 200", "GET /api/v2/threads/*/context 200"


class Scripted(GenericFakeChatModel):
    """LangChain's fake model; it records its prompts, and accepts tools without calling them."""

    asked: List[List[BaseMessage]] = []

    def bind_tools(self, *_: Any, **__: Any) -> "Scripted":
        return self

    def _generate(self, messages: List[BaseMessage], *positional: Any, **named: Any) -> Any:
        self.asked.append(messages)
        return super()._generate(messages, *positional, **named)


@pytest.fixture
def ids(unique: Any) -> Any:
    return unique("user"), unique("thread")


async def known(zep: AsyncZep, user: str, thread: str, *texts: str) -> None:
    """Creates a user and waits until the graph contains facts."""
    await ensure_user(zep, user_id=user, first_name="Noor", last_name="Haddad")
    await ensure_thread(zep, thread_id=thread, user_id=user)
    await persist_messages(zep, thread, [HumanMessage(text) for text in texts], user_name="Noor Haddad")

    async def facts() -> Any:
        return (await zep.graph.search(user_id=user, query=texts[0])).edges

    assert await until(facts)


def test_users_and_threads_are_created_once(running: Any, ids: Any, requests: Any) -> None:
    user, thread = ids
    hooked = []

    async def hook(_: AsyncZep, created: str) -> None:
        hooked.append(created)

    async def work(zep: AsyncZep) -> Any:
        users = [await ensure_user(zep, user_id=user, on_created=hook) for _ in range(2)]
        return users, [await ensure_thread(zep, thread_id=thread, user_id=user) for _ in range(2)]

    assert running(work) == ([True, False], [True, False]) and hooked == [user]
    assert requests.since() == [f"{USERS} 201", f"{USERS} 400", f"{THREADS} 201", f"{THREADS} 400"]


def test_a_graph_persists_its_turns_and_reads_its_context(running: Any, ids: Any, requests: Any) -> None:
    user, thread = ids
    model = Scripted(messages=iter([AIMessage("You live in Lyon.")]))

    async def work(zep: AsyncZep) -> Any:
        async def node(state: MessagesState) -> Any:
            system = await build_system_message(zep, thread_id=thread, base_instructions="Be kind.")
            answer = await model.ainvoke([system, *state["messages"]])
            await persist_messages(zep, thread, [state["messages"][-1], answer], user_name="Noor Haddad", assistant_name="Helper")
            return {"messages": [answer]}

        await known(zep, user, thread, "I live in Lyon.")
        requests.since()
        graph = StateGraph(MessagesState).add_node("agent", node).add_edge(START, "agent").compile()
        answer = await graph.ainvoke({"messages": [HumanMessage("Where do I live?")]})
        return answer["messages"][-1].content, (await zep.thread.get(thread)).messages

    answer, kept = running(work)
    system = model.asked[0][0].content
    assert answer == "You live in Lyon." and system.startswith("Be kind.") and "Lyon" in system.split("<ZEP_CONTEXT>")[1]
    assert [(message.name, message.role, message.content) for message in kept[-2:]] == [
        ("Noor Haddad", "user", "Where do I live?"),
        ("Helper", "assistant", "You live in Lyon."),
    ]
    assert requests.since() == [CONTEXT, MESSAGES, "GET /api/v2/threads/*/messages 200"]


def test_an_agent_with_the_hook_and_the_tool_finds_facts(running: Any, ids: Any, requests: Any) -> None:
    user, thread = ids
    call = ToolCall(id="1", name="zep_graph_search", args={"query": "Where does Noor live?"})

    async def work(zep: AsyncZep) -> Any:
        await known(zep, user, thread, "I live in Lyon.")
        requests.since()
        tool = create_graph_search_tool(zep, user_id=user, name="zep_graph_search")
        model = Scripted(messages=iter([AIMessage("", tool_calls=[call]), AIMessage("In Lyon.")]))
        agent = create_react_agent(model, [tool], pre_model_hook=create_zep_pre_model_hook(zep, user_id=user, thread_id=thread))
        return model, (await agent.ainvoke({"messages": [HumanMessage("Where do I live?")]}))["messages"]

    model, messages = running(work)
    assert all("<ZEP_CONTEXT>" in asked[0].content for asked in model.asked) and len(model.asked) == 2
    assert [message.type for message in messages] == ["human", "ai", "tool", "ai"] and "Lyon" in messages[2].content
    assert requests.since() == [CONTEXT, SEARCH, CONTEXT]


def test_a_turn_returns_the_context_on_request(running: Any, ids: Any) -> None:
    user, thread = ids

    async def work(zep: AsyncZep) -> Any:
        await known(zep, user, thread, "I live in Lyon.")
        return await persist_messages(zep, thread, [HumanMessage("Hello again.")], ignore_roles=["assistant"], return_context=True)

    assert "Lyon" in running(work)


@pytest.mark.parametrize("scope", ["edges", "nodes", "episodes", "observations", "thread_summaries", "auto"])
def test_the_tool_searches_every_scope(running: Any, ids: Any, requests: Any, scope: str) -> None:
    user, thread = ids

    async def work(zep: AsyncZep) -> Any:
        await known(zep, user, thread, "I live in Lyon.", "My friend Ada Lovelace lives in Lyon.")
        return await create_graph_search_tool(zep, user_id=user).ainvoke({"query": "Lyon", "scope": scope, "limit": 99})

    found = running(work)
    assert requests.since()[-1] == SEARCH and "failed" not in found
    if scope in ("edges", "nodes", "episodes", "auto"):
        assert "Lyon" in found


@pytest.mark.parametrize("owner", ["user", "graph"])
def test_a_store_stores_values_and_finds_them_by_meaning(running: Any, unique: Any, requests: Any, owner: str) -> None:
    name = unique(owner)

    async def work(zep: AsyncZep) -> Any:
        if owner == "user":
            await ensure_user(zep, user_id=name, first_name="Noor")
            store = ZepStore(zep, search_scope="episodes", namespace_target=lambda namespace: {"user_id": namespace[0]})
        else:
            await zep.graph.create(graph_id=name)
            store = ZepStore(zep, search_scope="episodes")
        await store.aput((name, "memories"), "home", {"text": "Noor lives in Lyon."})
        kept = await store.aget((name, "memories"), "home")
        return kept.value, await store.asearch((name,), query="Where does Noor live?", limit=2)

    kept, [found] = running(work)
    assert kept == {"text": "Noor lives in Lyon."} and "Noor lives in Lyon." in found.value["content"]
    assert requests.since()[1:] == [ADD, SEARCH]


def test_everything_works_synchronously(url: str, key: str, ids: Any, requests: Any, eventually: Any) -> None:
    user, thread = ids
    zep = Zep(api_key=key, base_url=f"{url}/api/v2")
    assert ensure_user_sync(zep, user_id=user, first_name="Noor", last_name="Haddad")
    assert ensure_thread_sync(zep, thread_id=thread, user_id=user)
    persist_messages_sync(zep, thread, [HumanMessage("I live in Lyon.")], user_name="Noor Haddad")
    tool = create_graph_search_tool_sync(zep, user_id=user)
    assert "Lyon" in eventually(lambda: (found := tool.invoke({"query": "Where does Noor live?"})) != "No results found." and found)
    assert "Lyon" in get_zep_context_sync(zep, thread)
    seen = requests.since()
    assert seen[:3] == [f"{USERS} 201", f"{THREADS} 201", MESSAGES] and set(seen[3:-1]) == {SEARCH} and seen[-1] == CONTEXT

"""The official Python client: every tool over HTTP, in the newest protocol and in that of older clients, and on stdio."""

import json
import os

import anyio
import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

URL, KEY, READ_KEY = (os.environ[name] for name in ("ERSTWHILE_URL", "ERSTWHILE_KEY", "ERSTWHILE_READ_KEY"))
BINARY = os.environ["ERSTWHILE_BIN"]
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Http:
    """A client over HTTP with a key."""

    def __init__(self, key=KEY, mode="auto"):
        self.http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=30)
        self.client = Client(streamable_http_client(f"{URL}/mcp", http_client=self.http), mode=mode)

    async def __aenter__(self):
        return await self.client.__aenter__()

    async def __aexit__(self, *error):
        await self.client.__aexit__(*error)
        await self.http.aclose()


def stdio(folder, *options):
    arguments = ["mcp", "--data", str(folder), *options]
    return Client(StdioServerParameters(command=BINARY, args=arguments))


async def call(client, tool, **arguments):
    """Calls a tool that succeeds. The client checks its result against the tool's output schema."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


async def call_until(client, tool, is_there, **arguments):
    with anyio.fail_after(60):
        while not is_there(content := await call(client, tool, **arguments)):
            await anyio.sleep(0.05)
    return content


async def every_tool(client, graph):
    """Calls every tool of the server."""
    called = set()

    async def use(tool, **arguments):
        called.add(tool)
        return await call(client, tool, **arguments)

    await use("get_status")
    added = await use("add_memory", name="one", episode_body="Ada Lovelace lives in London.", group_id=graph,
                      reference_time="2024-01-01", saga="people", source_description="a note")
    await use("add_memory", name="two", episode_body="Ada Lovelace moved to Paris.", group_id=graph,
              reference_time="2024-06-01", source="text", update_communities=True)
    found = await call_until(client, "get_episodes", lambda content: all(e["processed"] for e in content["episodes"]),
                             group_ids=[graph], max_episodes=5)
    called.add("get_episodes")
    assert [episode["metadata"]["name"] for episode in found["episodes"]] == ["two", "one"]

    now = await use("search_memory_facts", query="Where does Ada live?", group_ids=graph, max_facts=5)
    assert now["facts"][0]["target_node_name"] == "Paris"
    then = await use("search_as_of", query="Where does Ada live?", group_ids=[graph], as_of="2024-03-01")
    assert [fact["target_node_name"] for fact in then["facts"]] == ["London"]
    why = await use("why", uuid=then["facts"][0]["uuid"])
    assert why["claims"][0]["words"] == "Ada Lovelace lives in London."
    assert why["ended_by"]["words"] == "Ada Lovelace moved to Paris."
    changed = await use("what_changed", since="2020-01-01", group_id=graph)
    assert changed["learned_total"] >= 2
    nodes = await use("search_nodes", query="Ada Lovelace", group_ids=graph, max_nodes=3)
    ada = nodes["nodes"][0]
    assert ada["name"] == "Ada Lovelace"
    assert (await use("get_node", uuid=ada["uuid"]))["name"] == "Ada Lovelace"
    assert (await use("get_node_edges", node_uuid=ada["uuid"]))["total"] >= 2
    for tool in ("get_edge", "get_entity_edge"):
        assert (await use(tool, uuid=now["facts"][0]["uuid"]))["name"] == "LIVES_IN"
    episode = added["episode_uuid"]
    assert (await use("get_episode", uuid=episode))["content"] == "Ada Lovelace lives in London."
    assert (await use("get_episode_mentions", uuid=episode))["edges"]
    assert (await use("get_episode_entities", episode_uuids=[episode]))["nodes"]
    assert "London" in (await use("summarize_saga", saga_name="people", group_id=graph))["summary"]
    await use("build_communities", group_ids=graph)
    stated = await use("add_triplet", source_node_name="Ada Lovelace", edge_name="KNOWS", fact="Ada knows Babbage.",
                       target_node_name="Charles Babbage", group_id=graph)
    await use("delete_entity_edge", uuid=stated["edges"][0]["uuid"])
    await use("delete_episode", uuid=episode)
    again = await call(client, "search_as_of", query="Where does Ada live?", group_ids=graph, as_of="2024-03-01")
    assert again["facts"] == []
    await use("clear_graph", group_ids=graph)

    # The tools about users, on one of the test's own.
    if (await client.call_tool("get_user", {"user_id": "noor"})).is_error:
        return called
    user = await use("get_user", user_id="noor")
    assert user["first_name"] == "Noor"
    assert [thread["thread_id"] for thread in (await use("list_threads", user_id="noor"))["threads"]] == ["noor-1"]
    messages = await use("get_thread_messages", thread_id="noor-1", lastn=1)
    assert messages["total"] == 2 and len(messages["messages"]) == 1
    assert "Copenhagen" in (await use("get_user_context", thread_id="noor-1"))["context"]
    for scope, results in (("edges", "edges"), ("nodes", "nodes"), ("episodes", "episodes")):
        found = await use("search_graph", user_id="noor", query="Where does Noor live?", scope=scope, limit=3,
                          reranker="rrf")
        assert 1 <= len(found[results]) <= 3
    assert (await use("get_user_nodes", user_id="noor", limit=5))["nodes"]
    assert (await use("get_user_edges", user_id="noor", limit=5))["edges"]
    return called


@pytest.fixture(scope="module", autouse=True)
def noor():
    """A user with a thread of two messages, added through the HTTP API."""
    with httpx2.Client(base_url=f"{URL}/api/v2", headers={"Authorization": f"Api-Key {KEY}"}) as api:
        if api.get("/users/noor").status_code == 404:
            api.post("/users", json={"user_id": "noor", "first_name": "Noor"}).raise_for_status()
            api.post("/threads", json={"thread_id": "noor-1", "user_id": "noor"}).raise_for_status()
            said = [{"role": "user", "content": "I live in Lyon.", "created_at": "2025-03-03T09:00:00Z"},
                    {"role": "user", "content": "I moved to Copenhagen.", "created_at": "2025-09-15T09:00:00Z"}]
            api.post("/threads/noor-1/messages", json={"messages": said}).raise_for_status()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_every_tool_over_http(mode):
    async with Http(mode=mode) as client:
        await call_until(client, "get_user_edges", lambda content: content["total"] >= 2, user_id="noor")
        called = await every_tool(client, f"python-{mode}")
        listed = {tool.name for tool in (await client.list_tools()).tools}
        # `forget` has a test of its own.
        assert called == listed - {"forget"}


async def test_the_tools_on_stdio(tmp_path):
    async with stdio(tmp_path) as client:
        await every_tool(client, "main")
    async with stdio(tmp_path, "--read-only") as client:
        assert "add_memory" not in {tool.name for tool in (await client.list_tools()).tools}


async def test_a_user_is_forgotten():
    with httpx2.Client(base_url=f"{URL}/api/v2", headers={"Authorization": f"Api-Key {KEY}"}) as api:
        api.post("/users", json={"user_id": "forgettable"}).raise_for_status()
    async with Http() as client:
        forgotten = await call(client, "forget", user_id="forgettable")
        assert forgotten["receipt"]["threads"] == 0
        again = await client.call_tool("forget", {"user_id": "forgettable"})
        assert again.is_error and json.loads(again.content[0].text)["code"] == "not_found"


async def test_a_read_only_key_and_no_key():
    async with Http(READ_KEY) as client:
        assert (await call(client, "get_user", user_id="noor"))["user_id"] == "noor"
        refused = await client.call_tool("add_memory", {"name": "n", "episode_body": "Noor lives in Rome."})
        assert refused.is_error and json.loads(refused.content[0].text)["code"] == "forbidden"
    stranger = {"Authorization": "Bearer a-key-that-nobody-has"}
    async with httpx2.AsyncClient(headers=stranger) as http:
        refused = await http.post(f"{URL}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert refused.status_code == 401


async def test_wrong_calls():
    async with Http() as client:
        wrong = await client.call_tool("search_graph", {"user_id": "noor", "query": 5})
        assert wrong.is_error and "query" in wrong.content[0].text
        with pytest.raises(MCPError):
            await client.call_tool("search_everything", {})


async def test_a_cancelled_call_leaves_the_client_usable():
    async with Http() as client:
        with anyio.move_on_after(0.001):
            await client.call_tool("search_graph", {"user_id": "noor", "query": "Where does Noor live?"})
        assert (await call(client, "get_status"))["status"] == "ok"


async def test_resources_and_prompts():
    async with Http() as client:
        resources = (await client.list_resources()).resources
        assert "erstwhile://users/noor" in [str(resource.uri) for resource in resources]
        assert len((await client.list_resource_templates()).resource_templates) == 5
        context = await client.read_resource("erstwhile://threads/noor-1/context")
        assert "Copenhagen" in context.contents[0].text
        assert {prompt.name for prompt in (await client.list_prompts()).prompts} == {"answer_from_memory", "review_memory"}
        prompt = await client.get_prompt("answer_from_memory", {"user_id": "noor", "question": "Where does Noor live?"})
        assert "Copenhagen" in prompt.messages[0].content.resource.text

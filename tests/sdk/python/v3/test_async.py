"""The asynchronous client: the main flow, and concurrent calls."""

import asyncio
import json

import pytest
from support import DEADLINE_S, unique
from zep_cloud import Message, SearchFilters
from zep_cloud.client import AsyncZep
from zep_cloud.errors import BadRequestError, NotFoundError


async def processed(client: AsyncZep, task: str) -> None:
    """Waits until a task has succeeded."""
    async with asyncio.timeout(DEADLINE_S):
        while (status := (await client.task.get(task)).status) not in ("succeeded", "failed"):
            await asyncio.sleep(0.01)
    assert status == "succeeded"


@pytest.fixture
async def talk(async_client: AsyncZep) -> tuple[str, str]:
    """A new user and a new thread."""
    user_id, thread_id = unique("user"), unique("thread")
    await async_client.user.add(user_id=user_id, first_name="Noor", last_name="Haddad")
    await async_client.thread.create(thread_id=thread_id, user_id=user_id)
    return user_id, thread_id


async def test_the_main_flow_works(async_client: AsyncZep, talk: tuple[str, str]) -> None:
    client, (user_id, thread_id) = async_client, talk
    messages = [
        Message(role="user", name="Noor", content="I live in Lyon.", created_at="2024-01-01T00:00:00Z"),
        Message(role="assistant", content="How nice."),
        Message(role="user", name="Noor", content="I moved to Oslo.", created_at="2025-01-01T00:00:00Z"),
    ]
    added = await client.thread.add_messages(thread_id, messages=messages)
    await processed(client, added.task_id)

    got = await client.thread.get(thread_id)
    assert [message.uuid_ for message in got.messages] == added.message_uuids
    edges = await client.graph.edge.get_by_user_id(user_id, filters=SearchFilters(edge_types=["LIVES_IN"]))
    assert {edge.target_node_name: edge.invalid_at is None for edge in edges} == {"Lyon": False, "Oslo": True}
    found = await client.graph.search(user_id=user_id, query="Where does Noor live?")
    assert "Oslo" in found.edges[0].fact
    assert "Oslo" in (await client.thread.get_user_context(thread_id)).context
    node = (await client.user.get_node(user_id)).node
    assert node.name == "Noor Haddad" and "Oslo" in node.summary
    neighbours = await client.graph.node.get_neighbors(node.uuid_)
    assert {"Lyon", "Oslo"} <= {neighbour.node.name for neighbour in neighbours}

    assert (await client.graph.episode.delete(added.message_uuids[2])).message == "OK"
    edges = await client.graph.edge.get_by_user_id(user_id, filters=SearchFilters(edge_types=["LIVES_IN"]))
    assert [(edge.target_node_name, edge.invalid_at) for edge in edges] == [("Lyon", None)]
    await client.user.delete(user_id)
    with pytest.raises(NotFoundError):
        await client.user.get(user_id)


async def test_a_standalone_graph_works(async_client: AsyncZep) -> None:
    graph_id = unique("graph")
    await async_client.graph.create(graph_id=graph_id, name="Catalogue")
    episode = await async_client.graph.add(
        graph_id=graph_id, type="json", data=json.dumps({"name": "Alice Chen", "employer": "Initech"})
    )
    await processed(async_client, episode.task_id)
    response = await async_client.graph.edge.with_raw_response.get_by_graph_id(graph_id, limit=10)
    assert [edge.target_node_name for edge in response.data] == ["Initech"]
    assert "zep-next-cursor" not in response.headers
    assert (await async_client.graph.delete(graph_id)).message == "OK"
    with pytest.raises(NotFoundError):
        await async_client.graph.get(graph_id)


async def test_errors_match_the_synchronous_client(async_client: AsyncZep, talk: tuple[str, str]) -> None:
    with pytest.raises(BadRequestError) as error:
        await async_client.user.add(user_id=talk[0])
    assert "already exists" in error.value.body["message"]


async def test_twenty_concurrent_posts_are_all_stored_in_one_thread(async_client: AsyncZep, talk: tuple[str, str]) -> None:
    user_id, thread_id = talk

    async def post(number: int):
        messages = [Message(role="user", content=f"My friend number {number} said part {part}.") for part in range(3)]
        return await async_client.thread.add_messages(thread_id, messages=messages)

    added = await asyncio.gather(*(post(number) for number in range(20)))
    await asyncio.gather(*(processed(async_client, one.task_id) for one in added))

    got = await async_client.thread.get(thread_id)
    assert got.total_count == 60
    listed = [message.uuid_ for message in got.messages]
    assert sorted(listed) == sorted(uuid for one in added for uuid in one.message_uuids)
    # The messages of one request stay together and in order.
    for one in added:
        at = listed.index(one.message_uuids[0])
        assert listed[at : at + 3] == one.message_uuids
    assert all(message.processed for message in got.messages)
    episodes = await async_client.graph.episode.get_by_user_id(user_id, lastn=100)
    assert {episode.uuid_ for episode in episodes.episodes} == set(listed)


async def test_twenty_concurrent_users_each_get_their_own_facts(async_client: AsyncZep) -> None:
    cities = ["Lyon", "Oslo", "Rome", "Paris", "Berlin"]

    async def live(number: int) -> None:
        user_id, thread_id, city = unique("user"), unique("thread"), cities[number % len(cities)]
        await async_client.user.add(user_id=user_id)
        await async_client.thread.create(thread_id=thread_id, user_id=user_id)
        messages = [Message(role="user", content=f"I live in {city}.")]
        added = await async_client.thread.add_messages(thread_id, messages=messages)
        await processed(async_client, added.task_id)
        edges = await async_client.graph.edge.get_by_user_id(user_id)
        assert [(edge.name, edge.target_node_name) for edge in edges] == [("LIVES_IN", city)]

    await asyncio.gather(*(live(number) for number in range(20)))


async def test_exactly_one_of_many_identical_additions_succeeds(async_client: AsyncZep) -> None:
    user_id = unique("user")
    answers = await asyncio.gather(*(async_client.user.add(user_id=user_id) for _ in range(20)), return_exceptions=True)
    added = [answer for answer in answers if not isinstance(answer, BaseException)]
    refused = [answer for answer in answers if isinstance(answer, BadRequestError)]
    assert (len(added), len(refused)) == (1, 19)
    assert all("already exists" in error.body["message"] for error in refused)
    assert (await async_client.user.get(user_id)).uuid_ == added[0].uuid_


async def test_reads_work_during_writes(async_client: AsyncZep, talk: tuple[str, str]) -> None:
    user_id, thread_id = talk

    async def post(number: int) -> str:
        messages = [Message(role="user", content=f"Note {number} about zeppelins.")]
        return (await async_client.thread.add_messages(thread_id, messages=messages)).message_uuids[0]

    async def count_found() -> int:
        found = await async_client.graph.search(user_id=user_id, query="zeppelins", scope="episodes", limit=50)
        return len(found.episodes)

    results = await asyncio.gather(*(step for number in range(20) for step in (post(number), count_found())))
    counts = results[1::2]
    assert all(0 <= count <= 20 for count in counts)
    assert await count_found() == 20

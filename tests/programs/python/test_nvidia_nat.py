"""NVIDIA NeMo Agent Toolkit's memory on Zep, built by the toolkit's own builder from a configuration."""

import asyncio
from typing import Any, Awaitable, Callable

import pytest
from nat.builder.context import ContextState
from nat.builder.workflow_builder import WorkflowBuilder
from nat.memory.interfaces import MemoryEditor
from nat.memory.models import MemoryItem
from nat.plugins.zep_cloud.memory import ZepMemoryClientConfig
from zep_cloud.core.api_error import ApiError

USER = "GET /api/v2/users/*"
TALK = [{"role": "user", "content": "I live in Lyon and I work for Acme."}, {"role": "assistant", "content": "Noted."}]


@pytest.fixture
def with_memory(monkeypatch: Any, url: str, key: str) -> Callable[..., Any]:
    """Runs a coroutine function with the memory that a workflow of the toolkit receives, in a conversation."""
    monkeypatch.setenv("ZEP_API_KEY", key)

    def run(conversation: str, work: Callable[[MemoryEditor], Awaitable[Any]]) -> Any:
        async def inside() -> Any:
            ContextState.get().conversation_id.set(conversation)
            async with WorkflowBuilder() as builder:
                memory = await builder.add_memory_client("memory", ZepMemoryClientConfig(base_url=f"{url}/api/v2", timeout=30))
                return await work(memory)

        return asyncio.run(inside())

    return run


def test_the_first_item_creates_the_user_and_the_thread(with_memory: Any, unique: Any, requests: Any) -> None:
    user, thread = unique("user"), unique("thread")
    item = MemoryItem(conversation=TALK, user_id=user)
    with_memory(thread, lambda memory: memory.add_items([item]))
    assert requests.since() == [f"{USER} 404", "POST /api/v2/users 201", "POST /api/v2/threads 201", "POST /api/v2/threads/*/messages 200"]
    with_memory(thread, lambda memory: memory.add_items([item, item]))
    assert requests.since() == [f"{USER} 200", "POST /api/v2/threads 400", *["POST /api/v2/threads/*/messages 200"] * 2]


def test_a_search_finds_facts_of_the_user(with_memory: Any, unique: Any, requests: Any, eventually: Any) -> None:
    user, thread = unique("user"), unique("thread")

    async def add(memory: MemoryEditor) -> None:
        await memory.add_items([MemoryItem(conversation=TALK, user_id=user)])

    async def searched(memory: MemoryEditor) -> Any:
        # While nothing is found, the toolkit passes an argument that the SDK no longer accepts.
        try:
            return await memory.search("Where do I live?", top_k=3, user_id=user)
        except TypeError:
            return []

    with_memory(thread, add)
    [found] = eventually(lambda: with_memory(thread, searched))
    assert "Lyon" in found.memory and found.user_id == user
    assert found.metadata == {"source": "graph_search", "thread_id": thread}
    assert requests.since()[-1] == "POST /api/v2/graph/search 200"


def test_a_search_for_an_unknown_user_is_an_error(with_memory: Any, unique: Any, requests: Any) -> None:
    with pytest.raises(ApiError, match="user not found"):
        with_memory(unique("thread"), lambda memory: memory.search("anything", user_id=unique("user")))
    assert requests.since() == ["POST /api/v2/graph/search 404"]


def test_threads_are_removed_one_by_one_or_all_of_a_user(with_memory: Any, unique: Any, requests: Any) -> None:
    user, threads = unique("user"), [unique("thread") for _ in range(3)]
    for thread in threads:
        with_memory(thread, lambda memory: memory.add_items([MemoryItem(conversation=TALK, user_id=user)]))
    requests.since()
    with_memory(threads[0], lambda memory: memory.remove_items(thread_id=threads[0]))
    assert requests.since() == ["DELETE /api/v2/threads/* 200"]
    with_memory(threads[0], lambda memory: memory.remove_items(user_id=user))
    assert requests.since() == [f"{USER}/threads 200", *["DELETE /api/v2/threads/* 200"] * 2]
    with_memory(threads[0], lambda memory: memory.remove_items(user_id=user))
    assert requests.since() == [f"{USER}/threads 200"]

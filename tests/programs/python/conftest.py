"""Shared fixtures: the server's address, its request log, unique names, and polling."""

import asyncio
import json
import os
import re
import time
import uuid
from typing import Any, Callable, List

import pytest


class Requests:
    """The requests in the server's log, such as `GET /api/v2/users/* 404`.

    Some programs ignore errors or report false success, so the tests check both their results and their requests.
    """

    def __init__(self, log: str) -> None:
        self._log = log
        self._seen = os.path.getsize(log)

    def since(self) -> List[str]:
        """Returns the requests since the last call, or since the test began, in the order of their responses."""
        with open(self._log, "rb") as log:
            log.seek(self._seen)
            # The server logs a request before it sends the response, so all completed requests are in the log.
            text = log.read()
        self._seen += len(text)
        lines = [json.loads(line) for line in text.splitlines() if line.startswith(b"{")]
        return [
            f"{line['span']['method']} {re.sub(r'{[^}]*}', '*', line['fields']['route'])} {line['fields']['status']}"
            for line in lines
            if line["fields"].get("message") == "request completed"
        ]


@pytest.fixture
def url() -> str:
    return os.environ["ERSTWHILE_URL"]


@pytest.fixture
def key() -> str:
    return os.environ["ERSTWHILE_KEY"]


@pytest.fixture
def requests() -> Requests:
    return Requests(os.environ["ERSTWHILE_LOG"])


@pytest.fixture
def unique() -> Callable[[str], str]:
    return lambda kind="id": f"{kind}-{uuid.uuid4().hex[:20]}"


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Polls until the result is truthy, because facts are available shortly after their messages."""

    def poll(read: Callable[[], Any], seconds: float = 30) -> Any:
        deadline = time.monotonic() + seconds
        while not (answer := read()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return answer

    return poll


@pytest.fixture
def running(url: str, key: str) -> Callable[..., Any]:
    """Runs a coroutine function with a client of the third generation, which applications pass to their framework."""

    def run(work: Callable[..., Any]) -> Any:
        from zep_cloud.client import AsyncZep

        async def inside() -> Any:
            return await work(AsyncZep(api_key=key, base_url=f"{url}/api/v2"))

        return asyncio.run(inside())

    return run


@pytest.fixture
def running_v4(url: str, key: str) -> Callable[..., Any]:
    """Runs a coroutine function with a client of the fourth generation."""

    def run(work: Callable[..., Any]) -> Any:
        from zep_cloud.client import AsyncZep

        async def inside() -> Any:
            return await work(AsyncZep(api_key=key, base_url=f"{url}/api/v4"))

        return asyncio.run(inside())

    return run


async def facts_of(zep: Any, graph_uuid: str, query: str) -> Any:
    """Waits until a graph contains facts, with a client of the fourth generation."""

    async def facts() -> Any:
        return (await zep.graph.search_edges(graph_uuid, query=query)).items

    return await until(facts)


async def until(read: Callable[[], Any], seconds: float = 30) -> Any:
    """Like `eventually`, for an asynchronous `read`."""
    deadline = time.monotonic() + seconds
    while not (answer := await read()) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    return answer

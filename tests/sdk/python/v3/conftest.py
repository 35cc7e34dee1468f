"""Clients and fresh things to test with."""

import os
from typing import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio
from support import BASE_URL, Talk, new_talk, unique
from zep_cloud.client import AsyncZep, Zep


def official(variable: str) -> Iterator[Zep]:
    """The official client, with the key of an environment variable."""
    with httpx.Client(timeout=60) as http:
        yield Zep(api_key=os.environ[variable], base_url=BASE_URL, httpx_client=http)


@pytest.fixture(scope="session")
def client() -> Iterator[Zep]:
    """The official client, with a key that may write."""
    yield from official("ERSTWHILE_KEY")


@pytest.fixture(scope="session")
def stranger() -> Iterator[Zep]:
    """The official client, with a key of another project."""
    yield from official("ERSTWHILE_OTHER_KEY")


@pytest.fixture(scope="session")
def reader() -> Iterator[Zep]:
    """The official client, with a key that may only read."""
    yield from official("ERSTWHILE_READ_KEY")


@pytest_asyncio.fixture
async def async_client() -> AsyncIterator[AsyncZep]:
    """The official asynchronous client."""
    async with httpx.AsyncClient(timeout=60) as http:
        yield AsyncZep(api_key=os.environ["ERSTWHILE_KEY"], base_url=BASE_URL, httpx_client=http)


@pytest.fixture(scope="session")
def raw() -> Iterator[httpx.Client]:
    """Plain HTTP with the key, for what the client cannot express."""
    headers = {"authorization": f"Api-Key {os.environ['ERSTWHILE_KEY']}"}
    with httpx.Client(base_url=BASE_URL, headers=headers, timeout=60) as http:
        yield http


@pytest.fixture
def talk(client: Zep) -> Talk:
    """A new user with a new thread."""
    return new_talk(client)


@pytest.fixture
def graph_id(client: Zep) -> str:
    """A new standalone graph."""
    graph_id = unique("graph")
    client.graph.create(graph_id=graph_id)
    return graph_id

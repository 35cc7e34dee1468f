"""Fixtures: clients, users, threads and graphs."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any, AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))

from every_method import SUCCEEDED, table  # noqa: E402
from methods import Methods, Recorded  # noqa: E402
from support import ABSENT, BASE_URL, URL, Talk, new_talk  # noqa: E402
from zep_cloud.client import AsyncZep, Zep  # noqa: E402

METHODS = Methods()


def official(variable: str) -> Iterator[Zep]:
    """The official client, with the key of an environment variable."""
    with httpx.Client(timeout=60) as http:
        yield Zep(api_key=os.environ[variable], base_url=BASE_URL, httpx_client=http)


@pytest.fixture(scope="session", autouse=True)
def client() -> Iterator[Any]:
    """The official client, with a key with write access; its calls are recorded."""
    for zep in official("ERSTWHILE_KEY"):
        METHODS.register(zep)
        METHODS.known -= {name for name in METHODS.known if name.startswith(ABSENT)}
        yield Recorded(zep, METHODS)


@pytest.fixture(params=["sync", "async"])
def zep(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The official client, synchronous and asynchronous, with the same interface."""
    if request.param == "sync":
        yield from (Recorded(zep, METHODS) for zep in official("ERSTWHILE_KEY"))
        return
    loop = asyncio.new_event_loop()
    http = httpx.AsyncClient(timeout=60)
    yield Recorded(AsyncZep(api_key=os.environ["ERSTWHILE_KEY"], base_url=BASE_URL, httpx_client=http), METHODS, loop)
    loop.run_until_complete(http.aclose())
    loop.close()


@pytest.fixture(scope="session")
def other_project() -> Iterator[Zep]:
    """The official client, with a key of another project."""
    yield from official("ERSTWHILE_OTHER_KEY")


@pytest.fixture(scope="session")
def read_only() -> Iterator[Zep]:
    """The official client, with a read-only key."""
    yield from official("ERSTWHILE_READ_KEY")


@pytest_asyncio.fixture
async def async_client() -> AsyncIterator[AsyncZep]:
    """The official asynchronous client."""
    async with httpx.AsyncClient(timeout=60) as http:
        yield AsyncZep(api_key=os.environ["ERSTWHILE_KEY"], base_url=BASE_URL, httpx_client=http)


@pytest.fixture(scope="session")
def older() -> Iterator[httpx.Client]:
    """Plain HTTP with the paths that older SDKs call."""
    headers = {"authorization": f"Api-Key {os.environ['ERSTWHILE_KEY']}"}
    with httpx.Client(base_url=f"{URL}/api/v2", headers=headers, timeout=60) as http:
        yield http


@pytest.fixture
def talk(zep: Any) -> Talk:
    """A new user with a new thread."""
    return new_talk(zep, first_name="Noor", last_name="Haddad")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in [*(table(METHODS.known) if SUCCEEDED else []), *METHODS.lines("v4 | zep-cloud 4.0.1")]:
        terminalreporter.write_line(line)


def pytest_sessionfinish(session: Any, exitstatus: int) -> None:
    # A complete run must have called every method.
    if os.environ.get("ERSTWHILE_WHOLE") and exitstatus == 0 and not METHODS.is_complete():
        session.exitstatus = 1

"""Fixtures of the session generations: synchronous and asynchronous clients, users and sessions."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))

from methods import Methods, Recorded  # noqa: E402
from support import GENERATION, SDK, URL, VERSION, client_of, says, unique  # noqa: E402

METHODS = Methods()


@pytest.fixture(params=["sync", "async"])
def zep(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The official client."""
    key = os.environ["ERSTWHILE_KEY"]
    loop = asyncio.new_event_loop()
    target = client_of("Zep" if request.param == "sync" else "AsyncZep", key)
    METHODS.register(target)
    yield Recorded(target, METHODS, loop)
    loop.close()


@pytest.fixture
def other_project() -> Any:
    """The official client with a key of another project."""
    return client_of("Zep", os.environ["ERSTWHILE_OTHER_KEY"])


@pytest.fixture
def unauthorized() -> Any:
    """The official client with an invalid key."""
    return client_of("Zep", "wrong")


@pytest.fixture
def raw() -> Iterator[httpx.Client]:
    """Plain HTTP, to read data through another generation."""
    headers = {"authorization": f"Api-Key {os.environ['ERSTWHILE_KEY']}"}
    with httpx.Client(base_url=URL, headers=headers, timeout=60) as http:
        yield http


@pytest.fixture
def user(zep: Any) -> str:
    """A new user."""
    user_id = unique("user")
    zep.user.add(user_id=user_id, first_name="Ann", last_name="Lee", email=f"{user_id}@example.org", metadata={"plan": "gold"})
    return user_id


@pytest.fixture
def session(zep: Any, user: str) -> str:
    """A new session of the user."""
    session_id = unique("session")
    zep.memory.add_session(session_id=session_id, user_id=user)
    return session_id


@pytest.fixture
def talk(zep: Any, session: str) -> str:
    """A session with messages."""
    zep.memory.add(session, messages=[says("user", "I live in Lyon. I love hiking in the Alps."), says("assistant", "Lyon is lovely!", role="Bot")])
    zep.memory.add(session, messages=[says("user", "My sister Salma works at Nordlys Studio. Where should we eat in Lyon?")])
    return session


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in METHODS.lines(f"{GENERATION} | {SDK} {VERSION}"):
        terminalreporter.write_line(line)


def pytest_sessionfinish(session: Any, exitstatus: int) -> None:
    # A complete run must have called every method.
    if os.environ.get("ERSTWHILE_WHOLE") and exitstatus == 0 and not METHODS.is_complete():
        session.exitstatus = 1

"""Fixtures of the open-source generation: the client, called synchronously and asynchronously."""

import asyncio
import inspect
import os
import uuid
from typing import Any, Iterator, Set

import httpx
import pytest
from zep_python import ZepClient
from zep_python.document.collections import DocumentCollection

URL = os.environ["ERSTWHILE_URL"]
PARTS = {"memory": "memory", "message": "message", "user": "user", "document": "document"}

KNOWN: Set[str] = {"ZepClient"}
CALLED: Set[str] = set()


def names_of(prefix: str, thing: Any) -> Set[str]:
    """Returns method names, without the `a` prefix of asynchronous variants."""
    names = {name for name, _ in inspect.getmembers(thing, callable) if not name.startswith("_")}
    return {f"{prefix}.{name}" for name in names if not (name.startswith("a") and name[1:] in names)}


class Caller:
    """Calls methods of a part of the client, or of a collection, and records successful calls."""

    def __init__(self, prefix: str, target: Any, loop: Any) -> None:
        self._prefix, self._target, self._loop = prefix, target, loop

    def __getattr__(self, name: str) -> Any:
        async_name = f"a{name}"
        is_async = self._loop is not None and hasattr(type(self._target), async_name)
        method = getattr(self._target, async_name if is_async else name)
        if not callable(method):
            return method

        def call(*positional: Any, **named: Any) -> Any:
            result = method(*positional, **named)
            if inspect.isasyncgen(result):
                result = self._loop.run_until_complete(collected(result))
            elif inspect.iscoroutine(result):
                result = self._loop.run_until_complete(result)
            elif inspect.isgenerator(result):
                result = list(result)
            CALLED.add(f"{self._prefix}.{name}")
            wrap = lambda one: Caller("DocumentCollection", one, self._loop) if isinstance(one, DocumentCollection) else one  # noqa: E731
            return [wrap(one) for one in result] if isinstance(result, list) else wrap(result)

        return call


async def collected(generator: Any) -> list:
    return [one async for one in generator]


class Client:
    def __init__(self, client: ZepClient, loop: Any) -> None:
        for part in PARTS:
            setattr(self, part, Caller(part, getattr(client, part), loop))
        self.real = client


@pytest.fixture(params=["sync", "async"])
def zep(request: pytest.FixtureRequest) -> Iterator[Client]:
    """The official client; its constructor checks the server's health."""
    loop = asyncio.new_event_loop() if request.param == "async" else None
    client = ZepClient(URL, os.environ["ERSTWHILE_KEY"])
    CALLED.add("ZepClient")
    for part in PARTS:
        KNOWN.update(names_of(part, type(getattr(client, part))))
    KNOWN.update(name for name in names_of("DocumentCollection", DocumentCollection) if name.split(".")[1] in DocumentCollection.__dict__ and name.split(".")[1] != "status")
    yield Client(client, loop)


@pytest.fixture
def other_project() -> ZepClient:
    return ZepClient(URL, os.environ["ERSTWHILE_OTHER_KEY"])


@pytest.fixture
def raw() -> Iterator[httpx.Client]:
    """Plain HTTP, to read data through other generations."""
    headers = {"authorization": f"Api-Key {os.environ['ERSTWHILE_KEY']}"}
    with httpx.Client(base_url=URL, headers=headers, timeout=60) as http:
        yield http


@pytest.fixture
def unique() -> Any:
    return lambda kind="id": f"{kind}-{uuid.uuid4().hex[:20]}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    passed = len(KNOWN & CALLED)
    terminalreporter.write_line(f"methods: v0 | zep-python 1.5.0 | required {passed}/{len(KNOWN)} | all {passed}/{len(KNOWN)}")
    if KNOWN - CALLED:
        terminalreporter.write_line(f"missing: {', '.join(sorted(KNOWN - CALLED))}")


def pytest_sessionfinish(session: Any, exitstatus: int) -> None:
    # A complete run must have called every method.
    if os.environ.get("ERSTWHILE_WHOLE") and exitstatus == 0 and KNOWN - CALLED:
        session.exitstatus = 1

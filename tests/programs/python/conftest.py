"""What the suites share: where the server is, which requests it answered, fresh names, and patience."""

import asyncio
import json
import os
import re
import time
import uuid
from typing import Any, Callable, List

import pytest


class Requests:
    """The requests that the server has answered, by its own log: `GET /api/v2/users/* 404`.

    Some programs swallow errors or pretend success, so what they return is half of the proof.
    """

    def __init__(self, log: str) -> None:
        self._log = log
        self._seen = os.path.getsize(log)

    def since(self) -> List[str]:
        """Those since the last call, or since the test began, in the order of their answers."""
        with open(self._log, "rb") as log:
            log.seek(self._seen)
            # A line is logged before its answer is sent, so the requests of a program that has its answers are here.
            text = log.read()
        self._seen += len(text)
        lines = [json.loads(line) for line in text.splitlines() if line.startswith(b"{")]
        return [
            f"{line['span']['method']} {re.sub(r'{[^}]*}', '*', line['fields']['route'])} {line['fields']['status']}"
            for line in lines
            if line["fields"].get("message") == "answered"
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
    """Asks again until there is something: facts follow their messages within moments, and no test sleeps for them."""

    def ask(question: Callable[[], Any], seconds: float = 30) -> Any:
        deadline = time.monotonic() + seconds
        while not (answer := question()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return answer

    return ask


@pytest.fixture
def running(url: str, key: str) -> Callable[..., Any]:
    """Runs something with the client of the third generation that an application hands to its framework."""

    def run(work: Callable[..., Any]) -> Any:
        from zep_cloud.client import AsyncZep

        async def inside() -> Any:
            return await work(AsyncZep(api_key=key, base_url=f"{url}/api/v2"))

        return asyncio.run(inside())

    return run


async def until(question: Callable[[], Any], seconds: float = 30) -> Any:
    """`eventually` for questions that have to be awaited."""
    deadline = time.monotonic() + seconds
    while not (answer := await question()) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    return answer

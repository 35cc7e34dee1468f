"""Shared helpers: ids, polling, and shortcuts for frequent calls."""

import os
import time
import uuid
from dataclasses import dataclass
from typing import Any

from zep_cloud import AddMessage

URL = os.environ["ERSTWHILE_URL"]
BASE_URL = f"{URL}/api/v4"

# Deadline for ingestion; only a broken server takes this long.
DEADLINE_S = 60.0

# The methods that this server answers with 501, by the beginning of their names.
ABSENT = ("agent.", "trace_connection.")

# Calls that must not be repeated by the client, so that an expected failure does not wait.
ONCE: Any = {"max_retries": 0}


def unique(kind: str = "id") -> str:
    """An id that no other test uses."""
    return f"{kind}-{uuid.uuid4().hex}"


def finished(zep: Any, task: Any) -> Any:
    """Waits until a task has ended, and returns it."""
    deadline = time.monotonic() + DEADLINE_S
    while (now := zep.task.get(task.uuid_)).status not in ("succeeded", "partial", "failed"):
        assert time.monotonic() < deadline, f"the task is still {now!r}"
        time.sleep(0.01)
    assert now.status == "succeeded", now
    return now


@dataclass(frozen=True)
class Talk:
    """A user with a thread."""

    zep: Any
    user: Any
    thread: Any

    def say(self, content: str, **fields: Any) -> Any:
        """Posts a message of the user, waits until it is in the graph, and returns it."""
        added = self.zep.thread.add_messages(self.thread.uuid_, messages=[AddMessage(role="user", content=content, **fields)])
        finished(self.zep, added.task)
        assert len(added.messages) == 1
        return added.messages[0]


def new_talk(zep: Any, **user: Any) -> Talk:
    """Creates a user with a thread."""
    created = zep.user.create(**user)
    return Talk(zep, created, zep.thread.create(user_uuid=created.uuid_))


def all_of(zep: Any, stream: Any) -> list:
    """Everything that a stream of the synchronous or the asynchronous client brings."""
    if not hasattr(stream, "__aiter__"):
        return list(stream)

    async def taken() -> list:
        return [one async for one in stream]

    return zep._parts["loop"].run_until_complete(taken())

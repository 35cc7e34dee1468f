"""Shared helpers: ids, polling, and shortcuts for frequent calls."""

import os
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Callable, Iterable, List, Optional, TypeVar

from zep_cloud import EntityEdge, EntityNode, Message
from zep_cloud.client import Zep

URL = os.environ["ERSTWHILE_URL"]
BASE_URL = f"{URL}/api/v2"

# Deadline for ingestion; only a broken server takes this long.
DEADLINE_S = 60.0

T = TypeVar("T")


def unique(kind: str = "id") -> str:
    """An id that no other test uses."""
    return f"{kind}-{uuid.uuid4().hex}"


def eventually(read: Callable[[], T], holds: Callable[[T], object], what: str) -> T:
    """Polls `read` until `holds` accepts its value."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        value = read()
        if holds(value):
            return value
        assert time.monotonic() < deadline, f"{what}: still {value!r}"
        time.sleep(0.01)


def processed(client: Zep, *, task: Optional[str] = None, episodes: Iterable[str] = ()) -> None:
    """Waits until a task has succeeded and the episodes are in the graph."""
    if task is not None:
        ended = eventually(lambda: client.task.get(task), lambda t: t.status in ("succeeded", "failed"), "the task")
        assert ended.status == "succeeded", ended
    for uuid_ in episodes:
        eventually(lambda: client.graph.episode.get(uuid_), lambda e: e.processed, "the episode")


def instant(text: Optional[str]) -> Optional[datetime]:
    """Parses a time of the API, so that different notations compare equal."""
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))


@dataclass(frozen=True)
class Talk:
    """A user with a thread."""

    client: Zep
    user_id: str
    thread_id: str

    def say(self, content: str, at: Optional[str] = None, **fields: object) -> str:
        """Posts a message of the user, waits until it is in the graph, and returns its uuid."""
        message = Message(role="user", content=content, created_at=at, **fields)  # type: ignore[arg-type]
        added = self.client.thread.add_messages(self.thread_id, messages=[message])
        processed(self.client, task=added.task_id)
        assert added.message_uuids is not None and len(added.message_uuids) == 1
        return added.message_uuids[0]

    def facts(self) -> List[EntityEdge]:
        """All facts of the user's graph, including closed ones."""
        return self.client.graph.edge.get_by_user_id(self.user_id)

    def nodes(self) -> List[EntityNode]:
        """All nodes of the user's graph."""
        return self.client.graph.node.get_by_user_id(self.user_id)

    def fact(self, name: str, target: str) -> EntityEdge:
        """The only fact with this name and target."""
        return the_one(self.facts(), name, target)

    def has_fact(self, name: str, target: str) -> bool:
        """Whether there is a fact with this name and target."""
        return any(edge.name == name and edge.target_node_name == target for edge in self.facts())


def new_talk(client: Zep, **user: object) -> Talk:
    """Creates a user with a thread."""
    user_id, thread_id = unique("user"), unique("thread")
    client.user.add(user_id=user_id, **user)  # type: ignore[arg-type]
    client.thread.create(thread_id=thread_id, user_id=user_id)
    return Talk(client, user_id, thread_id)


def the_one(edges: Iterable[EntityEdge], name: str, target: str) -> EntityEdge:
    """Returns the only edge with this name and target node."""
    edges = list(edges)
    found = [edge for edge in edges if edge.name == name and edge.target_node_name == target]
    known = [(edge.name, edge.target_node_name) for edge in edges]
    assert len(found) == 1, f"{len(found)} facts {name} {target} among {known}"
    return found[0]


def uuids(things: Iterable[object]) -> List[str]:
    """Returns the uuids of objects, in order."""
    return [thing.uuid_ for thing in things]  # type: ignore[attr-defined]

"""Batches (import jobs), from draft to completion."""

from typing import Any

import pytest
from support import eventually, unique
from zep_cloud import BatchAddItem
from zep_cloud.client import Zep
from zep_cloud.core.api_error import ApiError
from zep_cloud.errors import BadRequestError, ConflictError, NotFoundError


def message(thread_id: str, content: str, role: str = "user") -> BatchAddItem:
    return BatchAddItem(type="thread_message", thread_id=thread_id, content=content, role=role, name="Ann")


def test_a_batch_goes_from_draft_to_succeeded(zep: Any, talk: Any, graph_id: str) -> None:
    batch = zep.batch.create(metadata={"source": "import"}, ignore_roles=["system"], strict_ontology=False)
    assert (batch.status, batch.item_count, batch.metadata, batch.ignore_roles) == ("draft", 0, {"source": "import"}, ["system"])
    items = [
        message(talk.thread_id, "I live in Lyon."),
        message(talk.thread_id, "Be kind. The king lives in Rome.", role="system"),
        BatchAddItem(
            type="graph_episode",
            graph_id=graph_id,
            data="Salma works at Nordlys Studio.",
            data_type="text",
            created_at="2025-01-01T00:00:00Z",
            document_id="notes",
            metadata={"page": 1},
            source_description="a notebook",
        ),
        BatchAddItem(type="graph_episode", user_id=talk.user_id, data='{"name": "Omar", "city": "Copenhagen"}', data_type="json"),
    ]
    added = zep.batch.add(batch.batch_id, items=items)
    assert [item.sequence_index for item in added] == [0, 1, 2, 3]
    assert {item.status for item in added} == {"pending"}
    assert zep.thread.get(talk.thread_id).messages == []
    started = zep.batch.process(batch.batch_id)
    assert started.status in ("queued", "processing", "succeeded") and started.processed_at
    done = eventually(lambda: zep.batch.get(batch.batch_id), lambda one: one.status not in ("queued", "processing"), "the batch")
    assert done.status == "succeeded" and done.completed_at
    assert (done.progress.total_items, done.progress.succeeded_items, done.progress.percent_complete) == (4, 4, 100)
    assert [one.content for one in zep.thread.get(talk.thread_id).messages] == [items[0].content, items[1].content]
    assert any(edge.target_node_name == "Lyon" for edge in zep.graph.edge.get_by_user_id(talk.user_id))
    assert not any("Rome" in edge.fact for edge in zep.graph.edge.get_by_user_id(talk.user_id))
    episode = zep.graph.episode.get(added[2].episode_uuid)
    assert (episode.document_id, episode.metadata, episode.source_description) == ("notes", {"page": 1}, "a notebook")
    assert episode.created_at.startswith("2025-01-01")


def test_items_are_listed_in_pages_and_by_status(zep: Any, graph_id: str) -> None:
    batch = zep.batch.create()
    zep.batch.add(batch.batch_id, items=[BatchAddItem(type="graph_episode", graph_id=graph_id, data=f"text {number}") for number in range(5)])
    first = zep.batch.list_items(batch.batch_id, limit=2, cursor=0, status="pending")
    rest = zep.batch.list_items(batch.batch_id, limit=10, cursor=first.next_cursor)
    assert [item.sequence_index for item in first.items + rest.items] == [0, 1, 2, 3, 4]
    assert rest.next_cursor is None
    assert zep.batch.list_items(batch.batch_id, status="failed").items == []
    assert len(zep.batch.list_items(batch.batch_id).items) == 5


def test_batches_are_listed_newest_first(zep: Any) -> None:
    ids = [zep.batch.create().batch_id for _ in range(3)]
    assert [one.batch_id for one in zep.batch.list(limit=3, cursor=0, status="draft").batches] == ids[::-1]
    assert zep.batch.list(limit=1).next_cursor == 1
    assert ids[0] in [one.batch_id for one in zep.batch.list().batches]


def test_only_the_item_whose_target_was_deleted_fails(zep: Any, talk: Any, graph_id: str) -> None:
    batch = zep.batch.create()
    zep.batch.add(batch.batch_id, items=[BatchAddItem(type="graph_episode", graph_id=graph_id, data="gone"), message(talk.thread_id, "I live in Oslo.")])
    zep.graph.delete(graph_id)
    zep.batch.process(batch.batch_id)
    done = eventually(lambda: zep.batch.get(batch.batch_id), lambda one: one.status not in ("queued", "processing"), "the batch")
    assert (done.status, done.progress.failed_items, done.progress.succeeded_items) == ("partial", 1, 1)
    failed = zep.batch.list_items(batch.batch_id, status="failed").items
    assert failed[0].sequence_index == 0 and failed[0].error["message"]


def test_only_drafts_can_be_changed(zep: Any, graph_id: str) -> None:
    batch = zep.batch.create()
    with pytest.raises(BadRequestError):
        zep.batch.process(batch.batch_id)
    item = BatchAddItem(type="graph_episode", graph_id=graph_id, data="text")
    zep.batch.add(batch.batch_id, items=[item])
    zep.batch.process(batch.batch_id)
    for call in (lambda: zep.batch.process(batch.batch_id), lambda: zep.batch.add(batch.batch_id, items=[item]), lambda: zep.batch.delete(batch.batch_id)):
        with pytest.raises(ConflictError):
            call()
    draft = zep.batch.create()
    assert zep.batch.delete(draft.batch_id).message == "OK"
    with pytest.raises(NotFoundError):
        zep.batch.get(draft.batch_id)


def test_invalid_items_are_refused_and_none_is_stored(client: Zep, other_project: Zep, graph_id: str) -> None:
    batch_id = client.batch.create().batch_id
    good = BatchAddItem(type="graph_episode", graph_id=graph_id, data="text")
    bad = [
        BatchAddItem(type="graph_episode", data="no target"),
        BatchAddItem(type="graph_episode", graph_id=graph_id, user_id="x", data="two targets"),
        BatchAddItem(type="graph_episode", graph_id=graph_id),
        BatchAddItem(type="thread_message", content="no thread", role="user"),
        BatchAddItem(type="graph_episode", graph_id=graph_id, data="{", data_type="json"),
        BatchAddItem(type="dream", graph_id=graph_id, data="x"),
    ]
    for item in bad:
        with pytest.raises(BadRequestError):
            client.batch.add(batch_id, items=[good, item])
    with pytest.raises(NotFoundError):
        client.batch.add(batch_id, items=[good, BatchAddItem(type="graph_episode", graph_id="nothing", data="x")])
    with pytest.raises(BadRequestError):
        client.batch.add(batch_id, items=[good] * 351)
    assert client.batch.get(batch_id).item_count == 0
    with pytest.raises(NotFoundError):
        other_project.batch.get(batch_id)
    with pytest.raises(ApiError):
        client.batch.get(unique())

"""Batches: many items prepared as a draft, then distributed to their graphs."""

from typing import Any

import pytest
from support import Talk, finished, unique
from zep_cloud import BatchItemInput
from zep_cloud.errors import BadRequestError, ConflictError, NotFoundError



def items(talk: Talk) -> list[BatchItemInput]:
    """One valid item of each kind, with all fields."""
    return [
        BatchItemInput(
            type="thread_message",
            thread_uuid=talk.thread.uuid_,
            role="user",
            content="I live in Lyon.",
            name=None,
            metadata={"k": 1},
            reference_time="2024-01-01T00:00:00Z",
        ),
        BatchItemInput(
            type="graph_episode",
            user_uuid=talk.user.uuid_,
            data="Omar lives in Copenhagen.",
            data_type="text",
            document_id="notes",
            source_description="notes",
        ),
        BatchItemInput(type="graph_episode", graph_uuid=talk.user.graph_uuid, data='{"name": "Rex"}', data_type="json"),
    ]


def test_a_batch_is_filled_processed_and_read(zep: Any, talk: Talk) -> None:
    batch = zep.batch.create(metadata={"k": "v"}, ignore_roles=["system"], strict_ontology=False, idempotency_key=unique())
    assert (batch.status, batch.metadata, batch.strict_ontology, batch.progress.total_items) == ("draft", {"k": "v"}, False, 0)
    added = zep.batch.add_items(batch.uuid_, items=items(talk), idempotency_key=unique())
    assert [item.status for item in added.items] == ["pending"] * 3 and added.rejected_items == []
    assert [item.type for item in added.items] == ["thread_message", "graph_episode", "graph_episode"]
    assert added.items[0].thread_uuid == talk.thread.uuid_ and added.items[1].user_uuid == talk.user.uuid_
    assert {item.graph_uuid for item in added.items} == {talk.user.graph_uuid}
    first = zep.batch.list_items(batch.uuid_, page_size=2)
    rest = zep.batch.list_items(batch.uuid_, page_size=2, cursor=first.response.next_cursor)
    assert [item.sequence_index for item in first.items + rest.items] == [0, 1, 2] and first.response.total_size == 3
    assert rest.response.next_cursor is None and len(zep.batch.list_items(batch.uuid_).items) == 3
    started = zep.batch.process(batch.uuid_, idempotency_key=unique())
    assert started.task.type == "batch.process" and started.batch.status in ("queued", "processing", "succeeded")
    assert finished(zep, started.task).completed_at
    done = zep.batch.get(batch.uuid_)
    assert (done.status, done.progress.succeeded_items, done.progress.failed_items) == ("succeeded", 3, 0)
    assert {item.status for item in zep.batch.list_items(batch.uuid_).items} == {"succeeded"}
    edges = zep.graph.edge.list(talk.user.graph_uuid, filters={"edge_types": ["LIVES_IN"]}).items
    assert {edge.target_node_name for edge in edges} == {"Lyon", "Copenhagen"}
    assert [message.content for message in zep.thread.list_messages(talk.thread.uuid_).items] == ["I live in Lyon."]
    assert batch.uuid_ in [one.uuid_ for one in zep.batch.list(page_size=50, cursor="", status="succeeded").items]
    assert zep.batch.list().items and zep.batch.list(status="canceled").items == []
    one = zep.batch.create()
    zep.batch.add_items(one.uuid_, items=items(talk)[1:2])
    finished(zep, zep.batch.process(one.uuid_).task)
    for late in (lambda: zep.batch.process(batch.uuid_), lambda: zep.batch.delete(batch.uuid_)):
        with pytest.raises(ConflictError):
            late()


def test_items_that_cannot_be_added_are_rejected_with_a_reason(zep: Any, talk: Talk) -> None:
    batch = zep.batch.create()
    wrong = [
        BatchItemInput(type="thread_message", thread_uuid=unique(), role="user", content="Hi."),
        BatchItemInput(type="thread_message", thread_uuid=talk.user.uuid_, role="user", content="Hi."),
        BatchItemInput(type="graph_episode", graph_uuid=talk.user.graph_uuid, data=" "),
        BatchItemInput(type="graph_episode", data="Nobody's."),
        BatchItemInput(type="graph_episode", graph_uuid=talk.user.graph_uuid, data="{", data_type="json"),
    ]
    added = zep.batch.add_items(batch.uuid_, items=[*wrong[:2], *items(talk), *wrong[2:]])
    assert [rejected.index for rejected in added.rejected_items] == [0, 1, 5, 6, 7]
    assert all(rejected.reason for rejected in added.rejected_items)
    assert len(added.items) == 3 and zep.batch.get(batch.uuid_).progress.total_items == 3
    assert zep.batch.add_items(batch.uuid_, items=wrong).items == []
    with pytest.raises(BadRequestError):
        zep.batch.add_items(batch.uuid_, items=[])
    zep.batch.delete(batch.uuid_, idempotency_key=unique())
    with pytest.raises(NotFoundError):
        zep.batch.get(batch.uuid_)
    empty = zep.batch.create()
    with pytest.raises(BadRequestError):
        zep.batch.process(empty.uuid_)
    zep.batch.delete(empty.uuid_)

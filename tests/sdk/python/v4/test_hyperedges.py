"""Statements that relate more than two nodes."""

from typing import Any

import pytest
from support import unique
from zep_cloud import EdgeNodeRef, HyperedgeInput, HyperedgeListFilters
from zep_cloud.errors import BadRequestError, NotFoundError


def founded(name: str) -> Any:
    return HyperedgeInput(name="FOUNDED", source_node=EdgeNodeRef(name=name, labels=["Person"]), target_node=EdgeNodeRef(name="Acme"))


def test_hyperedges_are_added_read_listed_changed_and_deleted(zep: Any) -> None:
    graph = zep.graph.create().uuid_
    all_arguments = {"attributes": {"round": 1}, "metadata": {"source": "register"}, "valid_at": "2019-01-01T00:00:00Z", "invalid_at": "2024-01-01T00:00:00Z", "expired_at": "2024-02-01T00:00:00Z"}
    added = zep.graph.hyperedge.add(graph, fact="Ana and Ben founded Acme.", edges=[founded("Ana"), founded("Ben")], idempotency_key=unique(), **all_arguments)
    assert zep.task.get(added.task.uuid_).status == "succeeded"
    uuid = added.hyperedge.uuid_
    found = zep.graph.hyperedge.get(graph, uuid)
    assert (found.fact, found.valid_at, found.invalid_at, found.expired_at) == ("Ana and Ben founded Acme.", all_arguments["valid_at"], all_arguments["invalid_at"], all_arguments["expired_at"])
    assert {one.uuid_ for one in found.edges} == {one.uuid_ for one in added.hyperedge.edges}
    other = zep.graph.hyperedge.add(graph, fact="Carl and Dora founded Bolt.", edges=[founded("Carl"), founded("Dora")]).hyperedge
    filters = HyperedgeListFilters(node_uuids=[found.edges[0].source_node_uuid], edge_uuids=[found.edges[0].uuid_], episode_uuids=[uuid])
    assert [one.uuid_ for one in zep.graph.hyperedge.list(graph, page_size=10, cursor="", order_by="created_at", order="asc", filters=filters).items] == [uuid]
    assert {one.uuid_ for one in zep.graph.hyperedge.list(graph).items} == {uuid, other.uuid_}
    assert zep.graph.hyperedge.update(graph, uuid, fact="They founded Acme.", idempotency_key=unique()).fact == "They founded Acme."
    assert zep.graph.edge.get(graph, found.edges[1].uuid_).fact == "They founded Acme."
    assert zep.graph.hyperedge.update(graph, uuid).fact == "They founded Acme."

    arguments = {"name": "FOUNDED", "target_node": EdgeNodeRef(name="Acme")}
    joined = zep.graph.hyperedge.create_edge(graph, uuid, source_node=EdgeNodeRef(name="Eve"), idempotency_key=unique(), **arguments)
    assert joined.edge.fact == "They founded Acme."
    last = zep.graph.hyperedge.create_edge(graph, uuid, source_node=EdgeNodeRef(name="Fay"), **arguments)
    assert len(zep.graph.hyperedge.get(graph, uuid).edges) == 4
    zep.graph.hyperedge.delete_edge(graph, uuid, joined.edge.uuid_, idempotency_key=unique())
    zep.graph.hyperedge.delete_edge(graph, uuid, last.edge.uuid_)
    assert len(zep.graph.hyperedge.get(graph, uuid).edges) == 2
    zep.graph.hyperedge.delete(graph, uuid, idempotency_key=unique())
    zep.graph.hyperedge.delete(graph, other.uuid_)
    assert zep.graph.hyperedge.list(graph).items == []
    with pytest.raises(NotFoundError):
        zep.graph.hyperedge.get(graph, uuid)
    with pytest.raises(BadRequestError):
        zep.graph.hyperedge.add(graph, fact="Ana founded Acme.", edges=[founded("Ana")])

"""Graphs and what they hold, with the required and with all arguments."""

from typing import Any

import pytest
from support import Talk, all_of, finished, unique
from zep_cloud import EdgeInput, EdgeNodeRef, NodeInput
from zep_cloud.errors import BadRequestError, NotFoundError

PAGE = {"page_size": 10, "cursor": "", "order": "asc"}


@pytest.fixture
def graph(zep: Any) -> Any:
    """A new standalone graph."""
    return zep.graph.create(name="Team")


def test_a_graph_lives_from_creation_to_deletion(zep: Any) -> None:
    name = unique("graph")
    graph = zep.graph.create(name=name, description="a team", time_zone="Europe/Paris", content_policy=None, idempotency_key=unique())
    assert (graph.name, graph.graph_id, graph.type) == (name, None, "standalone")
    assert zep.graph.get(graph.uuid_).description == "a team"
    assert zep.graph.update(graph.uuid_, name=f"{name}!", description="a crew", time_zone=None, idempotency_key=unique()).name == f"{name}!"
    assert zep.graph.update(graph.uuid_).description == "a crew"
    assert [one.uuid_ for one in zep.graph.list(**PAGE, order_by="name", search=name).items] == [graph.uuid_]
    assert zep.graph.list().items
    assert finished(zep, zep.graph.warm(graph.uuid_, idempotency_key=unique()).task).type == "graph.warm"
    zep.graph.warm(graph.uuid_)
    copy = zep.graph.clone(graph.uuid_, request={}, idempotency_key=unique())
    assert copy.graph.uuid_ != graph.uuid_ and copy.graph.description == "a crew"
    finished(zep, copy.task)
    zep.graph.clone(graph.uuid_, request={})
    assert finished(zep, zep.graph.delete(graph.uuid_, idempotency_key=unique()).task).type == "graph.delete"
    with pytest.raises(NotFoundError):
        zep.graph.get(graph.uuid_)
    zep.graph.delete(copy.graph.uuid_)


def test_data_that_is_added_becomes_nodes_and_edges(zep: Any, graph: Any) -> None:
    added = zep.graph.episode.add(
        graph.uuid_,
        data="Salma works at Nordlys Studio. Omar lives in Copenhagen.",
        type="text",
        document_id="notes",
        metadata={"k": 1},
        reference_time="2025-01-01T00:00:00Z",
        source_description="notes",
        strict_ontology=False,
        idempotency_key=unique(),
    )
    finished(zep, added.task)
    finished(zep, zep.graph.episode.add(graph.uuid_, data="Omar likes tea.").task)
    episode = zep.graph.episode.get(graph.uuid_, added.episode.uuid_)
    assert episode.processed and episode.metadata == {"k": 1} and episode.graph_uuid == graph.uuid_
    assert zep.graph.episode.update(graph.uuid_, episode.uuid_, metadata={"k": 2}, idempotency_key=unique()).metadata == {"k": 2}
    zep.graph.episode.update(graph.uuid_, episode.uuid_)
    asked = zep.graph.episode.add(graph.uuid_, data="Does Omar like figs?")
    finished(zep, asked.task)
    log = zep.graph.episode.get_debug_logs(graph.uuid_, asked.episode.uuid_)
    assert log.status == "completed" and "it asks" in log.entries[0].message
    finished(zep, zep.graph.episode.delete(graph.uuid_, asked.episode.uuid_).task)
    nodes = {node.name: node for node in zep.graph.node.list(graph.uuid_, **PAGE, order_by="degree", filters={}).items}
    assert {"Salma", "Omar", "Copenhagen"} <= set(nodes)
    assert zep.graph.node.list(graph.uuid_).items
    metadata = {"type": "and", "filters": [{"property_name": "k", "operator": "in", "value": [2, 3]}]}
    filters = {"mentioned_node_uuids": [nodes["Omar"].uuid_], "metadata_filters": metadata}
    assert [one.uuid_ for one in zep.graph.episode.list(graph.uuid_, **PAGE, order_by="created_at", filters=filters).items] == [episode.uuid_]
    assert len(zep.graph.episode.list(graph.uuid_).items) == 2
    assert [one.uuid_ for one in zep.graph.episode.list_for_document(graph.uuid_, "notes", page_size=10, cursor="").items] == [episode.uuid_]
    assert zep.graph.episode.list_for_document(graph.uuid_, "notes").items
    neighbors = zep.graph.node.list_neighbors(graph.uuid_, nodes["Omar"].uuid_, **PAGE, order_by="created_at", direction="out", filters={})
    assert "Copenhagen" in [one.node.name for one in neighbors.items] and neighbors.items[0].edges
    assert zep.graph.node.list_neighbors(graph.uuid_, nodes["Omar"].uuid_).items
    part = zep.graph.get_subgraph(graph.uuid_, seed_node_uuids=[nodes["Omar"].uuid_], depth=1, direction="both", filters={}, max_edges=10, max_nodes=10)
    assert {"Omar", "Copenhagen"} <= {node.name for node in part.nodes} and part.truncated is False
    assert zep.graph.get_subgraph(graph.uuid_, seed_node_uuids=[nodes["Omar"].uuid_]).edges
    assert [one.document_id for one in zep.graph.document_summary.list(graph.uuid_, **PAGE, order_by="created_at", filters={}).items] == ["notes"]
    assert zep.graph.document_summary.list(graph.uuid_).items
    assert finished(zep, zep.graph.episode.delete(graph.uuid_, episode.uuid_, idempotency_key=unique()).task).type == "graph.episode.delete"
    with pytest.raises(NotFoundError):
        zep.graph.episode.get(graph.uuid_, episode.uuid_)


def test_nodes_and_edges_are_added_and_changed_directly(zep: Any, graph: Any) -> None:
    added = zep.graph.node.add(graph.uuid_, nodes=[NodeInput(name="Mia", label="Person", summary="a child", attributes={"age": 4}, metadata={"k": 1})], idempotency_key=unique())
    finished(zep, added.task)
    mia = added.nodes[0]
    leo = zep.graph.node.add(graph.uuid_, nodes=[NodeInput(name="Leo")]).nodes[0]
    zep.graph.node.delete(graph.uuid_, leo.uuid_)
    node = zep.graph.node.get(graph.uuid_, mia.uuid_)
    assert node.name == "Mia" and node.attributes["age"] == 4 and "Person" in node.labels
    changed = zep.graph.node.update(graph.uuid_, mia.uuid_, name="Mia Lee", summary="a pupil", attributes={"age": 5}, idempotency_key=unique())
    assert (changed.name, changed.attributes["age"]) == ("Mia Lee", 5)
    zep.graph.node.update(graph.uuid_, mia.uuid_)
    edge = EdgeInput(
        fact="Mia plays chess.",
        fact_name="PLAYS",
        source_node=EdgeNodeRef(uuid=mia.uuid_),
        target_node=EdgeNodeRef(name="chess"),
        valid_at="2025-01-01T00:00:00Z",
        attributes={"level": "low"},
        metadata={"k": 1},
    )
    stated = zep.graph.edge.add(graph.uuid_, edges=[edge], deduplicate=True, idempotency_key=unique())
    finished(zep, stated.task)
    plays = stated.edges[0]
    assert plays.source_node_uuid == mia.uuid_
    again = zep.graph.edge.add(graph.uuid_, edges=[EdgeInput(fact="Mia plays go.", fact_name="PLAYS", source_node=EdgeNodeRef(uuid=mia.uuid_), target_node=EdgeNodeRef(name="go"))])
    zep.graph.edge.delete(graph.uuid_, again.edges[0].uuid_)
    assert zep.graph.edge.get(graph.uuid_, plays.uuid_).fact == "Mia plays chess."
    updated = zep.graph.edge.update(graph.uuid_, plays.uuid_, fact="Mia plays chess well.", attributes={"level": "high"}, idempotency_key=unique())
    assert updated.fact == "Mia plays chess well." and updated.attributes["level"] == "high"
    zep.graph.edge.update(graph.uuid_, plays.uuid_)
    dates = {"any_of": [{"all_of": [{"field": "valid_at", "operator": "gte", "value": "2025-01-01T00:00:00Z"}]}]}
    edges = zep.graph.edge.list(graph.uuid_, **PAGE, order_by="valid_at", filters={"date_filters": dates}).items
    assert plays.uuid_ in [one.uuid_ for one in edges]
    assert zep.graph.edge.list(graph.uuid_).items
    assert finished(zep, zep.graph.edge.delete(graph.uuid_, plays.uuid_, idempotency_key=unique()).task).type == "graph.edge.delete"
    with pytest.raises(NotFoundError):
        zep.graph.edge.get(graph.uuid_, plays.uuid_)
    assert finished(zep, zep.graph.node.delete(graph.uuid_, mia.uuid_, idempotency_key=unique()).task).type == "graph.node.delete"
    with pytest.raises(NotFoundError):
        zep.graph.node.get(graph.uuid_, mia.uuid_)


def test_an_object_of_another_graph_is_not_found(zep: Any, graph: Any) -> None:
    node = zep.graph.node.add(graph.uuid_, nodes=[NodeInput(name="Mia")]).nodes[0]
    other = zep.graph.create()
    with pytest.raises(NotFoundError):
        zep.graph.node.get(other.uuid_, node.uuid_)
    with pytest.raises(NotFoundError):
        zep.graph.node.delete(other.uuid_, node.uuid_)
    assert zep.graph.node.get(graph.uuid_, node.uuid_).name == "Mia"


def test_every_kind_of_result_is_found(talk: Talk) -> None:
    zep, graph = talk.zep, talk.user.graph_uuid
    for at in ("2024-01-01", "2024-02-01", "2024-03-01"):
        talk.say("I visited Lyon and I like hiking.", reference_time=f"{at}T00:00:00Z")
    node = zep.user.get_node(talk.user.uuid_)
    options = {
        "page_size": 5,
        "cursor": "",
        "bfs_origin_node_uuids": [node.uuid_],
        "center_node_uuid": node.uuid_,
        "filter_low_quality_results": False,
        "mmr_lambda": 0.5,
        "reranker": "rrf",
        "filters": {},
    }
    for search in (zep.graph.search_edges, zep.graph.search_nodes, zep.graph.search_episodes, zep.graph.search_observations, zep.graph.search_thread_summaries):
        search(graph, query="hiking")
        search(graph, query="hiking", **options)
    assert "hiking" in zep.graph.search_edges(graph, query="What does Noor like?").items[0].fact
    assert zep.graph.search_nodes(graph, query="hiking").items
    episode = zep.graph.search_episodes(graph, query="hiking").items[0]
    assert "hiking" in episode.content and episode.thread_uuid == talk.thread.uuid_ and episode.score is not None
    assert zep.graph.search_thread_summaries(graph, query="hiking").items[0].thread_uuid == talk.thread.uuid_
    assert zep.graph.thread_summary.list(graph).items
    assert zep.graph.thread_summary.list(graph, **PAGE, order_by="created_at", filters={}).items
    observations = zep.graph.observation.list(graph).items
    zep.graph.observation.list(graph, **PAGE, order_by="created_at", filters={})
    assert zep.graph.observation.get(graph, observations[0].uuid_).name == observations[0].name
    context = zep.graph.get_context(graph, query="What does Noor like?")
    assert "hiking" in context.context and context.results is None
    full = zep.graph.get_context(graph, query="hiking", filters={}, include_results=True, max_characters=1000, recency_bias="off", template_uuid=None)
    assert len(full.context) <= 1000 and full.results.edges and full.results.episodes


def test_a_question_brings_what_the_graph_has(talk: Talk) -> None:
    message = talk.say("I live in Lyon.")
    zep, graph = talk.zep, talk.user.graph_uuid
    found = zep.graph.query(graph_uuids=[graph], query="Where does Noor live?")
    assert [edge.fact for edge in found.results.edges] == ["Noor Haddad lives in Lyon."]
    assert "Lyon" in [node.name for node in found.results.nodes]
    assert message.uuid_ in [episode.uuid_ for episode in found.results.episodes]
    # Nobody asked for an answer.
    assert found.answer is None and not found.truncated and not found.citations.edge_uuids
    asked = {"graph_uuids": [graph], "query": "Where does Noor live?"}
    options = {"generate_answer": True, "guidance": "Be brief.", "mode": "deep"}
    answered = zep.graph.query(**asked, **options)
    assert answered.answer.startswith("Noor Haddad lives in Lyon.")
    assert answered.citations.edge_uuids == [answered.results.edges[0].uuid_]
    for given in ({}, options):
        events = all_of(zep, zep.graph.query_stream(**asked, **given))
        assert [event.sequence for event in events] == list(range(len(events)))
        assert [event.type for event in events] == ["started", *["tool_call", "tool_result"] * 5, "result"]
        assert events[0].graph_uuids == [graph]
        assert events[2].results.edges == events[-1].results.edges != []
    with pytest.raises(BadRequestError) as error:
        zep.graph.query(graph_uuids=[graph, graph], query="Where?")
    assert error.value.body.error.param == "graph_uuids"
    with pytest.raises(NotFoundError):
        all_of(zep, zep.graph.query_stream(graph_uuids=[talk.thread.uuid_], query="Where?"))


def test_tasks_are_listed_newest_first(talk: Talk) -> None:
    zep, tasks = talk.zep, []
    for data in ("Noor likes tea.", "Noor likes figs."):
        tasks.append(finished(zep, zep.graph.episode.add(talk.user.graph_uuid, data=data).task).uuid_)
    listed = zep.task.list(page_size=2, cursor="", status="succeeded", type="graph.add")
    assert [task.uuid_ for task in listed.items] == tasks[::-1]
    assert listed.items[0].type == "graph.add" and listed.items[0].status == "succeeded"
    every = zep.task.list()
    assert {task.uuid_ for task in every.items} >= set(tasks)
    assert zep.task.list(type="user.delete").items == []
    with pytest.raises(BadRequestError) as error:
        zep.task.list(status="lost")
    assert error.value.body.error.param == "status"


def test_a_filter_that_cannot_be_applied_is_refused(zep: Any, graph: Any) -> None:
    mixed = {"any_of": [{"all_of": [{"field": field, "operator": "is_null"}]} for field in ("valid_at", "invalid_at")]}
    with pytest.raises(BadRequestError) as error:
        zep.graph.edge.list(graph.uuid_, filters={"date_filters": mixed})
    assert error.value.body.error.code == "unsupported_filter"
    with pytest.raises(BadRequestError) as error:
        zep.graph.get_context(graph.uuid_, query="tea", recency_bias="strong")
    assert error.value.body.error.code == "unsupported_parameter"


def test_pages_of_a_graph_hold_every_node_once(zep: Any, graph: Any) -> None:
    added = {node.uuid_ for node in zep.graph.node.add(graph.uuid_, nodes=[NodeInput(name=f"Node {word}") for word in ("Ada", "Bob", "Cid", "Dan", "Eve")]).nodes}
    seen, cursor = [], None
    while cursor != "":
        page = zep.graph.node.list(graph.uuid_, page_size=2, cursor=cursor)
        seen += [node.uuid_ for node in page.items]
        cursor = page.response.next_cursor or ""
    assert len(seen) == 5 and set(seen) == added

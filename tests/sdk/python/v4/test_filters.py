"""Every filter of every list and search restricts what it says, and what cannot be applied is refused."""

from types import SimpleNamespace
from typing import Any, Callable, Iterable

import pytest
from support import Talk, finished
from zep_cloud import (
    BadRequestError,
    DocumentSummaryListFilters,
    EdgeInput,
    EdgeListFilters,
    EdgeNodeRef,
    EdgeSearchFilters,
    EpisodeListFilters,
    EpisodeSearchFilters,
    HyperedgeInput,
    HyperedgeListFilters,
    NodeInput,
    NodeListFilters,
    NodeSearchFilters,
    ObservationListFilters,
    SearchFilters,
    ThreadSummaryListFilters,
    ThreadSummarySearchFilters,
)

CHESS, ROME = "Mia plays chess.", "Leo visited Rome."
BOTH = [ROME, CHESS]


def date(field: str, operator: str, value: Any = None) -> dict:
    return {"any_of": [{"all_of": [{"field": field, "operator": operator, "value": value}]}]}


def metadata(operator: str, value: Any) -> dict:
    return {"type": "and", "filters": [{"property_name": "k", "operator": operator, "value": value}]}


def attribute(operator: str, value: Any) -> list:
    return [{"property_name": "level", "operator": operator, "value": value}]


@pytest.fixture
def world(zep: Any) -> SimpleNamespace:
    """A graph with two facts, which differ in everything that filters ask about."""
    graph = zep.graph.create().uuid_
    inputs = [NodeInput(name="Mia", label="Player", attributes={"level": 1}), NodeInput(name="Leo", label="Traveller", attributes={"level": 2})]
    mia, leo = zep.graph.node.add(graph, nodes=inputs).nodes
    edges = [
        EdgeInput(fact=CHESS, fact_name="PLAYS", source_node=EdgeNodeRef(uuid=mia.uuid_), target_node=EdgeNodeRef(name="chess"), valid_at="2025-01-01T00:00:00Z", attributes={"level": 1}, metadata={"k": 1}),
        EdgeInput(
            fact=ROME,
            fact_name="VISITED",
            source_node=EdgeNodeRef(uuid=leo.uuid_),
            target_node=EdgeNodeRef(name="Rome"),
            valid_at="2024-01-01T00:00:00Z",
            invalid_at="2024-02-01T00:00:00Z",
            attributes={"level": 2},
            metadata={"k": 2},
        ),
    ]
    finished(zep, zep.graph.edge.add(graph, edges=edges).task)
    facts = {edge.fact: edge for edge in zep.graph.edge.list(graph).items}
    nodes = {node.name: node for node in zep.graph.node.list(graph).items}
    assert sorted(facts) == BOTH and set(nodes) == {"Mia", "Leo", "chess", "Rome"}
    return SimpleNamespace(zep=zep, graph=graph, facts=facts, nodes=nodes)


def about_chess(world: SimpleNamespace) -> dict:
    """Filters that the fact about chess passes, and the other one does not."""
    mia, chess, fact = world.nodes["Mia"].uuid_, world.nodes["chess"].uuid_, world.facts[CHESS]
    return {
        "edge_types": ["PLAYS"],
        "exclude_edge_types": ["VISITED"],
        "edge_uuids": [fact.uuid_],
        "source_node_uuids": [mia],
        "target_node_uuids": [chess],
        "connected_node_uuids": [chess],
        "episode_uuids": fact.episode_uuids,
        "exclude_node_labels": ["Traveller"],
        "date_filters": date("valid_at", "gte", "2025-01-01T00:00:00Z"),
        "property_filters": attribute("eq", 1),
        "metadata_filters": metadata("eq", 1),
    }


def check(model: Any, expected: dict, call: Callable[[dict], Iterable[str]], refused: Iterable[str] = ()) -> None:
    """Each field of a type of filters has the expected result, or is refused."""
    assert set(model.model_fields) == set(expected) | set(refused), "a filter is not tested"
    for field, (value, found) in expected.items():
        assert sorted(call({field: value})) == sorted(found), field
    for field in refused:
        with pytest.raises(BadRequestError) as error:
            call({field: True})
        assert error.value.body.error.code == "unsupported_filter"
    with pytest.raises(BadRequestError) as error:
        call({"made_up": ["x"]})
    assert error.value.body.error.code == "unsupported_filter"


def test_filters_of_edges(world: SimpleNamespace) -> None:
    zep, graph, given = world.zep, world.graph, about_chess(world)
    # Both ends need one of the labels.
    labels = {"node_labels": (["Player", "Entity"], BOTH)}
    expected = {field: (value, [CHESS]) for field, value in given.items()}
    listed = lambda filters: [edge.fact for edge in zep.graph.edge.list(graph, filters=filters).items]  # noqa: E731
    check(EdgeListFilters, expected | labels, listed, ["content_policy_violated"])
    assert listed({"node_labels": ["Player"]}) == []
    found = lambda filters: [edge.fact for edge in zep.graph.search_edges(graph, query="chess or Rome", filters=filters).items]  # noqa: E731
    check(EdgeSearchFilters, {field: expected[field] for field in EdgeSearchFilters.model_fields}, found)
    seeds = [world.nodes["Mia"].uuid_, world.nodes["Leo"].uuid_]
    part = lambda filters: [edge.fact for edge in zep.graph.get_subgraph(graph, seed_node_uuids=seeds, filters=filters).edges]  # noqa: E731
    check(SearchFilters, expected | labels, part, ["content_policy_violated"])
    others = {field: value for field, (value, _) in expected.items()} | {
        "edge_types": ["VISITED"],
        "exclude_edge_types": ["PLAYS"],
        "edge_uuids": [world.facts[ROME].uuid_],
        "source_node_uuids": [world.nodes["Leo"].uuid_],
        "target_node_uuids": [world.nodes["Rome"].uuid_],
        "connected_node_uuids": [world.nodes["Leo"].uuid_],
        "episode_uuids": world.facts[ROME].episode_uuids,
        "exclude_node_labels": ["Player"],
        "date_filters": date("valid_at", "lt", "2025-01-01T00:00:00Z"),
        "property_filters": attribute("gt", 1),
        "metadata_filters": metadata("gt", 1),
    }
    near = lambda filters: [entry.node.name for entry in zep.graph.node.list_neighbors(graph, world.nodes["Mia"].uuid_, filters=filters).items]  # noqa: E731
    for field, value in others.items():
        assert (near({field: given[field]}), near({field: value})) == (["chess"], []), field


def test_filters_of_nodes(world: SimpleNamespace) -> None:
    zep, graph, given = world.zep, world.graph, about_chess(world)
    ends = ["Mia", "chess"]
    # A node that an edge names by its uuid is not mentioned by the episode of the edge.
    expected = {field: (value, ends) for field, value in given.items()} | {
        "episode_uuids": (given["episode_uuids"], ["chess"]),
        "metadata_filters": (given["metadata_filters"], ["chess"]),
        "property_filters": (given["property_filters"], ["Mia"]),
        "node_labels": (["Player"], ["Mia"]),
        "exclude_node_labels": (["Player", "Traveller"], ["chess", "Rome"]),
    }
    listed = lambda filters: [node.name for node in zep.graph.node.list(graph, filters=filters).items]  # noqa: E731
    check(NodeListFilters, expected, listed, ["content_policy_violated"])
    assert listed({"date_filters": date("created_at", "lt", "2020-01-01T00:00:00Z")}) == []
    found = lambda filters: [node.name for node in zep.graph.search_nodes(graph, query="Mia Leo chess Rome", filters=filters).items]  # noqa: E731
    check(NodeSearchFilters, {field: expected[field] for field in NodeSearchFilters.model_fields}, found)
    for field in set(NodeListFilters.model_fields) - set(NodeSearchFilters.model_fields):
        with pytest.raises(BadRequestError):
            found({field: given.get(field, True)})


def test_filters_of_episodes(world: SimpleNamespace) -> None:
    zep, graph = world.zep, world.graph
    expected = {"metadata_filters": (metadata("in", [1, 3]), [CHESS]), "mentioned_node_uuids": ([world.nodes["chess"].uuid_], [CHESS])}
    listed = lambda filters: [one.content for one in zep.graph.episode.list(graph, filters=filters).items]  # noqa: E731
    # Episodes that violate a content policy are shown, and can be asked for, only by a setting of the project.
    check(EpisodeListFilters, expected, listed, ["content_policy_violated"])
    found = lambda filters: [one.content for one in zep.graph.search_episodes(graph, query="chess Rome", filters=filters).items]  # noqa: E731
    check(EpisodeSearchFilters, {"metadata_filters": expected["metadata_filters"]}, found, ["content_policy_violated"])


def test_filters_of_hyperedges(world: SimpleNamespace) -> None:
    zep, graph = world.zep, world.graph
    trip, match = "Mia and Leo travelled together.", "Mia and Leo played together."
    for fact, name, target in [(trip, "TRAVELLED_TO", "Oslo"), (match, "PLAYED", "go")]:
        sources = [EdgeNodeRef(uuid=world.nodes[source].uuid_) for source in ("Mia", "Leo")]
        edges = [HyperedgeInput(name=name, source_node=source, target_node=EdgeNodeRef(name=target)) for source in sources]
        finished(zep, zep.graph.hyperedge.add(graph, fact=fact, edges=edges).task)
    all_of = {one.fact: one for one in zep.graph.hyperedge.list(graph).items}
    assert set(all_of) == {trip, match}
    expected = {
        "node_uuids": ([all_of[trip].edges[0].target_node_uuid], [trip]),
        "edge_uuids": ([all_of[trip].edges[1].uuid_], [trip]),
        "episode_uuids": ([all_of[trip].uuid_], [trip]),
    }
    listed = lambda filters: [one.fact for one in zep.graph.hyperedge.list(graph, filters=filters).items]  # noqa: E731
    check(HyperedgeListFilters, expected, listed)
    assert sorted(listed({"node_uuids": [world.nodes["Mia"].uuid_]})) == [match, trip]


def test_filters_of_observations_and_summaries(talk: Talk) -> None:
    zep, graph = talk.zep, talk.user.graph_uuid
    for month in ("01", "02", "03"):
        message = talk.say("I visited Lyon.", reference_time=f"2024-{month}-01T00:00:00Z", metadata={"k": 1})
    for number, document in enumerate(("one", "two")):
        finished(zep, zep.graph.episode.add(graph, data="Noor sells tea.", document_id=document, metadata={"k": number}).task)
    since, before = date("created_at", "gte", "2020-01-01T00:00:00Z"), date("created_at", "lt", "2020-01-01T00:00:00Z")

    expected = {"date_filters": (since, ["recurring"]), "property_filters": ([{"property_name": "kind", "operator": "eq", "value": "recurring"}], ["recurring"])}
    observed = lambda filters: [one.attributes["kind"] for one in zep.graph.observation.list(graph, filters=filters).items]  # noqa: E731
    check(ObservationListFilters, expected, observed)
    searched = lambda filters: [one.attributes["kind"] for one in zep.graph.search_observations(graph, query="Lyon", filters=filters).items]  # noqa: E731
    for found in (observed, searched):
        assert found({"metadata_filters": metadata("eq", 1)}) == found({"episode_uuids": [message.uuid_]}) == ["recurring"]
        assert found({"date_filters": before}) == found({"metadata_filters": metadata("eq", 7)}) == []

    expected = {"date_filters": (since, ["one", "two"]), "metadata_filters": (metadata("eq", 1), ["two"])}
    documents = lambda filters: [one.document_id for one in zep.graph.document_summary.list(graph, filters=filters).items]  # noqa: E731
    check(DocumentSummaryListFilters, expected, documents, ["property_filters"])
    expected = {"date_filters": (since, [talk.thread.uuid_]), "metadata_filters": (metadata("eq", 1), [talk.thread.uuid_])}
    threads = lambda filters: [one.thread_uuid for one in zep.graph.thread_summary.list(graph, filters=filters).items]  # noqa: E731
    check(ThreadSummaryListFilters, expected, threads, ["property_filters"])
    threads_found = lambda filters: [one.thread_uuid for one in zep.graph.search_thread_summaries(graph, query="Lyon", filters=filters).items]  # noqa: E731
    check(ThreadSummarySearchFilters, {"metadata_filters": expected["metadata_filters"]}, threads_found)
    for found in (documents, threads, threads_found):
        assert found({"date_filters": before}) == found({"metadata_filters": metadata("eq", 7)}) == []
    for found in (observed, searched, documents, threads, threads_found):
        for refused in ({"date_filters": date("valid_at", "is_null")}, {"edge_types": ["VISITED"]}):
            with pytest.raises(BadRequestError) as error:
                found(refused)
            assert error.value.body.error.code == "unsupported_filter"


def test_filters_of_a_context(world: SimpleNamespace) -> None:
    zep, graph = world.zep, world.graph
    context = lambda filters: zep.graph.get_context(graph, query="chess or Rome", filters=filters, include_results=True)  # noqa: E731
    expected = {field: (value, [CHESS]) for field, value in about_chess(world).items()}
    # Both ends need one of the labels. The results hold what has ended, too, behind what is true now.
    expected["node_labels"] = (["Player", "Entity"], BOTH)
    check(SearchFilters, expected, lambda filters: [edge.fact for edge in context(filters).results.edges], ["content_policy_violated"])
    for field, (value, _) in expected.items():
        shown = context({field: value}).context
        assert CHESS in shown and ROME not in shown, field
    ended = context({"date_filters": date("invalid_at", "is_not_null")})
    assert [edge.fact for edge in ended.results.edges] == [ROME] and ROME in ended.context and CHESS not in ended.context
    assert sorted(node.name for node in ended.results.nodes) == ["Leo", "Rome"] and ended.results.episodes == []


@pytest.mark.parametrize(
    ("field", "operator", "value", "found"),
    [
        ("valid_at", "eq", "2025-01-01T00:00:00Z", [CHESS]),
        ("valid_at", "ne", "2025-01-01T00:00:00Z", [ROME]),
        ("valid_at", "gt", "2024-01-01T00:00:00Z", [CHESS]),
        ("valid_at", "lte", "2024-01-01T00:00:00Z", [ROME]),
        ("invalid_at", "is_null", None, [CHESS]),
        ("invalid_at", "is_not_null", None, [ROME]),
        ("invalid_at", "lt", "2024-03-01T00:00:00Z", [ROME]),
        ("expired_at", "is_null", None, [CHESS]),
        ("expired_at", "is_not_null", None, [ROME]),
        ("created_at", "gt", "2020-01-01T00:00:00Z", BOTH),
        ("created_at", "lt", "2020-01-01T00:00:00Z", []),
    ],
)
def test_operators_of_dates(world: SimpleNamespace, field: str, operator: str, value: Any, found: list) -> None:
    edges = world.zep.graph.edge.list(world.graph, filters={"date_filters": date(field, operator, value)}).items
    assert sorted(edge.fact for edge in edges) == found


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("eq", 1, [CHESS]),
        ("ne", 1, [ROME]),
        ("gt", 1, [ROME]),
        ("gte", 2, [ROME]),
        ("lt", 2, [CHESS]),
        ("lte", 1, [CHESS]),
        ("in", [1, 7], [CHESS]),
        ("is_null", None, []),
        ("is_not_null", None, BOTH),
    ],
)
def test_operators_of_values(world: SimpleNamespace, operator: str, value: Any, found: list) -> None:
    for filters in ({"metadata_filters": metadata(operator, value)}, {"property_filters": attribute(operator, value)}):
        assert sorted(edge.fact for edge in world.zep.graph.edge.list(world.graph, filters=filters).items) == found, filters

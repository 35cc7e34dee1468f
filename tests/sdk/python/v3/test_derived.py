"""Data derived from a whole graph: summaries, observations, patterns, subgraphs, clones."""

from typing import Any

import pytest
from support import eventually, instant, processed, unique
from zep_cloud import (
    AddNodeItem,
    DetectConfig,
    EpisodeData,
    Message,
    PatternSeeds,
    SearchFilters,
)
from zep_cloud.client import Zep
from zep_cloud.errors import BadRequestError, NotFoundError


@pytest.fixture
def places(client: Zep, graph_id: str) -> str:
    """A graph in which Ann has visited several places."""
    for place in ["Lyon", "Oslo", "Rome", "Bern"]:
        client.graph.add_fact_triple(graph_id=graph_id, fact=f"Ann visited {place}.", fact_name="VISITED", source_node_name="Ann", source_node_labels=["Person"], target_node_name=place, target_node_labels=["City"])
    return graph_id


def node_named(zep: Any, graph_id: str, name: str) -> Any:
    return next(node for node in zep.graph.node.get_by_graph_id(graph_id) if node.name == name)


ALL = {"limit": 10, "order_by": "created_at", "direction": "asc", "filters": SearchFilters(), "cursor": "", "uuid_cursor": ""}


def test_a_thread_is_summarized(zep: Any, talk: Any) -> None:
    with pytest.raises(NotFoundError):
        zep.thread.get_summary(talk.thread_id)
    talk.say("I moved from Lyon to Copenhagen because of a new job.")
    talk.say("The job is at Nordlys Studio, where I draw maps.")
    summary = zep.thread.get_summary(talk.thread_id)
    assert summary.thread_id == talk.thread_id and "Copenhagen" in summary.summary
    assert instant(summary.last_summarized_at) and instant(summary.last_summarized_episode_valid_at)
    assert zep.graph.thread_summary.get_by_user_id(talk.user_id) == [summary]
    assert zep.graph.thread_summary.get_by_user_id(talk.user_id, **ALL) == [summary]
    found = zep.graph.search(user_id=talk.user_id, query="a new job", scope="thread_summaries").thread_summaries
    assert found[0].uuid_ == summary.uuid_ and found[0].summary == summary.summary
    talk.say("My desk is next to the harbour.")
    assert zep.thread.get_summary(talk.thread_id).uuid_ == summary.uuid_
    zep.thread.delete(talk.thread_id)
    assert zep.graph.thread_summary.get_by_user_id(talk.user_id) == []


def test_a_standalone_graph_has_no_threads(zep: Any, graph_id: str) -> None:
    assert zep.graph.thread_summary.get_by_graph_id(graph_id) == []
    assert zep.graph.thread_summary.get_by_graph_id(graph_id, **ALL) == []


def test_documents_are_summarized_and_read_back(zep: Any, graph_id: str) -> None:
    parts = ["The old mill stands by the river.", "In 1912 the mill burned down.", "It was rebuilt by the village."]
    zep.graph.add_batch(graph_id=graph_id, document_id="mill", strict_ontology=False, episodes=[EpisodeData(data=part, type="text") for part in parts])
    assert [one.content for one in zep.graph.get_episodes_for_document("mill", graph_id=graph_id).episodes] == parts
    summaries = zep.graph.document_summary.get_by_graph_id(graph_id)
    assert [(one.document_id, "mill" in one.summary) for one in summaries] == [("mill", True)]
    assert zep.graph.document_summary.get_by_graph_id(graph_id, **ALL) == summaries
    with pytest.raises(NotFoundError):
        zep.graph.get_episodes_for_document("nothing", graph_id=graph_id)


def test_facts_that_say_more_together_become_observations(zep: Any, talk: Any, places: str) -> None:
    assert zep.graph.observation.get_by_graph_id(places) == [], "a list of visited places is in the facts"
    for child in ["Mia", "Leo"]:
        zep.graph.add_fact_triple(graph_id=places, fact=f"Ann has a child, {child}.", fact_name="HAS_CHILD", source_node_name="Ann", source_node_labels=["Person"], target_node_name=child, target_node_labels=["Person"])
    [family] = zep.graph.observation.get_by_graph_id(places)
    assert family.name == "Ann has 2 children" and "Mia" in family.summary and "Leo" in family.summary
    assert family.created_at and family.latest_evidence_at
    assert zep.graph.observation.get(family.uuid_) == family
    assert family in zep.graph.observation.get_by_graph_id(places, **ALL)
    found = zep.graph.search(graph_id=places, query="the children of Ann", scope="observations").observations
    assert found[0].uuid_ == family.uuid_ and found[0].relevance is not None
    for day in ("2025-01-01", "2025-02-01", "2025-03-01"):
        talk.say("I go running in the park with Salma.", at=f"{day}T08:00:00Z")
    talk.say("I live in Lyon.", at="2025-01-01T08:00:00Z")
    talk.say("I live in Oslo now.", at="2025-06-01T08:00:00Z")
    changes = [one for one in zep.graph.observation.get_by_user_id(talk.user_id) if "Lyon" in one.summary and "Oslo" in one.summary]
    assert len(changes) == 1 and len(changes[0].episode_ids) == 2
    assert zep.graph.observation.get_by_user_id(talk.user_id, **ALL)
    with pytest.raises(NotFoundError):
        zep.graph.observation.get("00000000-0000-4000-8000-000000000000")


def test_patterns_are_found(zep: Any, talk: Any, places: str) -> None:
    found = zep.graph.detect_patterns(graph_id=places)
    relation = next(one for one in found.patterns if one.type == "relationship")
    assert relation.occurrences == 4 and relation.edge_types == ["VISITED"]
    assert "Ann" in [node.name for node in found.nodes] and found.metadata.edges_analyzed == 4
    ann = node_named(zep, places, "Ann")
    hubs = zep.graph.detect_patterns(
        graph_id=places,
        detect=DetectConfig(hubs={"min_degree": 3}),
        limit=5,
        min_occurrences=1,
        edge_limit=2,
        query_limit=5,
        recency_weight="30_days",
        search_filters=SearchFilters(edge_types=["VISITED"]),
        seeds=PatternSeeds(node_uuids=[ann.uuid_]),
        query="",
    )
    assert [one.type for one in hubs.patterns] == ["hub"] and len(hubs.patterns[0].edges) == 2
    assert zep.graph.detect_patterns(graph_id=places, query="Ann").patterns
    with pytest.raises(BadRequestError):
        zep.graph.detect_patterns(graph_id=places, query="Ann", seeds=PatternSeeds(node_uuids=[ann.uuid_]))
    with pytest.raises(BadRequestError):
        zep.graph.detect_patterns(graph_id=places, limit=201)
    zep.graph.detect_patterns(user_id=talk.user_id)


def test_a_subgraph_is_extracted(zep: Any, places: str) -> None:
    ann, lyon = node_named(zep, places, "Ann"), node_named(zep, places, "Lyon")
    part = zep.graph.get_subgraph(seed_node_uuids=[lyon.uuid_], graph_id=places)
    assert [node.name for node in part.nodes] == ["Lyon", "Ann"] and len(part.edges) == 1 and not part.truncated
    whole = zep.graph.get_subgraph(seed_node_uuids=[lyon.uuid_], graph_id=places, depth=2, direction="both", max_nodes=3, max_edges=10, search_filters=SearchFilters())
    assert whole.truncated and whole.truncation_reason == "max_nodes" and len(whole.nodes) == 3
    assert zep.graph.get_subgraph(seed_node_uuids=[ann.uuid_], graph_id=places, direction="in").edges == []
    with pytest.raises(BadRequestError):
        zep.graph.get_subgraph(seed_node_uuids=[ann.uuid_], graph_id=places, depth=4)


def test_a_cloned_graph_is_independent_of_its_source(zep: Any, talk: Any, places: str) -> None:
    target = unique("copy")
    cloned = zep.graph.clone(source_graph_id=places, target_graph_id=target)
    assert cloned.graph_id == target
    processed(zep, task=cloned.task_id)
    facts = lambda id_: sorted(edge.fact for edge in zep.graph.edge.get_by_graph_id(id_))  # noqa: E731
    assert facts(target) == facts(places)
    zep.graph.delete(places)
    assert len(facts(target)) == 4
    talk.say("I live in Lyon.")
    other = unique("user")
    processed(zep, task=zep.graph.clone(source_user_id=talk.user_id, target_user_id=other).task_id)
    thread = unique("thread")
    zep.thread.create(thread_id=thread, user_id=other)
    added = zep.thread.add_messages(thread, messages=[Message(role="user", content="I live in Oslo now.")])
    processed(zep, task=added.task_id)
    # A later message closes a cloned fact.
    homes = {edge.target_node_name: edge.invalid_at for edge in zep.graph.edge.get_by_user_id(other) if edge.name == "LIVES_IN"}
    assert homes["Lyon"] and not homes["Oslo"]
    assert [edge.invalid_at for edge in talk.facts() if edge.name == "LIVES_IN"] == [None]
    for bad in ({"source_user_id": talk.user_id}, {"source_user_id": talk.user_id, "target_user_id": other}, {"source_user_id": talk.user_id, "target_graph_id": unique()}):
        with pytest.raises(BadRequestError):
            zep.graph.clone(**bad)


def test_nodes_are_added_with_all_fields(zep: Any, talk: Any, graph_id: str) -> None:
    small = zep.graph.add_nodes(nodes=[AddNodeItem(name="Nantes")], graph_id=graph_id)
    processed(zep, task=small.task_id)
    whole = AddNodeItem(name="Brest", label="City", summary="a harbour", attributes={"sea": "Atlantic"}, metadata={"source": "map"}, created_at="2024-01-01T00:00:00Z")
    added = zep.graph.add_nodes(nodes=[whole], graph_id=graph_id).nodes[0]
    node = zep.graph.node.get(added.uuid_)
    assert (node.name, node.labels, node.summary, node.attributes) == ("Brest", ["Entity", "City"], "a harbour", {"sea": "Atlantic"})
    assert node.created_at.startswith("2024-01-01")
    # A node is found by its metadata.
    group = {"type": "and", "filters": [{"property_name": "source", "comparison_operator": "=", "property_value": "map"}]}
    named = zep.graph.node.get_by_graph_id(graph_id, filters=SearchFilters(episode_metadata_filters=group))
    assert [one.name for one in named] == ["Brest"]
    zep.graph.add_nodes(nodes=[AddNodeItem(name="Vannes")], user_id=talk.user_id)
    with pytest.raises(BadRequestError):
        zep.graph.add_nodes(nodes=[], graph_id=graph_id)
    with pytest.raises(BadRequestError):
        zep.graph.add_nodes(nodes=[AddNodeItem(name="x" * 51)], graph_id=graph_id)


def test_metadata_of_an_episode_applies_to_its_facts(zep: Any, talk: Any) -> None:
    said = [Message(role="user", content="I live in Lyon.", metadata={"source": "survey"}), Message(role="user", content="I own a red bicycle.", metadata={"source": "chat"})]
    processed(zep, task=zep.thread.add_messages(talk.thread_id, messages=said).task_id)
    group = {"type": "and", "filters": [{"property_name": "source", "comparison_operator": "=", "property_value": "survey"}]}
    filters = SearchFilters(episode_metadata_filters=group)
    facts = zep.graph.edge.get_by_user_id(talk.user_id, filters=filters)
    assert facts and all("Lyon" in edge.fact for edge in facts)
    found = zep.graph.search(user_id=talk.user_id, query="bicycle", search_filters=filters).edges
    assert not any("bicycle" in edge.fact for edge in found)


def test_a_fact_can_be_added_as_data(zep: Any, graph_id: str) -> None:
    data = '{"fact": "Ann visited Lima.", "fact_name": "VISITED", "source_node_name": "Ann", "target_node_name": "Lima"}'
    episode = zep.graph.add(graph_id=graph_id, type="fact_triple", data=data, metadata={"source": "crm"})
    assert episode.source == "fact_triple" and zep.graph.episode.get(episode.uuid_).processed
    edges = zep.graph.edge.get_by_graph_id(graph_id)
    assert [(edge.fact, edge.episodes) for edge in edges] == [("Ann visited Lima.", [episode.uuid_])]
    zep.graph.episode.delete(episode.uuid_)
    assert zep.graph.edge.get_by_graph_id(graph_id) == []
    with pytest.raises(BadRequestError):
        zep.graph.add(graph_id=graph_id, type="fact_triple", data="Ann visited Lima.")

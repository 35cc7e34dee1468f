"""The graph of cloud v2."""

from typing import Any

import pytest
from support import GENERATION, ApiError, BadRequestError, NotFoundError, eventually, sdk, unique

pytestmark = pytest.mark.skipif(GENERATION != "v2", reason="only cloud v2 has a graph")


@pytest.fixture
def group(zep: Any) -> str:
    """A new group with facts."""
    group_id = unique("group")
    zep.group.add(group_id=group_id)
    zep.graph.add(group_id=group_id, type="text", data="Salma works at Nordlys Studio. Omar lives in Copenhagen.", created_at="2025-01-01T00:00:00Z", source_description="notes")
    eventually(lambda: zep.graph.edge.get_by_group_id(group_id), lambda edges: len(edges) >= 2, "facts")
    return group_id


def test_added_data_becomes_facts(zep: Any, user: str) -> None:
    episode = zep.graph.add(user_id=user, type="text", data="Ann lives in Lyon.")
    assert episode.uuid_ and episode.source == "text"
    read = eventually(lambda: zep.graph.episode.get(episode.uuid_), lambda one: one.processed, "the episode")
    assert read.content == "Ann lives in Lyon."
    assert [one.uuid_ for one in zep.graph.episode.get_by_user_id(user).episodes] == [episode.uuid_]
    assert [one.uuid_ for one in zep.graph.episode.get_by_user_id(user, lastn=1).episodes] == [episode.uuid_]
    mentions = zep.graph.episode.get_nodes_and_edges(episode.uuid_)
    assert any("Lyon" in edge.fact for edge in mentions.edges) and "Lyon" in [node.name for node in mentions.nodes]
    zep.graph.episode.delete(episode.uuid_)
    assert zep.graph.edge.get_by_user_id(user) == []


def test_data_is_added_in_batches(zep: Any, user: str) -> None:
    group_id = unique("group")
    zep.group.add(group_id=group_id)
    new = [sdk.EpisodeData(data=f"Person{number} lives in Lyon.", type="text") for number in range(3)]
    assert [one.content for one in zep.graph.add_batch(episodes=new, group_id=group_id)] == [one.data for one in new]
    assert len(zep.graph.add_batch(episodes=new[:1], user_id=user)) == 1
    assert [one.content for one in zep.graph.episode.get_by_group_id(group_id).episodes] == [one.data for one in new][::-1]
    assert len(zep.graph.episode.get_by_group_id(group_id, lastn=2).episodes) == 2


def test_a_fact_is_stated_directly(zep: Any, group: str) -> None:
    small = zep.graph.add_fact_triple(group_id=group, fact="Ann visited Oslo.", fact_name="VISITED", target_node_name="Oslo", source_node_name="Ann")
    assert small.edge.fact == "Ann visited Oslo." and small.source_node.name == "Ann"
    whole = zep.graph.add_fact_triple(
        group_id=group,
        fact="Ann worked in Rome.",
        fact_name="WORKED_IN",
        fact_uuid="11111111-1111-4111-8111-111111111111",
        created_at="2024-01-01T00:00:00Z",
        valid_at="2020-01-01T00:00:00Z",
        invalid_at="2021-01-01T00:00:00Z",
        expired_at="2021-02-01T00:00:00Z",
        source_node_name="Ann",
        source_node_summary="a person",
        source_node_uuid=small.source_node.uuid_,
        target_node_name="Rome",
        target_node_summary="a city",
        target_node_uuid=small.target_node.uuid_,
    )
    assert whole.edge.valid_at.startswith("2020-01-01") and whole.edge.invalid_at.startswith("2021-01-01")
    assert whole.edge.source_node_uuid == small.source_node.uuid_
    assert zep.graph.edge.get(whole.edge.uuid_).fact == "Ann worked in Rome."
    zep.graph.edge.delete(whole.edge.uuid_)
    with pytest.raises(NotFoundError):
        zep.graph.edge.get(whole.edge.uuid_)


def test_nodes_and_edges_are_read(zep: Any, group: str, user: str) -> None:
    edges = zep.graph.edge.get_by_group_id(group)
    first = zep.graph.edge.get_by_group_id(group, limit=1)
    rest = zep.graph.edge.get_by_group_id(group, limit=10, uuid_cursor=first[0].uuid_)
    assert [edge.uuid_ for edge in first + rest] == [edge.uuid_ for edge in edges]
    nodes = zep.graph.node.get_by_group_id(group)
    assert {"Salma", "Omar"} <= {node.name for node in nodes}
    some = zep.graph.node.get_by_group_id(group, limit=1, uuid_cursor=nodes[0].uuid_)
    assert [node.uuid_ for node in some] == [nodes[1].uuid_]
    salma = next(node for node in nodes if node.name == "Salma")
    assert zep.graph.node.get(salma.uuid_).name == "Salma"
    assert any("Nordlys" in edge.fact for edge in zep.graph.node.get_edges(salma.uuid_))
    assert zep.graph.node.get_episodes(salma.uuid_).episodes[0].source_description == "notes"
    assert zep.graph.edge.get_by_user_id(user, limit=5, uuid_cursor="") == zep.graph.edge.get_by_user_id(user)
    assert {"Ann Lee", "Assistant"} == {node.name for node in zep.graph.node.get_by_user_id(user)}
    assert len(zep.graph.node.get_by_user_id(user, limit=1, uuid_cursor="")) == 1


def test_the_graph_is_searched(zep: Any, group: str, user: str) -> None:
    found = zep.graph.search(query="Where does Omar live?", group_id=group)
    assert "Copenhagen" in found.edges[0].fact and found.edges[0].score is not None
    omar = next(node for node in zep.graph.node.get_by_group_id(group) if node.name == "Omar")
    after = sdk.DateFilter(comparison_operator=">=", date="2024-01-01T00:00:00Z")
    found = zep.graph.search(
        query="Omar",
        group_id=group,
        scope="edges",
        limit=5,
        reranker="node_distance",
        center_node_uuid=omar.uuid_,
        bfs_origin_node_uuids=[omar.uuid_],
        min_fact_rating=0.0,
        min_score=0.0,
        mmr_lambda=0.5,
        search_filters=sdk.SearchFilters(created_at=[[after]]),
    )
    assert "Copenhagen" in found.edges[0].fact
    assert zep.graph.search(query="Salma", group_id=group, scope="nodes").nodes[0].name == "Salma"
    assert "Nordlys" in zep.graph.search(query="Nordlys", group_id=group, scope="episodes").episodes[0].content
    with pytest.raises(BadRequestError):
        zep.graph.search(query="x", group_id=group, user_id=user)
    with pytest.raises(NotFoundError if hasattr(sdk, "Never") else ApiError):
        zep.graph.search(query="x", group_id="nothing")


def test_a_graph_is_cloned(zep: Any, group: str, user: str, talk: str) -> None:
    target = unique("clone")
    assert zep.graph.clone(source_group_id=group, target_group_id=target).group_id == target
    facts = lambda id_: sorted(edge.fact for edge in zep.graph.edge.get_by_group_id(id_))  # noqa: E731
    assert facts(target) == facts(group)
    zep.group.delete(group)
    assert len(facts(target)) >= 2
    other = unique("user")
    assert zep.graph.clone(source_user_id=user, target_user_id=other).user_id == other
    assert zep.user.get(other).first_name == "Ann"
    with pytest.raises(BadRequestError) as caught:
        zep.graph.clone(source_user_id=user, target_user_id=other)
    assert "already exists" in str(caught.value.body)


def test_types_are_declared_from_classes(zep: Any, user: str) -> None:
    from pydantic import Field
    from zep_cloud.external_clients.ontology import EdgeModel, EntityModel, EntityText

    class Studio(EntityModel):
        """A place where artists work."""

        style: EntityText = Field(description="its style", default=None)

    class WorksAt(EdgeModel):
        """Where somebody works."""

        since: EntityText = Field(description="since when", default=None)

    assert zep.graph.set_entity_types({"Studio": Studio}).message == "OK"
    zep.graph.set_entity_types({"Studio": Studio}, edges={"WORKS_AT": WorksAt})
    zep.graph.set_ontology({"Studio": Studio})
    zep.graph.set_ontology({"Studio": Studio}, edges={"WORKS_AT": WorksAt})
    types = zep.graph.list_entity_types()
    assert [(one.name, one.description, one.properties[0].name) for one in types.entity_types] == [("Studio", "A place where artists work.", "style")]
    assert [one.name for one in types.edge_types] == ["WORKS_AT"]
    zep.graph.add(user_id=user, type="text", data="Salma works at Nordlys Studio.")
    nodes = eventually(lambda: zep.graph.node.get_by_user_id(user), lambda nodes: any(node.name == "Nordlys Studio" for node in nodes), "the node")
    assert "Studio" in next(node for node in nodes if node.name == "Nordlys Studio").labels
    zep.graph.set_entity_types_internal(entity_types=[], edge_types=[])
    zep.graph.set_entity_types_internal()
    assert zep.graph.list_entity_types().entity_types == []
    nodes = zep.graph.node.get_by_user_id(user)
    assert "Studio" not in next(node for node in nodes if node.name == "Nordlys Studio").labels

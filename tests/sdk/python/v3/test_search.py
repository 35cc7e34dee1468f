"""Search: scopes, rerankers, limits and filters, on one graph that these tests only read."""

from dataclasses import dataclass, field

import pytest
from support import Talk, new_talk, processed, unique, uuids
from zep_cloud import (
    DateFilter,
    EntityEdge,
    EpisodeMetadataFilter,
    MetadataFilterGroup,
    PropertyFilter,
    SearchFilters,
)
from zep_cloud.client import Zep
from zep_cloud.core.api_error import ApiError
from zep_cloud.errors import BadRequestError

RERANKERS = ["rrf", "mmr", "node_distance", "episode_mentions", "cross_encoder"]


@dataclass
class Club:
    """A graph of people, boats and harbours."""

    client: Zep
    graph_id: str = field(default_factory=lambda: unique("club"))
    edges: dict[str, EntityEdge] = field(default_factory=dict)
    nodes: dict[str, str] = field(default_factory=dict)
    episodes: dict[str, str] = field(default_factory=dict)

    def state(self, key: str, subject: str, name: str, obj: str, labels: tuple[str, str], **more: object) -> None:
        """Adds a fact."""
        added = self.client.graph.add_fact_triple(
            graph_id=self.graph_id,
            fact=f"{subject} {name.lower().replace('_', ' ')} {obj}",
            fact_name=name,
            source_node_name=subject,
            source_node_labels=[labels[0]],
            target_node_name=obj,
            target_node_labels=[labels[1]],
            **more,  # type: ignore[arg-type]
        )
        self.edges[key] = added.edge
        self.nodes[subject], self.nodes[obj] = added.source_node.uuid_, added.target_node.uuid_

    def add_text(self, key: str, text: str, **metadata: object) -> None:
        """Adds a text."""
        added = self.client.graph.add(graph_id=self.graph_id, type="text", data=text, metadata=metadata)
        processed(self.client, episodes=[added.uuid_])
        self.episodes[key] = added.uuid_

    def search(self, query: str, **more: object):
        """Searches the graph."""
        return self.client.graph.search(graph_id=self.graph_id, query=query, **more)  # type: ignore[arg-type]

    def found(self, query: str = "boat", **filters: object) -> set[str]:
        """Returns the keys of the facts that a search with these filters finds."""
        found = self.search(query, limit=50, search_filters=SearchFilters(**filters)).edges  # type: ignore[arg-type]
        keys = {edge.uuid_: key for key, edge in self.edges.items()}
        return {keys[edge.uuid_] for edge in found if edge.uuid_ in keys}


@pytest.fixture(scope="module")
def club(client: Zep) -> Club:
    club = Club(client)
    client.graph.create(graph_id=club.graph_id)
    sails, moors, lies = ("Person", "Boat"), ("Boat", "Harbour"), ("Harbour", "Island")
    club.state(
        "ann sails",
        "Ann",
        "SAILS_BOAT",
        "Albatross",
        sails,
        valid_at="2020-01-01T00:00:00Z",
        edge_attributes={"hours": 10, "crew": "family"},
    )
    club.state(
        "bob sails",
        "Bob",
        "SAILS_BOAT",
        "Bluefin",
        sails,
        valid_at="2021-01-01T00:00:00Z",
        edge_attributes={"hours": 200},
    )
    club.state(
        "cem sails",
        "Cem",
        "SAILS_BOAT",
        "Cormorant",
        sails,
        valid_at="2022-01-01T00:00:00Z",
        invalid_at="2023-01-01T00:00:00Z",
    )
    club.state("albatross moors", "Albatross", "MOORS_BOAT", "Northport", moors, valid_at="2020-06-01T00:00:00Z")
    club.state("bluefin moors", "Bluefin", "MOORS_BOAT", "Southport", moors, valid_at="2021-06-01T00:00:00Z")
    club.state("northport lies", "Northport", "HARBOURS_BOAT", "Gannet Island", lies, valid_at="2019-01-01T00:00:00Z")
    club.add_text("alice", "Alice Chen works at Initech.", team="red", year=2024, open=True)
    club.add_text("robert", "Robert Smith works at Globex.", team="blue", year=2025)
    club.add_text("carla", "Carla Diaz works at Hooli.", team="green", year=2026)
    return club


def test_edges_are_searched_by_default(club: Club) -> None:
    found = club.search("Who sails the Albatross?")
    assert found.edges[0].uuid_ == club.edges["ann sails"].uuid_
    assert (found.nodes, found.episodes, found.context) == (None, None, None)


def test_found_edges_have_all_their_fields(club: Club) -> None:
    found = club.search("Who sails the Albatross?").edges[0]
    stored = club.client.graph.edge.get(found.uuid_)
    assert (found.fact, found.name, found.attributes) == (stored.fact, "SAILS_BOAT", {"hours": 10, "crew": "family"})
    assert (found.source_node_name, found.target_node_name) == ("Ann", "Albatross")
    assert (found.source_node_labels, found.target_node_labels) == (["Entity", "Person"], ["Entity", "Boat"])
    assert found.valid_at == stored.valid_at


def test_results_are_ranked_best_first(club: Club) -> None:
    for scope in ("edges", "nodes", "episodes"):
        results = getattr(club.search("Alice Chen at Initech sails a boat", scope=scope), scope)
        scores = [result.score for result in results]
        assert len(scores) > 1 and scores == sorted(scores, reverse=True)
        assert [result.selection_rank for result in results] == list(range(1, len(results) + 1))
        assert all(0 <= result.relevance <= 1 for result in results)


def test_nodes_are_searched_by_name(club: Club) -> None:
    found = club.search("Gannet Island", scope="nodes")
    assert found.nodes[0].uuid_ == club.nodes["Gannet Island"]
    assert found.nodes[0].name == "Gannet Island"
    assert (found.edges, found.episodes) == (None, None)


def test_episodes_are_searched_by_content(club: Club) -> None:
    found = club.search("Where does Robert Smith work?", scope="episodes")
    assert found.episodes[0].uuid_ == club.episodes["robert"]
    assert found.episodes[0].content == "Robert Smith works at Globex."
    assert (found.edges, found.nodes) == (None, None)


def test_episodes_explain_their_scores_on_request(club: Club) -> None:
    query = "Where does Robert Smith work?"
    options = {"additional_body_parameters": {"explain": True}}
    best = club.search(query, scope="episodes", request_options=options).episodes[0]
    assert best.explanation["content"]["value"] > 0 and best.explanation["content"]["share"] > 0
    assert all(feature["value"] != 0 for feature in best.explanation.values())
    assert not hasattr(club.search(query, scope="episodes").episodes[0], "explanation")


def test_the_automatic_scope_returns_a_context_within_the_character_limit(club: Club) -> None:
    found = club.search("Who sails the Albatross?", scope="auto")
    assert "Ann sails boat Albatross" in found.context
    assert selected(found.context) <= 2_500
    short = club.search("Who sails the Albatross?", scope="auto", max_characters=200)
    assert 0 < selected(short.context) <= 200 < selected(found.context)


def selected(context: str) -> int:
    """Counts the characters of the results in a context, without headings and tags."""
    return sum(len(line) for line in context.splitlines() if not line.startswith(("#", "<")))


@pytest.mark.parametrize("more", [{"reranker": "node_distance"}, {"reranker": "episode_mentions"}])
def test_the_automatic_scope_refuses_rerankers_that_need_a_scope(club: Club, more: dict) -> None:
    with pytest.raises(BadRequestError) as error:
        club.search("boat", scope="auto", center_node_uuid=club.nodes["Ann"], **more)
    assert "reranker" in error.value.body["message"]


def test_the_automatic_scope_ignores_the_limit(club: Club) -> None:
    assert club.search("boat", scope="auto", limit=500) == club.search("boat", scope="auto")


def test_the_automatic_scope_returns_raw_results_on_request(club: Club) -> None:
    found = club.search("Who sails the Albatross?", scope="auto", return_raw_results=True)
    assert club.edges["ann sails"].uuid_ in uuids(found.edges or [])
    assert "Ann sails boat Albatross" in found.context


def test_edge_filters_are_refused_in_other_scopes(club: Club) -> None:
    for name in ("connected_node_uuids", "source_node_uuids", "target_node_uuids"):
        with pytest.raises(BadRequestError) as error:
            club.search("boat", scope="nodes", search_filters=SearchFilters(**{name: [club.nodes["Ann"]]}))
        assert name in error.value.body["message"]


def test_more_than_256_uuids_in_a_filter_are_refused(club: Club) -> None:
    many = [club.edges["ann sails"].uuid_] * 257
    with pytest.raises(BadRequestError) as error:
        club.search("boat", search_filters=SearchFilters(edge_uuids=many))
    assert "256" in error.value.body["message"]


def test_episode_mentions_counts_only_the_episodes_in_the_filter(client: Zep, graph_id: str) -> None:
    texts = ["Alice Chen works at Initech.", "Robert Smith works at Globex.", "Robert Smith works at Globex."]
    added = [client.graph.add(graph_id=graph_id, type="text", data=text).uuid_ for text in texts]
    processed(client, episodes=added)
    found = client.graph.search(
        graph_id=graph_id,
        query="Alice Chen works at Initech.",
        reranker="episode_mentions",
        search_filters=SearchFilters(episode_uuids=added),
    )
    assert [edge.target_node_name for edge in found.edges] == ["Globex", "Initech"]


@pytest.mark.parametrize("scope", ["edges", "nodes", "episodes"])
@pytest.mark.parametrize("reranker", RERANKERS)
def test_every_reranker_finds_the_expected_result(club: Club, reranker: str, scope: str) -> None:
    queries = {"edges": "Ann sails the Albatross", "nodes": "Albatross", "episodes": "Alice Chen at Initech"}
    wanted = {
        "edges": club.edges["ann sails"].uuid_,
        "nodes": club.nodes["Albatross"],
        "episodes": club.episodes["alice"],
    }
    more = {"center_node_uuid": club.nodes["Ann"]} if reranker == "node_distance" else {}
    results = getattr(club.search(queries[scope], scope=scope, reranker=reranker, **more), scope)
    assert wanted[scope] in uuids(results)
    assert len(set(uuids(results))) == len(results)


def test_node_distance_ranks_near_results_first(club: Club) -> None:
    for centre, near, far in (("Ann", "ann sails", "bob sails"), ("Bob", "bob sails", "ann sails")):
        found = uuids(club.search("sails boat", reranker="node_distance", center_node_uuid=club.nodes[centre]).edges)
        assert found.index(club.edges[near].uuid_) < found.index(club.edges[far].uuid_)


def test_node_distance_needs_a_centre(club: Club) -> None:
    with pytest.raises(BadRequestError) as error:
        club.search("boat", reranker="node_distance")
    assert "center_node_uuid" in error.value.body["message"]


def test_the_traversal_from_given_nodes_reaches_their_neighbours(club: Club) -> None:
    found = uuids(club.search("harbour", bfs_origin_node_uuids=[club.nodes["Northport"]]).edges)
    assert club.edges["northport lies"].uuid_ in found


@pytest.mark.parametrize("lambda_", [0.0, 0.5, 1.0])
def test_mmr_accepts_a_weight(club: Club, lambda_: float) -> None:
    assert club.search("sails boat", reranker="mmr", mmr_lambda=lambda_).edges


def test_a_limit_truncates_the_list(club: Club) -> None:
    everything = uuids(club.search("boat", limit=50).edges)
    assert len(everything) >= 5
    for limit in (1, 3):
        assert uuids(club.search("boat", limit=limit).edges) == everything[:limit]


def test_ten_results_are_returned_by_default_and_at_most_fifty(client: Zep, graph_id: str) -> None:
    for at in range(60):
        client.graph.add_fact_triple(
            graph_id=graph_id,
            fact=f"Ann owns boat {at}",
            fact_name="OWNS",
            source_node_name="Ann",
            target_node_name=f"boat {at}",
        )
    assert len(client.graph.search(graph_id=graph_id, query="boat").edges) == 10
    assert len(client.graph.search(graph_id=graph_id, query="boat", limit=50).edges) == 50
    assert len(client.graph.search(graph_id=graph_id, query="boat", limit=50, scope="nodes").nodes) == 50


@pytest.mark.parametrize("limit", [0, -1, 51])
def test_a_limit_outside_of_its_range_is_refused(club: Club, limit: int) -> None:
    with pytest.raises(BadRequestError) as error:
        club.search("boat", limit=limit)
    assert "limit" in error.value.body["message"]


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"scope": "planets"}, "scope"),
        ({"reranker": "dice"}, "reranker"),
        ({"mmr_lambda": 1.5, "reranker": "mmr"}, "mmr_lambda"),
        ({"query": " "}, "query"),
        ({"query": "x" * 401}, "query"),
        ({"center_node_uuid": "no uuid", "reranker": "node_distance"}, "center_node_uuid"),
        ({"search_filters": SearchFilters(edge_uuids=["no uuid"])}, "edge_uuids"),
        ({"search_filters": SearchFilters(valid_at=[[DateFilter(comparison_operator=">", date="soon")]])}, "valid_at"),
        (
            {"search_filters": SearchFilters(valid_at=[[DateFilter(comparison_operator="~", date="2020-01-01")]])},
            "comparison_operator",
        ),
        ({"search_filters": SearchFilters(valid_at=[[DateFilter(comparison_operator=">")]])}, "valid_at"),
    ],
)
def test_an_invalid_search_is_refused_with_the_field_name(club: Club, wrong: dict, field: str) -> None:
    with pytest.raises(BadRequestError) as error:
        club.search(**{"query": "boat", **wrong})
    assert field in error.value.body["message"]


def test_edge_types_are_included_and_excluded(club: Club) -> None:
    assert club.found(edge_types=["MOORS_BOAT"]) == {"albatross moors", "bluefin moors"}
    assert club.found(edge_types=["MOORS_BOAT", "HARBOURS_BOAT"]) == {
        "albatross moors",
        "bluefin moors",
        "northport lies",
    }
    assert club.found(edge_types=["NO_SUCH_TYPE"]) == set()
    assert club.found(exclude_edge_types=["MOORS_BOAT", "HARBOURS_BOAT"]) == {
        "ann sails",
        "bob sails",
        "cem sails",
    }


def test_node_labels_are_included_and_excluded(club: Club) -> None:
    def found(**filters: object) -> set[str]:
        nodes = club.search("boat", scope="nodes", limit=50, search_filters=SearchFilters(**filters)).nodes  # type: ignore[arg-type]
        return {node.name for node in nodes}

    assert found(node_labels=["Harbour"]) == {"Northport", "Southport"}
    everything = found()
    assert {"Albatross", "Northport"} <= everything
    assert found(exclude_node_labels=["Harbour"]) == everything - {"Northport", "Southport"}


def test_edges_are_filtered_by_uuid(club: Club) -> None:
    wanted = [club.edges["ann sails"].uuid_, club.edges["bluefin moors"].uuid_]
    assert club.found(edge_uuids=wanted) == {"ann sails", "bluefin moors"}


def test_edges_are_filtered_by_their_nodes(club: Club) -> None:
    albatross = [club.nodes["Albatross"]]
    assert club.found(source_node_uuids=albatross) == {"albatross moors"}
    assert club.found(target_node_uuids=albatross) == {"ann sails"}
    assert club.found(connected_node_uuids=albatross) == {"ann sails", "albatross moors"}


def test_ended_facts_are_found_behind_current_ones_unless_the_filter_is_about_time(club: Club) -> None:
    edges = club.search("Cem sails the Cormorant").edges or []
    ended = [edge.invalid_at is not None for edge in edges]
    assert any(ended) and ended == sorted(ended)
    closed = [[DateFilter(comparison_operator="IS NOT NULL")]]
    assert club.found("Cem sails the Cormorant", invalid_at=closed) == {"cem sails"}


@pytest.mark.parametrize("operator", ["IS NULL", "is_null"])
def test_open_facts_are_those_without_an_end(club: Club, operator: str) -> None:
    found = club.found(invalid_at=[[DateFilter(comparison_operator=operator)]])
    assert found == set(club.edges) - {"cem sails"}


def test_date_filters_are_combined_with_and_within_groups_and_with_or_between_groups(club: Club) -> None:
    def date(operator: str, text: str) -> DateFilter:
        return DateFilter(comparison_operator=operator, date=text)

    assert club.found(valid_at=[[date(">=", "2021-01-01T00:00:00Z"), date("<", "2022-01-01T00:00:00Z")]]) == {
        "bob sails",
        "bluefin moors",
    }
    groups = [
        [date(">=", "2020-01-01T00:00:00Z"), date("<", "2020-03-01T00:00:00Z")],
        [date("=", "2021-06-01T00:00:00Z")],
        [date("<", "2019-06-01T00:00:00Z")],
    ]
    assert club.found(valid_at=groups) == {"ann sails", "bluefin moors", "northport lies"}
    assert club.found(valid_at=[[date("<>", "2020-01-01T00:00:00Z"), date("<=", "2020-06-01T00:00:00Z")]]) == {
        "albatross moors",
        "northport lies",
    }


def test_fields_of_a_filter_are_combined_with_and(club: Club) -> None:
    after = [[DateFilter(comparison_operator=">", date="2020-12-31T00:00:00Z")]]
    assert club.found(edge_types=["SAILS_BOAT"], valid_at=after) == {"bob sails", "cem sails"}
    assert club.found(edge_types=["MOORS_BOAT"], source_node_uuids=[club.nodes["Bluefin"]]) == {"bluefin moors"}


@pytest.mark.parametrize(
    "name, operator, value, expected",
    [
        ("hours", "=", 10, {"ann sails"}),
        ("hours", ">", 10, {"bob sails"}),
        ("hours", ">=", 10, {"ann sails", "bob sails"}),
        ("hours", "<", 100, {"ann sails"}),
        ("crew", "=", "family", {"ann sails"}),
        ("hours", "IS NOT NULL", None, {"ann sails", "bob sails"}),
    ],
)
def test_properties_filter_edges(club: Club, name: str, operator: str, value: object, expected: set[str]) -> None:
    wanted = PropertyFilter(property_name=name, comparison_operator=operator, property_value=value)
    assert club.found(property_filters=[wanted]) == expected


def test_property_filters_are_combined_with_and(club: Club) -> None:
    hours = PropertyFilter(property_name="hours", comparison_operator=">", property_value=5)
    crew = PropertyFilter(property_name="crew", comparison_operator="=", property_value="family")
    assert club.found(property_filters=[hours, crew]) == {"ann sails"}


def team(name: str) -> EpisodeMetadataFilter:
    return EpisodeMetadataFilter(property_name="team", comparison_operator="=", property_value=name)


def year(operator: str, value: int) -> EpisodeMetadataFilter:
    return EpisodeMetadataFilter(property_name="year", comparison_operator=operator, property_value=value)


@pytest.mark.parametrize(
    "group, expected",
    [
        (MetadataFilterGroup(type="and", filters=[team("red")]), {"alice"}),
        (MetadataFilterGroup(type="or", filters=[team("red"), team("blue")]), {"alice", "robert"}),
        (MetadataFilterGroup(type="and", filters=[team("red"), year(">", 2024)]), set()),
        (MetadataFilterGroup(type="and", filters=[year(">=", 2025)]), {"robert", "carla"}),
        (
            MetadataFilterGroup(
                type="and",
                filters=[year("<", 2026)],
                groups=[MetadataFilterGroup(type="or", filters=[team("blue"), team("green")])],
            ),
            {"robert"},
        ),
    ],
)
def test_metadata_of_episodes_filters_episodes_edges_and_nodes(
    club: Club, group: MetadataFilterGroup, expected: set[str]
) -> None:
    filters = SearchFilters(episode_metadata_filters=group)
    keys = {uuid: key for key, uuid in club.episodes.items()}
    episodes = club.search("Who works where?", scope="episodes", limit=50, search_filters=filters).episodes
    assert {keys[episode.uuid_] for episode in episodes} == expected
    edges = club.search("Who works where?", limit=50, search_filters=filters).edges
    assert {keys[uuid] for edge in edges for uuid in edge.episodes} == expected
    people = {"alice": "Alice Chen", "robert": "Robert Smith", "carla": "Carla Diaz"}
    nodes = {
        node.name for node in club.search("Who works where?", scope="nodes", limit=50, search_filters=filters).nodes
    }
    assert nodes & set(people.values()) == {people[key] for key in expected}
    assert nodes.isdisjoint(club.nodes)


def test_an_episode_filter_selects_the_edges_and_nodes_derived_from_the_episodes(club: Club) -> None:
    filters = SearchFilters(episode_uuids=[club.episodes["alice"]])
    edges = club.search("works", limit=50, search_filters=filters).edges
    assert edges and all(club.episodes["alice"] in edge.episodes for edge in edges)
    nodes = club.search("works", scope="nodes", limit=50, search_filters=filters).nodes
    assert {node.name for node in nodes} == {"Alice Chen", "Initech"}


def test_the_same_search_gives_the_same_answer(club: Club) -> None:
    for scope in ("edges", "nodes", "episodes", "auto"):
        assert club.search("Who sails a boat?", scope=scope) == club.search("Who sails a boat?", scope=scope)


def test_a_search_sees_all_earlier_writes(client: Zep, graph_id: str) -> None:
    for at in range(10):
        edge = client.graph.add_fact_triple(
            graph_id=graph_id,
            fact=f"Ann owns zeppelin {at}",
            fact_name="OWNS",
            source_node_name="Ann",
            target_node_name=f"zeppelin {at}",
        ).edge
        assert edge.uuid_ in uuids(client.graph.search(graph_id=graph_id, query=f"zeppelin {at}", limit=50).edges)
        client.graph.edge.delete(edge.uuid_)
        assert edge.uuid_ not in uuids(client.graph.search(graph_id=graph_id, query=f"zeppelin {at}", limit=50).edges)


def test_a_search_stays_inside_its_graph(client: Zep, club: Club, talk: Talk) -> None:
    assert client.graph.search(user_id=talk.user_id, query="Ann sails the Albatross").edges == []
    other = new_talk(client)
    talk.say("I live in Lyon.")
    assert client.graph.search(user_id=other.user_id, query="Lyon", scope="episodes").episodes == []
    assert client.graph.search(user_id=other.user_id, query="Lyon").edges == []


def test_a_search_names_exactly_one_graph(client: Zep, club: Club, talk: Talk) -> None:
    for target in ({}, {"user_id": talk.user_id, "graph_id": club.graph_id}):
        with pytest.raises(BadRequestError) as error:
            client.graph.search(query="boat", **target)
        assert "graph_id" in error.value.body["message"]


def test_a_search_in_an_unknown_graph_is_not_found(client: Zep) -> None:
    for target in ({"user_id": unique("nobody")}, {"graph_id": unique("nothing")}):
        with pytest.raises(ApiError) as error:
            client.graph.search(query="boat", **target)
        assert error.value.status_code == 404


@pytest.mark.parametrize("query", ["日本の船", "⛵", "'); DROP TABLE", '"unclosed', "a* OR b", "\\", "NEAR(", "%"])
def test_any_text_can_be_searched_for(club: Club, query: str) -> None:
    for scope in ("edges", "nodes", "episodes", "auto"):
        answer = club.search(query, scope=scope)
        assert isinstance(getattr(answer, "context" if scope == "auto" else scope), str if scope == "auto" else list)

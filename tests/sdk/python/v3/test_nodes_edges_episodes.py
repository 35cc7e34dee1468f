"""Nodes, edges and episodes: reading, listing, updating and deleting them."""

from typing import Any, Callable

import pytest
from support import Talk, instant, processed, unique, uuids
from zep_cloud import DateFilter, EpisodeData, EpisodeMetadataFilter, Message, MetadataFilterGroup, SearchFilters
from zep_cloud.client import Zep
from zep_cloud.core.api_error import ApiError
from zep_cloud.errors import BadRequestError, NotFoundError


def star(client: Zep, graph_id: str, rays: int = 5) -> list[Any]:
    """Adds facts from one hub to several things; returns the responses, oldest first."""
    return [
        client.graph.add_fact_triple(
            graph_id=graph_id,
            fact=f"Hub owns thing {at}",
            fact_name="OWNS",
            source_node_name="Hub",
            target_node_name=f"thing {at}",
            valid_at=f"202{at}-01-01T00:00:00Z",
        )
        for at in range(rays)
    ]


def texts(client: Zep, graph_id: str, count: int = 5) -> list[str]:
    """Adds episodes with numbers in their metadata; returns their uuids, oldest first."""
    episodes = [
        EpisodeData(
            type="text", data=f"Note number {at}.", created_at=f"202{at}-01-01T00:00:00Z", metadata={"number": at}
        )
        for at in range(count)
    ]
    added = uuids(client.graph.add_batch(graph_id=graph_id, episodes=episodes))
    processed(client, episodes=added)
    return added


def by_uuid_cursor(read: Callable[..., list[Any]], limit: int) -> list[str]:
    """Reads all pages, with the uuid of the last item as the cursor."""
    seen: list[str] = []
    while page := read(limit=limit, **({"uuid_cursor": seen[-1]} if seen else {})):
        assert len(page) <= limit
        seen += uuids(page)
        assert len(set(seen)) == len(seen), "a page repeats"
    return seen


def by_header(read: Callable[..., Any], limit: int, **more: Any) -> list[str]:
    """Reads all pages, with the cursor in the response header."""
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        response = read(limit=limit, **cursor, **more)
        assert len(response.data) <= limit
        seen += uuids(response.data)
        assert len(set(seen)) == len(seen), "a page repeats"
        following = response.headers.get("zep-next-cursor")
        if not following:
            return seen
        cursor = {"cursor": following}


def test_edges_are_listed_with_uuid_cursors(client: Zep, graph_id: str) -> None:
    wanted = {added.edge.uuid_ for added in star(client, graph_id)}
    for limit in (1, 2, 5, 50):
        assert set(by_uuid_cursor(lambda **page: client.graph.edge.get_by_graph_id(graph_id, **page), limit)) == wanted


def test_nodes_are_listed_with_uuid_cursors(client: Zep, graph_id: str) -> None:
    star(client, graph_id)
    wanted = {node.uuid_ for node in client.graph.node.get_by_graph_id(graph_id)}
    assert len(wanted) == 6
    for limit in (1, 4, 6):
        assert set(by_uuid_cursor(lambda **page: client.graph.node.get_by_graph_id(graph_id, **page), limit)) == wanted


def test_edges_are_listed_with_the_header_cursor(client: Zep, graph_id: str) -> None:
    wanted = {added.edge.uuid_ for added in star(client, graph_id)}
    read = client.graph.edge.with_raw_response.get_by_graph_id
    for limit in (1, 2, 5):
        assert set(by_header(lambda **page: read(graph_id, **page), limit)) == wanted


def test_nodes_are_listed_with_the_header_cursor(client: Zep, graph_id: str) -> None:
    star(client, graph_id)
    wanted = {node.uuid_ for node in client.graph.node.get_by_graph_id(graph_id)}
    read = client.graph.node.with_raw_response.get_by_graph_id
    assert set(by_header(lambda **page: read(graph_id, **page), 4)) == wanted


def test_episodes_are_listed_with_the_header_cursor(client: Zep, graph_id: str) -> None:
    added = texts(client, graph_id)
    read = client.graph.episode.with_raw_response.list_by_graph_id
    for limit in (1, 2, 5):
        assert set(by_header(lambda **page: read(graph_id, **page), limit)) == set(added)
    upward = by_header(lambda **page: read(graph_id, **page), 2, order_by="created_at", direction="asc")
    assert upward == added


def test_a_complete_list_has_no_next_cursor(client: Zep, graph_id: str) -> None:
    star(client, graph_id, 2)
    response = client.graph.edge.with_raw_response.get_by_graph_id(graph_id, limit=2)
    assert len(response.data) == 2
    assert "zep-next-cursor" not in response.headers


@pytest.mark.parametrize("order_by", ["created_at", "valid_at"])
def test_edges_are_ordered_by_time_newest_first(client: Zep, graph_id: str, order_by: str) -> None:
    added = [triple.edge.uuid_ for triple in star(client, graph_id)]
    read = client.graph.edge.get_by_graph_id
    assert uuids(read(graph_id, order_by=order_by, direction="asc")) == added
    assert uuids(read(graph_id, order_by=order_by, direction="desc")) == added[::-1]
    assert uuids(read(graph_id, order_by=order_by)) == added[::-1]
    paged = by_header(
        lambda **page: client.graph.edge.with_raw_response.get_by_graph_id(graph_id, **page), 2, order_by=order_by
    )
    assert paged == added[::-1]


def test_lists_are_ordered_by_uuid_by_default(client: Zep, graph_id: str) -> None:
    star(client, graph_id)
    downward = uuids(client.graph.edge.get_by_graph_id(graph_id))
    assert downward == sorted(downward, reverse=True)
    assert uuids(client.graph.edge.get_by_graph_id(graph_id, direction="asc")) == downward[::-1]


def test_nodes_are_ordered_by_their_degree(client: Zep, graph_id: str) -> None:
    star(client, graph_id)
    nodes = client.graph.node.get_by_graph_id(graph_id, order_by="degree")
    assert (nodes[0].name, nodes[0].degree) == ("Hub", 5)
    assert {node.degree for node in nodes[1:]} == {1}


def test_lists_are_filtered(client: Zep, graph_id: str) -> None:
    added = star(client, graph_id)
    late = SearchFilters(valid_at=[[DateFilter(comparison_operator=">=", date="2023-01-01T00:00:00Z")]])
    found = client.graph.edge.get_by_graph_id(graph_id, filters=late)
    assert set(uuids(found)) == {triple.edge.uuid_ for triple in added[3:]}
    touching = SearchFilters(connected_node_uuids=[added[0].target_node.uuid_])
    assert uuids(client.graph.edge.get_by_graph_id(graph_id, filters=touching)) == [added[0].edge.uuid_]
    none = client.graph.node.get_by_graph_id(graph_id, filters=SearchFilters(node_labels=["Planet"]))
    assert none == []


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"limit": -1}, "limit"),
        ({"order_by": "colour"}, "order_by"),
        ({"order_by": "degree"}, "order_by"),
        ({"direction": "sideways"}, "direction"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"uuid_cursor": "nonsense"}, "uuid_cursor"),
    ],
)
def test_invalid_listing_parameters_are_refused_with_the_field_name(client: Zep, graph_id: str, wrong: dict, field: str) -> None:
    with pytest.raises(BadRequestError) as error:
        client.graph.edge.get_by_graph_id(graph_id, **wrong)
    assert field in error.value.body["message"]


def test_paging_continues_after_a_deleted_item(client: Zep, graph_id: str) -> None:
    star(client, graph_id)
    everything = uuids(client.graph.edge.get_by_graph_id(graph_id))
    page = client.graph.edge.with_raw_response.get_by_graph_id(graph_id, limit=2)
    client.graph.edge.delete(everything[1])
    rest = client.graph.edge.get_by_graph_id(graph_id, cursor=page.headers["zep-next-cursor"])
    assert uuids(rest) == everything[2:]
    assert uuids(client.graph.edge.get_by_graph_id(graph_id, uuid_cursor=everything[1])) == everything[2:]


def test_a_node_is_read(client: Zep, graph_id: str) -> None:
    added = star(client, graph_id, 1)[0]
    node = client.graph.node.get(added.source_node.uuid_)
    assert (node.uuid_, node.name) == (added.source_node.uuid_, "Hub")
    assert node.labels[0] == "Entity"
    assert instant(node.created_at) is not None


def test_a_nodes_edges_are_those_that_start_or_end_at_it(client: Zep, graph_id: str) -> None:
    added = star(client, graph_id)
    hub = client.graph.node.get_edges(added[0].source_node.uuid_)
    assert set(uuids(hub)) == {triple.edge.uuid_ for triple in added}
    assert uuids(client.graph.node.get_edges(added[2].target_node.uuid_)) == [added[2].edge.uuid_]


def test_a_nodes_episodes_are_those_that_mention_it(client: Zep, graph_id: str) -> None:
    batch = [
        EpisodeData(type="text", data="Alice Chen works at Initech."),
        EpisodeData(type="text", data="Initech is based in Austin."),
    ]
    first, second = uuids(client.graph.add_batch(graph_id=graph_id, episodes=batch))
    processed(client, episodes=[first, second])
    by_name = {node.name: node for node in client.graph.node.get_by_graph_id(graph_id)}
    assert set(uuids(client.graph.node.get_episodes(by_name["Initech"].uuid_).episodes)) == {first, second}
    assert uuids(client.graph.node.get_episodes(by_name["Austin"].uuid_).episodes) == [second]
    assert set(by_name["Initech"].episodes) == {first, second}
    assert by_name["Initech"].episodes_truncated is False


def test_a_nodes_neighbours_include_the_connecting_edges(client: Zep, graph_id: str) -> None:
    added = star(client, graph_id, 2)
    hub = added[0].source_node.uuid_
    admires = client.graph.add_fact_triple(
        graph_id=graph_id,
        fact="thing 0 admires Hub",
        fact_name="ADMIRES",
        source_node_uuid=added[0].target_node.uuid_,
        target_node_uuid=hub,
    )
    neighbours = {found.node.uuid_: set(uuids(found.edges)) for found in client.graph.node.get_neighbors(hub)}
    assert neighbours == {
        added[0].target_node.uuid_: {added[0].edge.uuid_, admires.edge.uuid_},
        added[1].target_node.uuid_: {added[1].edge.uuid_},
    }


def test_neighbours_are_filtered_by_edge_direction(client: Zep, graph_id: str) -> None:
    added = star(client, graph_id, 2)
    hub = added[0].source_node.uuid_
    client.graph.add_fact_triple(
        graph_id=graph_id, fact="Ann admires Hub", fact_name="ADMIRES", source_node_name="Ann", target_node_uuid=hub
    )

    def names(**more: Any) -> set[str]:
        return {found.node.name for found in client.graph.node.get_neighbors(hub, **more)}

    assert names(direction="out") == {"thing 0", "thing 1"}
    assert names(direction="in") == {"Ann"}
    assert names(direction="both") == names() == {"thing 0", "thing 1", "Ann"}


def test_neighbours_are_filtered_sorted_and_paged(client: Zep, graph_id: str) -> None:
    added = star(client, graph_id, 4)
    hub = added[0].source_node.uuid_
    client.graph.add_fact_triple(
        graph_id=graph_id, fact="Ann admires Hub", fact_name="ADMIRES", source_node_name="Ann", target_node_uuid=hub
    )
    owned = [triple.target_node.uuid_ for triple in added]
    filters = SearchFilters(edge_types=["OWNS"])
    read = client.graph.node.with_raw_response.get_neighbors
    for direction, expected in (("asc", owned), ("desc", owned[::-1])):
        first = read(hub, filters=filters, order_by="created_at", direction_sort=direction, limit=3)
        rest = read(
            hub,
            filters=filters,
            order_by="created_at",
            direction_sort=direction,
            limit=3,
            cursor=first.headers["zep-next-cursor"],
        )
        assert [found.node.uuid_ for found in first.data + rest.data] == expected
        assert "zep-next-cursor" not in rest.headers


def test_a_node_is_updated(client: Zep, graph_id: str) -> None:
    node = star(client, graph_id, 1)[0].source_node.uuid_
    updated = client.graph.node.update(node, name="Centre", summary="The middle of it all.", labels=["Place"])
    assert (updated.uuid_, updated.name, updated.summary) == (node, "Centre", "The middle of it all.")
    assert updated.labels == ["Entity", "Place"]
    assert client.graph.node.get(node) == updated
    assert client.graph.edge.get_by_graph_id(graph_id)[0].source_node_name == "Centre"
    assert client.graph.search(graph_id=graph_id, query="Centre", scope="nodes").nodes[0].uuid_ == node


def test_a_nodes_attributes_are_merged_and_null_removes_one(client: Zep, graph_id: str) -> None:
    node = star(client, graph_id, 1)[0].source_node.uuid_
    client.graph.node.update(node, attributes={"a": 1, "b": "two"})
    client.graph.node.update(node, attributes={"b": "2", "c": True})
    assert client.graph.node.get(node).attributes == {"a": 1, "b": "2", "c": True}
    client.graph.node.update(node, attributes={"a": None})
    assert client.graph.node.get(node).attributes == {"b": "2", "c": True}


def test_deleting_a_node_deletes_its_edges(client: Zep, graph_id: str) -> None:
    added = star(client, graph_id, 2)
    assert client.graph.node.delete(added[0].target_node.uuid_).message == "OK"
    with pytest.raises(NotFoundError):
        client.graph.node.get(added[0].target_node.uuid_)
    with pytest.raises(NotFoundError):
        client.graph.edge.get(added[0].edge.uuid_)
    assert uuids(client.graph.edge.get_by_graph_id(graph_id)) == [added[1].edge.uuid_]
    assert {node.name for node in client.graph.node.get_by_graph_id(graph_id)} == {"Hub", "thing 1"}


def test_an_edge_is_updated(client: Zep, graph_id: str) -> None:
    edge = star(client, graph_id, 1)[0].edge
    updated = client.graph.edge.update(
        edge.uuid_,
        fact="Hub sold thing 0",
        name="SOLD",
        valid_at="2021-02-03T00:00:00Z",
        invalid_at="2022-02-03T00:00:00Z",
        expired_at="2023-02-03T00:00:00Z",
    )
    assert (updated.uuid_, updated.fact, updated.name) == (edge.uuid_, "Hub sold thing 0", "SOLD")
    assert instant(updated.valid_at) == instant("2021-02-03T00:00:00Z")
    assert instant(updated.invalid_at) == instant("2022-02-03T00:00:00Z")
    assert instant(updated.expired_at) == instant("2023-02-03T00:00:00Z")
    assert (updated.source_node_uuid, updated.target_node_uuid) == (edge.source_node_uuid, edge.target_node_uuid)
    assert client.graph.edge.get(edge.uuid_) == updated


def test_null_reopens_an_edge_that_an_update_closed(client: Zep, graph_id: str) -> None:
    edge = star(client, graph_id, 1)[0].edge.uuid_
    client.graph.edge.update(edge, invalid_at="2022-02-03T00:00:00Z")
    found = client.graph.search(graph_id=graph_id, query="Hub owns thing 0").edges or []
    assert [found.invalid_at is not None for found in found] == [True]
    client.graph.edge.update(edge, invalid_at=None)
    assert client.graph.edge.get(edge).invalid_at is None
    assert uuids(client.graph.search(graph_id=graph_id, query="Hub owns thing 0").edges) == [edge]


def test_an_edges_attributes_are_merged_and_null_removes_one(client: Zep, graph_id: str) -> None:
    edge = star(client, graph_id, 1)[0].edge.uuid_
    client.graph.edge.update(edge, attributes={"a": 1, "b": "two"})
    client.graph.edge.update(edge, attributes={"b": "2", "c": True})
    assert client.graph.edge.get(edge).attributes == {"a": 1, "b": "2", "c": True}
    client.graph.edge.update(edge, attributes={"a": None})
    assert client.graph.edge.get(edge).attributes == {"b": "2", "c": True}
    # Other fields are unchanged.
    assert client.graph.edge.get(edge).fact == "Hub owns thing 0"


def test_an_empty_update_does_not_change_an_edge_or_node(client: Zep, graph_id: str) -> None:
    edge = star(client, graph_id, 1)[0].edge.uuid_
    before = client.graph.edge.get(edge)
    assert client.graph.edge.update(edge) == before
    node = before.source_node_uuid
    assert client.graph.node.update(node) == client.graph.node.get(node)


def test_a_deleted_edge_is_gone(client: Zep, graph_id: str) -> None:
    edge = star(client, graph_id, 1)[0].edge.uuid_
    assert client.graph.edge.delete(edge).message == "OK"
    with pytest.raises(NotFoundError):
        client.graph.edge.get(edge)
    with pytest.raises(NotFoundError):
        client.graph.edge.delete(edge)
    assert client.graph.edge.get_by_graph_id(graph_id) == []
    assert client.graph.search(graph_id=graph_id, query="Hub owns thing 0").edges == []


def test_a_deleted_edge_stays_deleted_after_later_writes(client: Zep, talk: Talk) -> None:
    talk.say("I live in Lyon.")
    client.graph.edge.delete(talk.fact("LIVES_IN", "Lyon").uuid_)
    talk.say("I work at Atelier Bleu.")
    assert not talk.has_fact("LIVES_IN", "Lyon")
    assert talk.has_fact("WORKS_AT", "Atelier Bleu")


def test_the_last_episodes_are_read(client: Zep, graph_id: str) -> None:
    added = texts(client, graph_id)
    assert set(uuids(client.graph.episode.get_by_graph_id(graph_id, lastn=2).episodes)) == set(added[3:])
    assert set(uuids(client.graph.episode.get_by_graph_id(graph_id).episodes)) == set(added)


def test_the_last_episodes_of_a_user_are_read(client: Zep, talk: Talk) -> None:
    added = [talk.say(f"Message {at}.", at=f"202{at}-01-01T00:00:00Z") for at in range(3)]
    assert uuids(client.graph.episode.get_by_user_id(talk.user_id, lastn=1).episodes) == added[2:]


def test_episodes_are_listed_by_their_metadata(client: Zep, graph_id: str) -> None:
    added = texts(client, graph_id)
    late = EpisodeMetadataFilter(property_name="number", comparison_operator=">=", property_value=3)
    first = EpisodeMetadataFilter(property_name="number", comparison_operator="=", property_value=0)
    either = MetadataFilterGroup(type="or", filters=[late, first])
    found = client.graph.episode.list_by_graph_id(graph_id, episode_metadata_filters=either)
    assert set(uuids(found)) == {added[0], *added[3:]}


def test_episodes_are_listed_by_the_nodes_that_they_mention(client: Zep, graph_id: str) -> None:
    batch = [
        EpisodeData(type="text", data="Alice Chen works at Initech."),
        EpisodeData(type="text", data="Robert Smith lives in Oslo."),
    ]
    first, second = uuids(client.graph.add_batch(graph_id=graph_id, episodes=batch))
    processed(client, episodes=[first, second])
    nodes = {node.name: node.uuid_ for node in client.graph.node.get_by_graph_id(graph_id)}
    read = client.graph.episode.list_by_graph_id
    assert uuids(read(graph_id, mentioned_node_uuids=[nodes["Initech"]])) == [first]
    assert set(uuids(read(graph_id, mentioned_node_uuids=[nodes["Initech"], nodes["Oslo"]]))) == {first, second}
    # The parameter also accepts uuids of episodes.
    assert uuids(read(graph_id, mentioned_node_uuids=[second])) == [second]


def test_a_page_of_episodes_is_limited_to_fifty(client: Zep, talk: Talk) -> None:
    for at in range(2):
        messages = [Message(role="user", content=f"Message {at}.{n}.") for n in range(30)]
        client.thread.add_messages(talk.thread_id, messages=messages)
    response = client.graph.episode.with_raw_response.list_by_user_id(talk.user_id, limit=60)
    assert len(response.data) == 50
    rest = client.graph.episode.list_by_user_id(talk.user_id, limit=60, cursor=response.headers["zep-next-cursor"])
    assert len(set(uuids(response.data)) | set(uuids(rest))) == 60


def test_an_episodes_metadata_is_merged_and_null_removes_a_key(client: Zep, graph_id: str) -> None:
    episode = client.graph.add(graph_id=graph_id, type="text", data="Hello.", metadata={"a": 1, "b": 2}).uuid_
    updated = client.graph.episode.update(episode, metadata={"b": None, "c": "three"})
    assert updated.metadata == {"a": 1, "c": "three"}
    assert client.graph.episode.get(episode).metadata == {"a": 1, "c": "three"}


def test_an_episodes_metadata_stays_within_ten_keys(client: Zep, graph_id: str) -> None:
    episode = client.graph.add(
        graph_id=graph_id, type="text", data="Hello.", metadata={f"k{at}": at for at in range(6)}
    ).uuid_
    with pytest.raises(BadRequestError):
        client.graph.episode.update(episode, metadata={f"m{at}": at for at in range(6)})
    assert len(client.graph.episode.get(episode).metadata) == 6


def test_an_episodes_nodes_and_edges_are_those_derived_from_it(client: Zep, graph_id: str) -> None:
    first = client.graph.add(graph_id=graph_id, type="text", data="Alice Chen works at Initech.")
    second = client.graph.add(graph_id=graph_id, type="text", data="Robert Smith lives in Oslo.")
    processed(client, episodes=[first.uuid_, second.uuid_])
    mentions = client.graph.episode.get_nodes_and_edges(first.uuid_)
    assert {node.name for node in mentions.nodes} == {"Alice Chen", "Initech"}
    assert [(edge.source_node_name, edge.target_node_name) for edge in mentions.edges] == [("Alice Chen", "Initech")]


def test_deleting_an_episode_deletes_facts_without_other_evidence(client: Zep, graph_id: str) -> None:
    first = client.graph.add(graph_id=graph_id, type="text", data="Alice Chen works at Initech.")
    second = client.graph.add(graph_id=graph_id, type="text", data="Initech is based in Austin.")
    processed(client, episodes=[first.uuid_, second.uuid_])
    assert client.graph.episode.delete(first.uuid_).message == "OK"
    with pytest.raises(ApiError) as error:
        client.graph.episode.get(first.uuid_)
    assert error.value.status_code == 404
    with pytest.raises(NotFoundError):
        client.graph.episode.delete(first.uuid_)
    assert {node.name for node in client.graph.node.get_by_graph_id(graph_id)} == {"Initech", "Austin"}
    assert [edge.target_node_name for edge in client.graph.edge.get_by_graph_id(graph_id)] == ["Austin"]
    assert uuids(client.graph.search(graph_id=graph_id, query="Alice Chen", scope="episodes").episodes) in (
        [],
        [second.uuid_],
    )


def test_a_fact_from_two_episodes_survives_the_deletion_of_one(client: Zep, graph_id: str) -> None:
    first = client.graph.add(
        graph_id=graph_id, type="text", data="Alice Chen works at Initech.", created_at="2025-01-01T00:00:00Z"
    )
    second = client.graph.add(
        graph_id=graph_id, type="text", data="Alice Chen works at Initech.", created_at="2025-02-01T00:00:00Z"
    )
    processed(client, episodes=[first.uuid_, second.uuid_])
    fact = client.graph.edge.get_by_graph_id(graph_id)
    assert [set(edge.episodes) for edge in fact] == [{first.uuid_, second.uuid_}]
    client.graph.episode.delete(first.uuid_)
    fact = client.graph.edge.get_by_graph_id(graph_id)
    assert [edge.episodes for edge in fact] == [[second.uuid_]]
    assert instant(fact[0].valid_at) == instant("2025-02-01T00:00:00Z")


def test_lists_of_user_graphs_work_like_those_of_standalone_graphs(client: Zep, talk: Talk) -> None:
    messages = [talk.say("I live in Lyon."), talk.say("I work at Atelier Bleu.")]
    edges = uuids(talk.facts())
    assert by_uuid_cursor(lambda **page: client.graph.edge.get_by_user_id(talk.user_id, **page), 1) == edges
    nodes = uuids(talk.nodes())
    assert (
        by_header(lambda **page: client.graph.node.with_raw_response.get_by_user_id(talk.user_id, **page), 2) == nodes
    )
    assert set(uuids(client.graph.episode.list_by_user_id(talk.user_id))) == set(messages)


def test_lists_of_unknown_graphs_are_not_found(client: Zep) -> None:
    unknown = unique("unknown")
    for read in (
        client.graph.edge.get_by_user_id,
        client.graph.edge.get_by_graph_id,
        client.graph.node.get_by_user_id,
        client.graph.node.get_by_graph_id,
        client.graph.episode.get_by_user_id,
        client.graph.episode.get_by_graph_id,
        client.graph.episode.list_by_user_id,
        client.graph.episode.list_by_graph_id,
    ):
        with pytest.raises(ApiError) as error:
            read(unknown)
        assert error.value.status_code == 404

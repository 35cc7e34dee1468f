"""Calls with all arguments, of methods that other tests call with only some."""

from typing import Any

from support import processed, unique
from zep_cloud import EpisodeData, Message, SearchFilters

KEYED = {"cursor": "", "direction": "asc", "filters": SearchFilters(), "limit": 10, "order_by": "created_at", "uuid_cursor": ""}


def test_users_and_threads(zep: Any) -> None:
    user_id, thread_id = unique("user"), unique("thread")
    fields = {"email": "a@example.org", "first_name": "Ann", "last_name": "Lee", "time_zone": "Europe/Paris", "metadata": {"a": 1}, "disable_default_ontology": False}
    assert zep.user.add(user_id=user_id, **fields).time_zone == "Europe/Paris"
    assert zep.user.update(user_id, **{**fields, "first_name": "Bea"}).first_name == "Bea"
    assert zep.user.update(user_id).first_name == "Bea"
    assert [one.user_id for one in zep.user.list_ordered(page_number=1, page_size=1, search=user_id, order_by="user_id", asc=True).users] == [user_id]
    assert zep.user.list_ordered().total_count >= 1
    assert zep.user.warm(user_id).message == "OK"
    assert zep.thread.create(thread_id=thread_id, user_id=user_id).user_id == user_id
    assert [one.thread_id for one in zep.user.get_threads(user_id)] == [thread_id]
    assert zep.thread.list_all(page_number=1, page_size=1, order_by="created_at", asc=False).threads[0].thread_id == thread_id
    assert zep.thread.list_all().total_count >= 1
    said = [Message(role="user", content="I live in Lyon.", name="Bea"), Message(role="assistant", content="You live in Rome.")]
    added = zep.thread.add_messages(thread_id, messages=said, ignore_roles=["assistant"], return_context=True, strict_ontology=False)
    assert added.context and len(added.message_uuids) == 2
    batch = zep.thread.add_messages_batch(thread_id, messages=said[:1], ignore_roles=["assistant"], return_context=False, strict_ontology=False)
    processed(zep, task=added.task_id)
    processed(zep, task=batch.task_id)
    zep.thread.add_messages(thread_id, messages=[Message(role="user", content="Hello.")])
    zep.thread.add_messages_batch(thread_id, messages=[Message(role="user", content="Hello again.")])
    assert len(zep.thread.get(thread_id).messages) == 5
    assert [one.content for one in zep.thread.get(thread_id, limit=2, cursor=1, lastn=0).messages] == [said[1].content, said[0].content]
    assert [one.content for one in zep.thread.get_episodes(thread_id).episodes][0] == "I live in Lyon."
    assert zep.thread.message.update(added.message_uuids[0], metadata={"k": 1}).metadata == {"k": 1}
    assert "Lyon" in zep.thread.get_user_context(thread_id).context
    assert zep.user.get_node(user_id).node.name == "Bea Lee"
    zep.thread.delete(thread_id)
    zep.user.delete(user_id)


def test_graphs_and_their_data(zep: Any, talk: Any) -> None:
    graph_id = unique("graph")
    zep.graph.create(graph_id=graph_id, name="Team", description="a team", time_zone="Europe/Paris")
    zep.graph.create(graph_id=unique("graph"))
    assert zep.graph.update(graph_id, name="Crew", description="a crew", time_zone=None).name == "Crew"
    assert zep.graph.update(graph_id).name == "Crew"
    assert zep.graph.get(graph_id).description == "a crew"
    assert zep.graph.list_all(page_number=1, page_size=10, search=graph_id, order_by="name", asc=True).total_count == 1
    assert zep.graph.list_all().total_count >= 2
    assert zep.graph.warm(graph_id).message == "OK"
    episode = zep.graph.add(
        graph_id=graph_id,
        type="text",
        data="Salma works at Nordlys Studio. Omar lives in Copenhagen.",
        created_at="2025-01-01T00:00:00Z",
        document_id="notes",
        metadata={"k": 1},
        source_description="notes",
        strict_ontology=False,
    )
    zep.graph.add(user_id=talk.user_id, type="text", data="Omar lives in Oslo.")
    zep.graph.add_batch(graph_id=graph_id, document_id="more", strict_ontology=False, episodes=[EpisodeData(data="Ann likes tea.", type="text")])
    zep.graph.add_batch(user_id=talk.user_id, episodes=[EpisodeData(data="Ann likes tea.", type="text")])
    processed(zep, episodes=[one.uuid_ for one in zep.graph.episode.get_by_graph_id(graph_id).episodes])
    processed(zep, episodes=[one.uuid_ for one in zep.graph.episode.get_by_user_id(talk.user_id).episodes])
    assert len(zep.graph.episode.get_by_graph_id(graph_id, lastn=1).episodes) == 1
    assert len(zep.graph.episode.get_by_user_id(talk.user_id, lastn=1).episodes) == 1
    omar = next(node for node in zep.graph.node.get_by_graph_id(graph_id, **KEYED) if node.name == "Omar")
    metadata = {"type": "and", "filters": [{"property_name": "k", "comparison_operator": "=", "property_value": 1}]}
    listing = {"cursor": "", "direction": "desc", "limit": 5, "order_by": "created_at"}
    listed = zep.graph.episode.list_by_graph_id(graph_id, episode_metadata_filters=metadata, mentioned_node_uuids=[omar.uuid_], **listing)
    assert [one.uuid_ for one in listed] == [episode.uuid_]
    assert len(zep.graph.episode.list_by_graph_id(graph_id)) == 2
    assert zep.graph.episode.list_by_user_id(talk.user_id, episode_metadata_filters=metadata, mentioned_node_uuids=[omar.uuid_], **listing) == []
    assert len(zep.graph.episode.list_by_user_id(talk.user_id)) == 2
    assert zep.graph.episode.update(episode.uuid_, metadata={"k": 2}).metadata == {"k": 2}
    assert zep.graph.episode.get_nodes_and_edges(episode.uuid_).edges
    assert zep.graph.edge.get_by_graph_id(graph_id, **KEYED) and zep.graph.edge.get_by_graph_id(graph_id)
    assert zep.graph.edge.get_by_user_id(talk.user_id, **KEYED) and zep.graph.edge.get_by_user_id(talk.user_id)
    assert zep.graph.node.get_by_user_id(talk.user_id, **KEYED) and zep.graph.node.get_by_user_id(talk.user_id)
    assert zep.graph.node.get_by_graph_id(graph_id)
    neighbours = zep.graph.node.get_neighbors(omar.uuid_, cursor="", direction="both", direction_sort="asc", filters=SearchFilters(), limit=5, order_by="created_at")
    assert [one.node.name for one in neighbours] == ["Copenhagen"] == [one.node.name for one in zep.graph.node.get_neighbors(omar.uuid_)]
    edge = zep.graph.node.get_edges(omar.uuid_)[0]
    assert zep.graph.node.get_episodes(omar.uuid_).episodes[0].uuid_ == episode.uuid_
    changed = zep.graph.edge.update(edge.uuid_, fact="Omar has a home in Copenhagen.", name="HAS_HOME_IN", attributes={"k": 1}, valid_at="2020-01-01T00:00:00Z", invalid_at="2030-01-01T00:00:00Z", expired_at=None)
    assert (changed.name, changed.attributes) == ("HAS_HOME_IN", {"k": 1})
    assert zep.graph.edge.update(edge.uuid_) == zep.graph.edge.get(edge.uuid_)
    node = zep.graph.node.update(omar.uuid_, name="Omar B.", summary="a friend", labels=["Friend"], attributes={"k": 1})
    assert (node.name, node.summary, node.labels) == ("Omar B.", "a friend", ["Entity", "Friend"])
    assert zep.graph.node.update(omar.uuid_).name == "Omar B." == zep.graph.node.get(omar.uuid_).name
    found = zep.graph.search(
        graph_id=graph_id,
        query="Omar",
        scope="edges",
        limit=5,
        reranker="node_distance",
        center_node_uuid=omar.uuid_,
        bfs_origin_node_uuids=[omar.uuid_],
        mmr_lambda=0.5,
        max_characters=1000,
        return_raw_results=False,
        search_filters=SearchFilters(),
    )
    assert "Copenhagen" in found.edges[0].fact
    assert zep.graph.search(query="Omar", user_id=talk.user_id).edges
    zep.graph.edge.delete(edge.uuid_)
    zep.graph.node.delete(omar.uuid_)
    zep.graph.episode.delete(episode.uuid_)
    zep.graph.delete(graph_id)


def test_a_fact_with_all_fields(zep: Any, graph_id: str) -> None:
    small = zep.graph.add_fact_triple(graph_id=graph_id, fact="Ann visited Oslo.", fact_name="VISITED", source_node_name="Ann", target_node_name="Oslo")
    processed(zep, task=small.task_id)
    whole = zep.graph.add_fact_triple(
        graph_id=graph_id,
        fact="Ann worked in Rome.",
        fact_name="WORKED_IN",
        created_at="2024-01-01T00:00:00Z",
        valid_at="2020-01-01T00:00:00Z",
        invalid_at="2021-01-01T00:00:00Z",
        expired_at="2021-02-01T00:00:00Z",
        edge_attributes={"k": 1},
        metadata={"source": "crm"},
        source_node_attributes={"k": 1},
        source_node_labels=["Person"],
        source_node_name="Ann",
        source_node_summary="a person",
        source_node_uuid=small.source_node.uuid_,
        target_node_attributes={"k": 1},
        target_node_labels=["City"],
        target_node_name="Rome",
        target_node_summary="a city",
        target_node_uuid="",
    )
    assert whole.edge.attributes == {"k": 1} and len(whole.edge.episodes) == 1
    assert whole.target_node.labels == ["Entity", "City"]
    assert zep.graph.episode.get(whole.edge.episodes[0]).metadata == {"source": "crm"}

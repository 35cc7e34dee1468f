"""Graph data: text, JSON documents, messages, batches, and facts."""

import json

import pytest
from support import Talk, instant, processed, the_one, unique, uuids
from zep_cloud import EpisodeData
from zep_cloud.client import Zep
from zep_cloud.errors import BadRequestError


@pytest.fixture(params=["a user's graph", "a standalone graph"])
def target(request: pytest.FixtureRequest, client: Zep) -> dict[str, str]:
    """The argument that selects the target graph."""
    if request.param == "a user's graph":
        user_id = unique("user")
        client.user.add(user_id=user_id)
        return {"user_id": user_id}
    graph_id = unique("graph")
    client.graph.create(graph_id=graph_id)
    return {"graph_id": graph_id}


def facts(client: Zep, target: dict[str, str]):
    """Returns all facts of the graph."""
    if "user_id" in target:
        return client.graph.edge.get_by_user_id(target["user_id"])
    return client.graph.edge.get_by_graph_id(target["graph_id"])


def nodes(client: Zep, target: dict[str, str]):
    """Returns all nodes of the graph."""
    if "user_id" in target:
        return client.graph.node.get_by_user_id(target["user_id"])
    return client.graph.node.get_by_graph_id(target["graph_id"])


def test_text_becomes_facts(client: Zep, target: dict[str, str]) -> None:
    added = client.graph.add(
        type="text", data="Alice Chen works at Initech.", created_at="2025-01-02T03:04:05Z", **target
    )
    assert (added.content, added.source) == ("Alice Chen works at Initech.", "text")
    processed(client, task=added.task_id, episodes=[added.uuid_])
    fact = the_one(facts(client, target), "WORKS_AT", "Initech")
    assert fact.source_node_name == "Alice Chen"
    assert fact.episodes == [added.uuid_]
    assert instant(fact.valid_at) == instant("2025-01-02T03:04:05Z")
    assert fact.invalid_at is None


def test_a_message_becomes_facts_about_its_speaker(client: Zep, target: dict[str, str]) -> None:
    added = client.graph.add(type="message", data="Alice Chen: I work at Initech.", **target)
    assert added.source == "message"
    processed(client, episodes=[added.uuid_])
    assert the_one(facts(client, target), "WORKS_AT", "Initech").source_node_name == "Alice Chen"


def test_a_json_document_becomes_facts(client: Zep, target: dict[str, str]) -> None:
    document = {"name": "Alice Chen", "employer": "Initech", "account": {"plan": "Gold"}}
    added = client.graph.add(type="json", data=json.dumps(document), **target)
    assert (added.source, json.loads(added.content)) == ("json", document)
    processed(client, episodes=[added.uuid_])
    told = " ".join(edge.fact for edge in facts(client, target))
    assert "Initech" in told and "Gold" in told
    assert "Alice Chen" in {node.name for node in nodes(client, target)}


def test_every_item_of_a_json_list_becomes_facts(client: Zep, target: dict[str, str]) -> None:
    people = [{"name": "Alice Chen", "employer": "Initech"}, {"name": "Robert Smith", "employer": "Globex"}]
    added = client.graph.add(type="json", data=json.dumps(people), **target)
    processed(client, episodes=[added.uuid_])
    told = {(edge.source_node_name, edge.target_node_name) for edge in facts(client, target)}
    assert {("Alice Chen", "Initech"), ("Robert Smith", "Globex")} <= told


def test_an_episode_is_returned_unchanged(client: Zep, target: dict[str, str]) -> None:
    metadata = {"source": "crm", "year": 2025, "tags": ["a", "b"], "final": True}
    added = client.graph.add(
        type="text",
        data="The contract is signed.",
        created_at="2025-05-06T07:08:09Z",
        source_description="notes of a call",
        document_id="contract-7",
        metadata=metadata,
        **target,
    )
    episode = client.graph.episode.get(added.uuid_)
    assert episode.content == "The contract is signed."
    assert episode.source_description == "notes of a call"
    assert episode.document_id == "contract-7"
    assert episode.metadata == metadata
    assert instant(episode.created_at) == instant("2025-05-06T07:08:09Z")


def test_added_data_is_immediately_found_among_episodes(client: Zep, target: dict[str, str]) -> None:
    added = client.graph.add(type="text", data="The zeppelin landed at dawn.", **target)
    found = client.graph.search(query="zeppelin at dawn", scope="episodes", **target).episodes
    assert uuids(found) == [added.uuid_]


def test_ten_thousand_characters_fit(client: Zep, target: dict[str, str]) -> None:
    data = "é" * 10_000
    added = client.graph.add(type="text", data=data, **target)
    processed(client, episodes=[added.uuid_])
    assert client.graph.episode.get(added.uuid_).content == data


def test_a_batch_is_returned_in_request_order(client: Zep, target: dict[str, str]) -> None:
    batch = [
        EpisodeData(type="text", data="Alice Chen works at Initech.", metadata={"at": 0}, source_description="notes"),
        EpisodeData(
            type="json", data='{"name": "Robert Smith", "employer": "Globex"}', created_at="2025-01-01T00:00:00Z"
        ),
        EpisodeData(type="message", data="Carla Diaz: I live in Oslo."),
    ]
    added = client.graph.add_batch(episodes=batch, document_id="document-1", **target)
    # The speaker is separated from the content.
    assert [episode.content for episode in added] == [batch[0].data, batch[1].data, "I live in Oslo."]
    assert added[2].role == "Carla Diaz"
    assert [episode.source for episode in added] == ["text", "json", "message"]
    assert (added[0].metadata, added[0].source_description) == ({"at": 0}, "notes")
    assert instant(added[1].created_at) == instant("2025-01-01T00:00:00Z")
    assert {episode.document_id for episode in added} == {"document-1"}
    processed(client, episodes=uuids(added))
    told = {(edge.source_node_name, edge.target_node_name) for edge in facts(client, target)}
    assert {("Alice Chen", "Initech"), ("Robert Smith", "Globex"), ("Carla Diaz", "Oslo")} <= told


def test_a_batch_with_one_invalid_episode_adds_none(client: Zep, target: dict[str, str]) -> None:
    batch = [EpisodeData(type="text", data="Fine."), EpisodeData(type="text", data="x" * 10_001)]
    with pytest.raises(BadRequestError) as error:
        client.graph.add_batch(episodes=batch, **target)
    assert "data" in error.value.body["message"]
    assert client.graph.search(query="Fine", scope="episodes", **target).episodes == []


def test_a_fact_between_new_names_creates_its_nodes(client: Zep, target: dict[str, str]) -> None:
    added = client.graph.add_fact_triple(
        fact="Alice Chen mentors Robert Smith",
        fact_name="MENTORS",
        source_node_name="Alice Chen",
        source_node_summary="An architect.",
        source_node_labels=["Person"],
        source_node_attributes={"level": 3},
        target_node_name="Robert Smith",
        target_node_attributes={"level": 1},
        edge_attributes={"since": "spring"},
        **target,
    )
    edge = added.edge
    assert (edge.name, edge.fact, edge.attributes) == (
        "MENTORS",
        "Alice Chen mentors Robert Smith",
        {"since": "spring"},
    )
    assert (edge.source_node_uuid, edge.target_node_uuid) == (added.source_node.uuid_, added.target_node.uuid_)
    assert (added.source_node.name, added.target_node.name) == ("Alice Chen", "Robert Smith")
    assert "An architect." in added.source_node.summary
    assert added.source_node.labels == ["Entity", "Person"]
    assert added.source_node.attributes["level"] == 3 and added.target_node.attributes["level"] == 1
    if added.task_id is not None:
        processed(client, task=added.task_id)
    assert client.graph.edge.get(edge.uuid_).fact == edge.fact
    assert edge.uuid_ in uuids(facts(client, target))
    assert edge.uuid_ in uuids(client.graph.search(query="Who mentors Robert?", **target).edges)


def test_a_fact_between_uuids_uses_the_existing_nodes(client: Zep, target: dict[str, str]) -> None:
    first = client.graph.add_fact_triple(
        fact="Alice mentors Robert", fact_name="MENTORS", source_node_name="Alice", target_node_name="Robert", **target
    )
    second = client.graph.add_fact_triple(
        fact="Robert admires Alice",
        fact_name="ADMIRES",
        source_node_uuid=first.target_node.uuid_,
        target_node_uuid=first.source_node.uuid_,
        **target,
    )
    assert second.edge.source_node_uuid == first.target_node.uuid_
    assert second.edge.target_node_uuid == first.source_node.uuid_
    assert sorted(node.name for node in nodes(client, target) if node.name in ("Alice", "Robert")) == [
        "Alice",
        "Robert",
    ]


def test_a_fact_with_a_known_name_uses_the_existing_node(client: Zep, target: dict[str, str]) -> None:
    named = {"source_node_name": "Alice Chen", **target}
    first = client.graph.add_fact_triple(fact="Alice likes tea", fact_name="LIKES", target_node_name="tea", **named)
    second = client.graph.add_fact_triple(fact="Alice likes rye", fact_name="LIKES", target_node_name="rye", **named)
    assert first.source_node.uuid_ == second.source_node.uuid_
    # Facts of a shared relation do not close each other.
    assert first.edge.uuid_ != second.edge.uuid_
    assert client.graph.edge.get(first.edge.uuid_).invalid_at is None


def test_a_stated_fact_keeps_its_validity(client: Zep, target: dict[str, str]) -> None:
    times = {
        "created_at": "2025-01-01T00:00:00Z",
        "valid_at": "2020-02-03T00:00:00Z",
        "invalid_at": "2024-05-06T00:00:00Z",
        "expired_at": "2025-07-08T00:00:00Z",
    }
    edge = client.graph.add_fact_triple(
        fact="Alice rented a boat",
        fact_name="RENTED",
        source_node_name="Alice",
        target_node_name="boat",
        **times,
        **target,
    ).edge
    stored = client.graph.edge.get(edge.uuid_)
    assert instant(stored.valid_at) == instant("2020-02-03T00:00:00Z")
    assert instant(stored.invalid_at) == instant("2024-05-06T00:00:00Z")
    assert instant(stored.expired_at) == instant("2025-07-08T00:00:00Z")


def test_a_stated_fact_without_an_end_is_open(client: Zep, target: dict[str, str]) -> None:
    edge = client.graph.add_fact_triple(
        fact="Alice rents a boat",
        fact_name="RENTS",
        source_node_name="Alice",
        target_node_name="boat",
        valid_at="2020-02-03T00:00:00Z",
        **target,
    ).edge
    assert instant(edge.valid_at) == instant("2020-02-03T00:00:00Z")
    assert (edge.invalid_at, edge.expired_at) == (None, None)


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"fact": "x" * 251}, "fact"),
        ({"fact": " "}, "fact"),
        ({"fact_name": "X" * 51}, "fact_name"),
        ({"source_node_name": "x" * 51}, "source_node_name"),
        ({"target_node_summary": "x" * 501}, "target_node_summary"),
        ({"source_node_name": None}, "source_node"),
        ({"source_node_uuid": "no uuid"}, "source_node_uuid"),
        ({"valid_at": "yesterday"}, "valid_at"),
    ],
)
def test_an_invalid_fact_is_refused_with_the_field_name(client: Zep, graph_id: str, wrong: dict, field: str) -> None:
    fact = {"fact": "Alice likes tea", "fact_name": "LIKES", "source_node_name": "Alice", "target_node_name": "tea"}
    with pytest.raises(BadRequestError) as error:
        client.graph.add_fact_triple(graph_id=graph_id, **{**fact, **wrong})
    assert field in error.value.body["message"]
    assert client.graph.edge.get_by_graph_id(graph_id) == []
    assert client.graph.node.get_by_graph_id(graph_id) == []


def test_a_fact_between_nodes_of_other_graphs_is_refused(client: Zep, graph_id: str, talk: Talk) -> None:
    elsewhere = client.user.get_node(talk.user_id).node.uuid_
    with pytest.raises(Exception) as error:
        client.graph.add_fact_triple(
            graph_id=graph_id,
            fact="Alice likes Bob",
            fact_name="LIKES",
            source_node_uuid=elsewhere,
            target_node_name="Bob",
        )
    assert error.value.status_code in (400, 404)
    assert client.graph.edge.get_by_graph_id(graph_id) == []


def test_data_must_name_exactly_one_graph(client: Zep, talk: Talk, graph_id: str) -> None:
    for target in ({}, {"user_id": talk.user_id, "graph_id": graph_id}):
        with pytest.raises(BadRequestError) as error:
            client.graph.add(type="text", data="Hello.", **target)
        assert "user_id" in error.value.body["message"] and "graph_id" in error.value.body["message"]
    assert client.graph.episode.get_by_user_id(talk.user_id).episodes == []
    assert client.graph.episode.get_by_graph_id(graph_id).episodes == []

"""Time: facts begin, end and reopen as their evidence is added and deleted."""

import itertools
import json

import pytest
from support import Talk, instant, new_talk, processed
from zep_cloud import Message
from zep_cloud.client import Zep

LYON = ("I live in Lyon.", "2024-01-01T00:00:00Z")
OSLO = ("I live in Oslo.", "2025-01-01T00:00:00Z")
ROME = ("I live in Rome.", "2026-01-01T00:00:00Z")


def homes(talk: Talk) -> dict[str, tuple[object, object]]:
    """Returns where the user lived, with start and end."""
    edges = [edge for edge in talk.facts() if edge.name == "LIVES_IN"]
    assert len({edge.target_node_name for edge in edges}) == len(edges), "a fact is duplicated"
    return {edge.target_node_name: (instant(edge.valid_at), instant(edge.invalid_at)) for edge in edges}


def span(begins: tuple[str, str], ends: tuple[str, str] | None = None) -> tuple[object, object]:
    return instant(begins[1]), instant(ends[1]) if ends else None


def current(talk: Talk) -> set[str]:
    found = talk.client.graph.search(user_id=talk.user_id, query="Where do I live?", limit=50).edges
    return {edge.target_node_name for edge in found if edge.name == "LIVES_IN" and not edge.invalid_at}


def test_a_move_closes_the_earlier_home(talk: Talk) -> None:
    talk.say(*LYON)
    assert homes(talk) == {"Lyon": span(LYON)}
    talk.say(*OSLO)
    assert homes(talk) == {"Lyon": span(LYON, OSLO), "Oslo": span(OSLO)}
    assert current(talk) == {"Oslo"}


def test_expired_at_is_when_the_server_learned_of_the_end(talk: Talk) -> None:
    talk.say(*LYON)
    assert talk.fact("LIVES_IN", "Lyon").expired_at is None
    talk.say(*OSLO)
    lyon, oslo = talk.fact("LIVES_IN", "Lyon"), talk.fact("LIVES_IN", "Oslo")
    assert instant(lyon.expired_at) >= instant(lyon.created_at)
    assert instant(lyon.expired_at) == instant(oslo.created_at)
    assert oslo.expired_at is None


def test_an_older_message_that_arrives_late_does_not_change_the_current_fact(talk: Talk) -> None:
    talk.say(*OSLO)
    before = talk.fact("LIVES_IN", "Oslo")
    talk.say(*LYON)
    assert homes(talk) == {"Lyon": span(LYON, OSLO), "Oslo": span(OSLO)}
    assert talk.fact("LIVES_IN", "Oslo") == before
    assert current(talk) == {"Oslo"}


@pytest.mark.parametrize("order", list(itertools.permutations((LYON, OSLO, ROME))))
def test_the_order_in_which_things_are_said_does_not_matter(talk: Talk, order: tuple[tuple[str, str], ...]) -> None:
    for said in order:
        talk.say(*said)
    assert homes(talk) == {"Lyon": span(LYON, OSLO), "Oslo": span(OSLO, ROME), "Rome": span(ROME)}


def test_deleting_the_episode_that_closed_a_fact_reopens_it(client: Zep, talk: Talk) -> None:
    talk.say(*LYON)
    open_ = talk.fact("LIVES_IN", "Lyon")
    closing = talk.say(*OSLO)
    assert talk.fact("LIVES_IN", "Lyon").invalid_at is not None
    client.graph.episode.delete(closing)
    assert talk.fact("LIVES_IN", "Lyon") == open_
    assert homes(talk) == {"Lyon": span(LYON)}
    assert current(talk) == {"Lyon"}
    assert "Oslo" not in {node.name for node in talk.nodes()}
    assert "Lyon" in client.user.get_node(talk.user_id).node.summary


def test_deleting_the_middle_fact_extends_the_one_before(client: Zep, talk: Talk) -> None:
    talk.say(*LYON)
    middle = talk.say(*OSLO)
    talk.say(*ROME)
    client.graph.episode.delete(middle)
    assert homes(talk) == {"Lyon": span(LYON, ROME), "Rome": span(ROME)}


def test_deleting_the_edge_that_closed_a_fact_reopens_it(client: Zep, talk: Talk) -> None:
    talk.say(*LYON)
    talk.say(*OSLO)
    client.graph.edge.delete(talk.fact("LIVES_IN", "Oslo").uuid_)
    assert homes(talk) == {"Lyon": span(LYON)}


def test_a_restatement_adds_an_episode_but_no_second_fact(talk: Talk) -> None:
    first = talk.say("I live in Lyon.", at="2024-01-01T00:00:00Z")
    second = talk.say("I live in Lyon.", at="2024-06-01T00:00:00Z")
    assert homes(talk) == {"Lyon": (instant("2024-01-01T00:00:00Z"), None)}
    assert set(talk.fact("LIVES_IN", "Lyon").episodes) == {first, second}


def test_moving_back_adds_a_second_fact(talk: Talk) -> None:
    talk.say("I live in Lyon.", at="2024-01-01T00:00:00Z")
    talk.say("I live in Oslo.", at="2025-01-01T00:00:00Z")
    talk.say("I live in Lyon.", at="2026-01-01T00:00:00Z")
    spans = {
        (edge.target_node_name, instant(edge.valid_at), instant(edge.invalid_at))
        for edge in talk.facts()
        if edge.name == "LIVES_IN"
    }
    first, second, third = (instant(f"{year}-01-01T00:00:00Z") for year in (2024, 2025, 2026))
    assert spans == {("Lyon", first, second), ("Oslo", second, third), ("Lyon", third, None)}
    assert current(talk) == {"Lyon"}


def test_shared_relations_do_not_close_each_other(talk: Talk) -> None:
    talk.say("I like tea.", at="2024-01-01T00:00:00Z")
    talk.say("I like rye bread.", at="2025-01-01T00:00:00Z")
    likes = [edge for edge in talk.facts() if edge.name.startswith("LIKE")]
    assert len(likes) == 2
    assert [edge.invalid_at for edge in likes] == [None, None]


def test_a_statement_that_a_fact_has_ended_closes_it(talk: Talk) -> None:
    talk.say("I work at Atelier Bleu.", at="2024-01-01T00:00:00Z")
    talk.say("I no longer work at Atelier Bleu.", at="2025-01-01T00:00:00Z")
    fact = talk.fact("WORKS_AT", "Atelier Bleu")
    assert instant(fact.valid_at) == instant("2024-01-01T00:00:00Z")
    assert instant(fact.invalid_at) == instant("2025-01-01T00:00:00Z")


def test_a_fact_begins_on_the_day_named_in_the_text(talk: Talk) -> None:
    talk.say("I work at Nordlys Studio since 1 September 2024.", at="2025-01-01T00:00:00Z")
    assert instant(talk.fact("WORKS_AT", "Nordlys Studio").valid_at) == instant("2024-09-01T00:00:00Z")


def test_messages_of_one_request_close_each_others_facts(client: Zep, talk: Talk) -> None:
    messages = [Message(role="user", content=content, created_at=at) for content, at in (ROME, LYON, OSLO)]
    processed(client, task=client.thread.add_messages(talk.thread_id, messages=messages).task_id)
    assert homes(talk) == {"Lyon": span(LYON, OSLO), "Oslo": span(OSLO, ROME), "Rome": span(ROME)}


def test_facts_of_different_people_do_not_close_each_other(client: Zep, graph_id: str) -> None:
    for name, city in (("Alice Chen", "Lyon"), ("Robert Smith", "Oslo")):
        episode = client.graph.add(graph_id=graph_id, type="text", data=f"{name} lives in {city}.")
        processed(client, episodes=[episode.uuid_])
    assert [edge.invalid_at for edge in client.graph.edge.get_by_graph_id(graph_id)] == [None, None]


def test_two_users_do_not_close_each_others_facts(client: Zep, talk: Talk) -> None:
    other = new_talk(client)
    talk.say(*LYON)
    other.say(*OSLO)
    assert homes(talk) == {"Lyon": span(LYON)}
    assert homes(other) == {"Oslo": span(OSLO)}


def test_deleting_the_thread_that_closed_a_fact_reopens_it(client: Zep, talk: Talk) -> None:
    second = Talk(client, talk.user_id, f"{talk.thread_id}-2")
    client.thread.create(thread_id=second.thread_id, user_id=talk.user_id)
    talk.say(*LYON)
    second.say(*OSLO)
    client.thread.delete(second.thread_id)
    assert homes(talk) == {"Lyon": span(LYON)}


def test_a_fact_added_directly_closes_an_extracted_one(client: Zep, talk: Talk) -> None:
    talk.say(*LYON)
    node = client.user.get_node(talk.user_id).node.uuid_
    client.graph.add_fact_triple(
        user_id=talk.user_id,
        fact="The user lives in Oslo",
        fact_name="LIVES_IN",
        source_node_uuid=node,
        target_node_name="Oslo",
        valid_at=OSLO[1],
    )
    assert homes(talk) == {"Lyon": span(LYON, OSLO), "Oslo": span(OSLO)}


def test_an_updated_document_closes_facts_of_the_older_one(client: Zep, graph_id: str) -> None:
    for employer, at in (("Initech", "2024-01-01T00:00:00Z"), ("Globex", "2025-01-01T00:00:00Z")):
        data = json.dumps({"name": "Alice Chen", "employer": employer})
        episode = client.graph.add(graph_id=graph_id, type="json", data=data, created_at=at)
        processed(client, episodes=[episode.uuid_])
    jobs = {edge.target_node_name: instant(edge.invalid_at) for edge in client.graph.edge.get_by_graph_id(graph_id)}
    assert jobs == {"Initech": instant("2025-01-01T00:00:00Z"), "Globex": None}

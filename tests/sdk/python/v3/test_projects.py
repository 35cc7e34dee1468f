"""Projects: what a key opens, and that it opens nothing else."""

import pytest
from support import Talk, instant, new_talk, processed, unique
from zep_cloud import Message
from zep_cloud.client import Zep
from zep_cloud.core.api_error import ApiError


def test_a_project_says_what_it_is(client: Zep, talk: Talk) -> None:
    project = client.project.get().project
    assert project.uuid_ == client.user.get(talk.user_id).project_uuid
    assert project.name
    assert instant(project.created_at) is not None


def test_two_keys_open_two_projects(client: Zep, stranger: Zep) -> None:
    ours, theirs = client.project.get().project, stranger.project.get().project
    assert ours.uuid_ != theirs.uuid_
    assert theirs.name == "other"


def test_a_stranger_cannot_reach_anything_by_any_id(client: Zep, stranger: Zep, graph_id: str) -> None:
    talk = new_talk(client, first_name="Noor")
    message = talk.say("I live in Lyon.")
    edge = talk.fact("LIVES_IN", "Lyon").uuid_
    node = client.user.get_node(talk.user_id).node.uuid_
    task = client.thread.add_messages(talk.thread_id, messages=[Message(role="user", content="Hello.")]).task_id
    processed(client, task=task)
    before = (
        talk.facts(),
        client.graph.node.get(node),
        client.graph.episode.get(message),
        client.user.get(talk.user_id),
    )
    calls = [
        lambda: stranger.user.get(talk.user_id),
        lambda: stranger.user.update(talk.user_id, first_name="Mallory"),
        lambda: stranger.user.delete(talk.user_id),
        lambda: stranger.user.get_node(talk.user_id),
        lambda: stranger.user.get_threads(talk.user_id),
        lambda: stranger.thread.create(thread_id=unique("thread"), user_id=talk.user_id),
        lambda: stranger.thread.get(talk.thread_id),
        lambda: stranger.thread.get_user_context(talk.thread_id),
        lambda: stranger.thread.add_messages(talk.thread_id, messages=[Message(role="user", content="Hi.")]),
        lambda: stranger.thread.delete(talk.thread_id),
        lambda: stranger.thread.message.update(message, metadata={"a": 1}),
        lambda: stranger.graph.search(user_id=talk.user_id, query="Lyon"),
        lambda: stranger.graph.search(graph_id=graph_id, query="Lyon"),
        lambda: stranger.graph.add(user_id=talk.user_id, type="text", data="Hi."),
        lambda: stranger.graph.get(graph_id),
        lambda: stranger.graph.delete(graph_id),
        lambda: stranger.graph.edge.get(edge),
        lambda: stranger.graph.edge.update(edge, fact="Mallory was here"),
        lambda: stranger.graph.edge.delete(edge),
        lambda: stranger.graph.edge.get_by_user_id(talk.user_id),
        lambda: stranger.graph.node.get(node),
        lambda: stranger.graph.node.get_edges(node),
        lambda: stranger.graph.node.get_episodes(node),
        lambda: stranger.graph.node.get_neighbors(node),
        lambda: stranger.graph.node.update(node, name="Mallory"),
        lambda: stranger.graph.node.delete(node),
        lambda: stranger.graph.episode.get(message),
        lambda: stranger.graph.episode.get_nodes_and_edges(message),
        lambda: stranger.graph.episode.update(message, metadata={"a": 1}),
        lambda: stranger.graph.episode.delete(message),
        lambda: stranger.task.get(task),
    ]
    for at, call in enumerate(calls):
        with pytest.raises(ApiError) as error:
            call()
        # Whether it exists elsewhere does not show.
        assert error.value.status_code in (400, 404) and "already exists" not in str(error.value.body), f"call {at}"
    after = (
        talk.facts(),
        client.graph.node.get(node),
        client.graph.episode.get(message),
        client.user.get(talk.user_id),
    )
    assert after == before


def test_a_stranger_lists_nothing_of_ours(client: Zep, stranger: Zep, talk: Talk, graph_id: str) -> None:
    assert stranger.user.list_ordered(search=talk.user_id).users == []
    assert stranger.graph.list_all(search=graph_id).graphs == []
    number = 1
    while threads := stranger.thread.list_all(page_number=number, page_size=50).threads:
        assert talk.thread_id not in [thread.thread_id for thread in threads]
        number += 1


def test_the_same_ids_are_free_in_every_project(client: Zep, stranger: Zep) -> None:
    user_id, thread_id, graph_id = unique("user"), unique("thread"), unique("graph")
    for each, city in ((client, "Lyon"), (stranger, "Oslo")):
        each.user.add(user_id=user_id)
        each.thread.create(thread_id=thread_id, user_id=user_id)
        each.graph.create(graph_id=graph_id)
        Talk(each, user_id, thread_id).say(f"I live in {city}.")
    for each, city in ((client, "Lyon"), (stranger, "Oslo")):
        facts = each.graph.edge.get_by_user_id(user_id)
        assert [edge.target_node_name for edge in facts] == [city]
        assert len(each.thread.get(thread_id).messages) == 1
    stranger.user.delete(user_id)
    stranger.graph.delete(graph_id)
    assert client.user.get(user_id).user_id == user_id
    assert client.graph.get(graph_id).graph_id == graph_id
    assert client.graph.edge.get_by_user_id(user_id)[0].target_node_name == "Lyon"

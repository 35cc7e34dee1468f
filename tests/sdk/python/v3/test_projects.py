"""Projects: a key gives access to its project and to no other."""

import pytest
from support import Talk, instant, new_talk, processed, unique
from zep_cloud import Message
from zep_cloud.client import Zep
from zep_cloud.core.api_error import ApiError


def test_a_project_is_read(client: Zep, talk: Talk) -> None:
    project = client.project.get().project
    assert project.uuid_ == client.user.get(talk.user_id).project_uuid
    assert project.name
    assert instant(project.created_at) is not None


def test_each_key_belongs_to_its_project(client: Zep, other_project: Zep) -> None:
    ours, theirs = client.project.get().project, other_project.project.get().project
    assert ours.uuid_ != theirs.uuid_
    assert theirs.name == "other"


def test_another_project_cannot_access_anything_by_id(client: Zep, other_project: Zep, graph_id: str) -> None:
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
        lambda: other_project.user.get(talk.user_id),
        lambda: other_project.user.update(talk.user_id, first_name="Mallory"),
        lambda: other_project.user.delete(talk.user_id),
        lambda: other_project.user.get_node(talk.user_id),
        lambda: other_project.user.get_threads(talk.user_id),
        lambda: other_project.thread.create(thread_id=unique("thread"), user_id=talk.user_id),
        lambda: other_project.thread.get(talk.thread_id),
        lambda: other_project.thread.get_user_context(talk.thread_id),
        lambda: other_project.thread.add_messages(talk.thread_id, messages=[Message(role="user", content="Hi.")]),
        lambda: other_project.thread.delete(talk.thread_id),
        lambda: other_project.thread.message.update(message, metadata={"a": 1}),
        lambda: other_project.graph.search(user_id=talk.user_id, query="Lyon"),
        lambda: other_project.graph.search(graph_id=graph_id, query="Lyon"),
        lambda: other_project.graph.add(user_id=talk.user_id, type="text", data="Hi."),
        lambda: other_project.graph.get(graph_id),
        lambda: other_project.graph.delete(graph_id),
        lambda: other_project.graph.edge.get(edge),
        lambda: other_project.graph.edge.update(edge, fact="Mallory was here"),
        lambda: other_project.graph.edge.delete(edge),
        lambda: other_project.graph.edge.get_by_user_id(talk.user_id),
        lambda: other_project.graph.node.get(node),
        lambda: other_project.graph.node.get_edges(node),
        lambda: other_project.graph.node.get_episodes(node),
        lambda: other_project.graph.node.get_neighbors(node),
        lambda: other_project.graph.node.update(node, name="Mallory"),
        lambda: other_project.graph.node.delete(node),
        lambda: other_project.graph.episode.get(message),
        lambda: other_project.graph.episode.get_nodes_and_edges(message),
        lambda: other_project.graph.episode.update(message, metadata={"a": 1}),
        lambda: other_project.graph.episode.delete(message),
        lambda: other_project.task.get(task),
    ]
    for at, call in enumerate(calls):
        with pytest.raises(ApiError) as error:
            call()
        # The response must not reveal whether the id exists in another project.
        assert error.value.status_code in (400, 404) and "already exists" not in str(error.value.body), f"call {at}"
    after = (
        talk.facts(),
        client.graph.node.get(node),
        client.graph.episode.get(message),
        client.user.get(talk.user_id),
    )
    assert after == before


def test_another_project_lists_nothing_of_ours(client: Zep, other_project: Zep, talk: Talk, graph_id: str) -> None:
    assert other_project.user.list_ordered(search=talk.user_id).users == []
    assert other_project.graph.list_all(search=graph_id).graphs == []
    number = 1
    while threads := other_project.thread.list_all(page_number=number, page_size=50).threads:
        assert talk.thread_id not in [thread.thread_id for thread in threads]
        number += 1


def test_projects_can_use_the_same_ids(client: Zep, other_project: Zep) -> None:
    user_id, thread_id, graph_id = unique("user"), unique("thread"), unique("graph")
    for each, city in ((client, "Lyon"), (other_project, "Oslo")):
        each.user.add(user_id=user_id)
        each.thread.create(thread_id=thread_id, user_id=user_id)
        each.graph.create(graph_id=graph_id)
        Talk(each, user_id, thread_id).say(f"I live in {city}.")
    for each, city in ((client, "Lyon"), (other_project, "Oslo")):
        facts = each.graph.edge.get_by_user_id(user_id)
        assert [edge.target_node_name for edge in facts] == [city]
        assert len(each.thread.get(thread_id).messages) == 1
    other_project.user.delete(user_id)
    other_project.graph.delete(graph_id)
    assert client.user.get(user_id).user_id == user_id
    assert client.graph.get(graph_id).graph_id == graph_id
    assert client.graph.edge.get_by_user_id(user_id)[0].target_node_name == "Lyon"

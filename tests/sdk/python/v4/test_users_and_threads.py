"""Users, threads and messages, with the required and with all arguments."""

import uuid
from typing import Any

import httpx
import pytest
from support import ONCE, Talk, finished, new_talk, unique
from zep_cloud import AddMessage
from zep_cloud.errors import BadRequestError, ConflictError, NotFoundError


def test_a_user_lives_from_creation_to_deletion(zep: Any) -> None:
    fields = {"email": "a@example.org", "first_name": "Ann", "last_name": "Lee", "time_zone": "Europe/Paris", "metadata": {"a": 1}, "disable_default_ontology": False}
    user_id = unique("user")
    user = zep.user.create(user_id=user_id, **fields, content_policy=None, idempotency_key=unique())
    assert (user.user_id, user.email, user.metadata) == (user_id, "a@example.org", {"a": 1})
    assert zep.user.get(user.uuid_) == user
    changed = zep.user.update(user.uuid_, **{**fields, "first_name": "Bea"}, idempotency_key=unique())
    assert changed.first_name == "Bea"
    assert zep.user.update(user.uuid_).first_name == "Bea"
    assert zep.user.get_node(user.uuid_).name == "Bea Lee"
    assert zep.user.lookup(user_id=user_id, thread_id=None, graph_id=None).uuid_ == user.uuid_
    found = zep.user.list(page_size=10, cursor="", order_by="email", order="asc", search=user_id)
    assert [one.uuid_ for one in found.items] == [user.uuid_]
    deleted = zep.user.delete(user.uuid_, idempotency_key=unique())
    assert finished(zep, deleted.task).type == "user.delete"
    with pytest.raises(NotFoundError) as error:
        zep.user.get(user.uuid_)
    assert error.value.body.error.code == "not_found" and error.value.body.error.request_id
    zep.user.delete(zep.user.create().uuid_)


def test_a_user_without_an_id_is_addressed_by_uuid_alone(zep: Any) -> None:
    user = zep.user.create(first_name="Ann")
    assert user.user_id is None
    assert zep.user.get(user.uuid_).first_name == "Ann"
    assert zep.user.list().items


def test_a_second_user_with_the_same_id_is_a_conflict(zep: Any) -> None:
    user_id = unique("user")
    zep.user.create(user_id=user_id)
    with pytest.raises(ConflictError) as error:
        zep.user.create(user_id=user_id, request_options=ONCE)
    assert error.value.body.error.code == "already_exists"
    assert "already exists" in error.value.body.error.message


def test_a_message_keeps_the_uuid_that_it_is_given_and_may_be_sent_again(zep: Any) -> None:
    talk = new_talk(zep)
    said = AddMessage(role="user", content="I like tea.", uuid_=str(uuid.uuid4()))
    first = zep.thread.add_messages(talk.thread.uuid_, messages=[said])
    again = zep.thread.add_messages(talk.thread.uuid_, messages=[said])
    assert first.messages[0].uuid_ == again.messages[0].uuid_ == said.uuid_
    assert first.task.uuid_ == again.task.uuid_
    other = AddMessage(role="user", content="I like figs.", uuid_=said.uuid_)
    with pytest.raises(ConflictError) as error:
        zep.thread.add_messages(talk.thread.uuid_, messages=[other], request_options=ONCE)
    assert error.value.body.error.code == "conflict"
    finished(zep, first.task)
    assert [one.content for one in zep.thread.list_messages(talk.thread.uuid_).items] == ["I like tea."]
    assert zep.graph.episode.get(talk.user.graph_uuid, said.uuid_).content == "I like tea."


def test_a_key_that_was_used_for_another_request_is_a_conflict(zep: Any) -> None:
    key = unique()
    user = zep.user.create(first_name="Ann", idempotency_key=key)
    assert zep.user.create(first_name="Ann", idempotency_key=key).uuid_ == user.uuid_
    with pytest.raises(ConflictError) as error:
        zep.user.create(first_name="Bea", idempotency_key=key, request_options=ONCE)
    assert error.value.body.error.code == "idempotency_key_reused"


def test_an_answer_tells_the_rate_of_requests(zep: Any) -> None:
    headers = zep.project.with_raw_response.get().headers
    assert int(headers["x-ratelimit-remaining"]) < int(headers["x-ratelimit-limit"])


def test_an_id_that_is_not_a_uuid_is_refused(zep: Any) -> None:
    with pytest.raises(BadRequestError) as error:
        zep.user.get("noor")
    assert error.value.body.error.code == "invalid_identifier"
    assert error.value.body.error.param == "user_uuid"


def test_pages_hold_every_user_once(zep: Any) -> None:
    marker = unique("page")
    created = {zep.user.create(user_id=f"{marker}-{number}").uuid_ for number in range(5)}
    seen, cursor = [], None
    while cursor != "":
        page = zep.user.list(search=marker, page_size=2, cursor=cursor)
        assert page.response.total_size == 5
        seen += [user.uuid_ for user in page.items]
        cursor = page.response.next_cursor or ""
    assert len(seen) == 5 and set(seen) == created
    with pytest.raises(BadRequestError) as error:
        zep.user.list(search=marker, cursor="nothing")
    assert error.value.body.error.code == "invalid_cursor"


def test_a_thread_keeps_its_messages(zep: Any) -> None:
    talk = new_talk(zep, first_name="Noor", last_name="Haddad")
    thread = zep.thread.create(user_uuid=talk.user.uuid_, idempotency_key=unique())
    assert thread.user_uuid == talk.user.uuid_ and thread.thread_id is None
    assert zep.thread.get(thread.uuid_).graph_uuid == talk.user.graph_uuid
    listed = zep.thread.list(page_size=10, cursor="", order_by="created_at", order="asc", user_uuid=talk.user.uuid_)
    assert [one.uuid_ for one in listed.items] == [talk.thread.uuid_, thread.uuid_]
    assert zep.thread.list().items
    said = [
        AddMessage(role="user", content="I live in Lyon.", name="Noor", metadata={"k": 1}, reference_time="2024-01-01T00:00:00Z"),
        AddMessage(role="assistant", content="How nice."),
    ]
    added = zep.thread.add_messages(thread.uuid_, messages=said, ignore_roles=["assistant"], return_context=True, strict_ontology=False, idempotency_key=unique())
    assert added.context and [message.content for message in added.messages] == ["I live in Lyon.", "How nice."]
    assert finished(zep, added.task).type == "thread.add_messages"
    assert [one.content for one in zep.thread.list_messages(thread.uuid_).items] == ["I live in Lyon.", "How nice."]
    newest = zep.thread.list_messages(thread.uuid_, page_size=1, cursor="", order_by="created_at", order="desc")
    assert [one.content for one in newest.items] == ["How nice."] and newest.has_next
    message = added.messages[0]
    assert zep.thread.message.get(thread.uuid_, message.uuid_).metadata == {"k": 1}
    assert zep.thread.message.update(thread.uuid_, message.uuid_, metadata={"k": 2}, idempotency_key=unique()).metadata == {"k": 2}
    assert zep.thread.message.update(thread.uuid_, message.uuid_).metadata == {"k": 2}
    episodes = zep.thread.list_episodes(thread.uuid_, page_size=10, cursor="").items
    assert [(one.content, one.thread_uuid) for one in episodes] == [("I live in Lyon.", thread.uuid_)]
    assert zep.thread.list_episodes(thread.uuid_).items == episodes
    assert "Lyon" in zep.thread.get_context(thread.uuid_).context
    assert zep.thread.get_summary(thread.uuid_).thread_uuid == thread.uuid_
    deleted = zep.thread.delete(thread.uuid_, idempotency_key=unique())
    assert finished(zep, deleted.task).type == "thread.delete"
    with pytest.raises(NotFoundError):
        zep.thread.get(thread.uuid_)
    zep.thread.delete(talk.thread.uuid_)


def test_what_was_said_becomes_facts_with_times(talk: Talk) -> None:
    talk.say("I live in Lyon.", reference_time="2024-01-01T00:00:00Z")
    message = talk.say("I moved to Oslo.", reference_time="2025-01-01T00:00:00Z")
    edges = talk.zep.graph.edge.list(talk.user.graph_uuid, filters={"edge_types": ["LIVES_IN"]}).items
    assert {edge.target_node_name: edge.invalid_at is None for edge in edges} == {"Lyon": False, "Oslo": True}
    found = talk.zep.graph.search_edges(talk.user.uuid_, query="Where does Noor live?")
    assert "Oslo" in found.items[0].fact and found.items[0].user_uuid == talk.user.uuid_
    finished(talk.zep, talk.zep.graph.episode.delete(talk.user.graph_uuid, message.uuid_).task)
    edges = talk.zep.graph.edge.list(talk.user.graph_uuid, filters={"edge_types": ["LIVES_IN"]}).items
    assert [(edge.target_node_name, edge.invalid_at) for edge in edges] == [("Lyon", None)]


def test_old_ids_are_looked_up(zep: Any) -> None:
    user_id = unique("user")
    user = zep.user.create(user_id=user_id)
    found = zep.lookup.batch(users=[user_id], threads=["none"], graphs=["none"]).items
    assert [(one.legacy_id, one.found, one.uuid_) for one in found] == [(user_id, True, user.uuid_), ("none", False, None), ("none", False, None)]
    assert zep.lookup.batch().items == []
    assert zep.user.lookup(user_id=user_id).uuid_ == user.uuid_
    assert zep.graph.lookup(user_id=user_id).uuid_ == user.graph_uuid
    assert zep.graph.lookup(user_id=user_id, thread_id=None, graph_id=None).user_uuid == user.uuid_
    with pytest.raises(BadRequestError):
        zep.graph.lookup()


def test_what_an_older_sdk_made_is_found_by_its_old_ids(zep: Any, older: httpx.Client) -> None:
    user_id, thread_id, graph_id = unique("user"), unique("thread"), unique("graph")
    for path, body in (
        ("/users", {"user_id": user_id, "first_name": "Ann"}),
        ("/threads", {"user_id": user_id, "thread_id": thread_id}),
        ("/graph/create", {"graph_id": graph_id}),
    ):
        older.post(path, json=body).raise_for_status()
    user = zep.user.lookup(user_id=user_id)
    thread = zep.thread.lookup(thread_id=thread_id)
    assert zep.thread.lookup(thread_id=thread_id, user_id=None, graph_id=None) == thread
    assert (thread.thread_id, thread.user_uuid) == (thread_id, user.uuid_)
    assert zep.thread.get(thread.uuid_) == thread
    graph = zep.graph.lookup(graph_id=graph_id)
    assert (graph.graph_id, graph.type) == (graph_id, "standalone")
    finished(zep, zep.thread.add_messages(thread.uuid_, messages=[AddMessage(role="user", content="I live in Lyon.")]).task)
    assert [one["content"] for one in older.get(f"/threads/{thread_id}/messages").json()["messages"]] == ["I live in Lyon."]


def test_another_project_finds_nothing(zep: Any, other_project: Any) -> None:
    talk = new_talk(zep)
    for find in (
        lambda: other_project.user.get(talk.user.uuid_),
        lambda: other_project.thread.get(talk.thread.uuid_),
        lambda: other_project.graph.get(talk.user.graph_uuid),
        lambda: other_project.graph.node.list(talk.user.graph_uuid),
        lambda: other_project.task.get(zep.thread.delete(talk.thread.uuid_).task.uuid_),
    ):
        with pytest.raises(NotFoundError):
            find()

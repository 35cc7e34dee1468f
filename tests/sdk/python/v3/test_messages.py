"""Messages: posted messages are stored unchanged and are immediately searchable."""

import uuid

import pytest
from support import Talk, instant, new_talk, processed, uuids
from zep_cloud import Message
from zep_cloud.client import Zep
from zep_cloud.core.api_error import ApiError


def test_messages_get_uuids_in_request_order_and_a_task_that_succeeds(client: Zep, talk: Talk) -> None:
    messages = [
        Message(role="user", content="Which trains go to Lyon?"),
        Message(role="assistant", content="The next one leaves at nine."),
        Message(role="user", content="Thank you."),
    ]
    added = client.thread.add_messages(talk.thread_id, messages=messages)
    assert len(set(added.message_uuids)) == 3
    assert added.context is None
    processed(client, task=added.task_id, episodes=added.message_uuids)
    got = client.thread.get(talk.thread_id).messages
    assert uuids(got) == added.message_uuids
    assert [message.content for message in got] == [message.content for message in messages]
    assert [message.role for message in got] == ["user", "assistant", "user"]
    assert all(message.processed for message in got)


def test_a_message_keeps_the_uuid_that_it_is_given_and_may_be_sent_again(client: Zep, talk: Talk) -> None:
    said = Message(role="user", content="I like tea.", uuid_=str(uuid.uuid4()))
    first = client.thread.add_messages(talk.thread_id, messages=[said])
    again = client.thread.add_messages(talk.thread_id, messages=[said])
    assert first.message_uuids == again.message_uuids == [said.uuid_]
    with pytest.raises(ApiError) as error:
        client.thread.add_messages(talk.thread_id, messages=[Message(role="user", content="I like figs.", uuid_=said.uuid_)])
    assert error.value.status_code == 409
    assert uuids(client.thread.get(talk.thread_id).messages) == [said.uuid_]
    assert client.graph.episode.get(said.uuid_).content == "I like tea."


def test_a_message_keeps_its_name_its_time_and_its_metadata(client: Zep, talk: Talk) -> None:
    metadata = {"channel": "phone", "score": 0.5, "urgent": True, "tags": ["a", "b"], "nothing": None}
    message = Message(
        role="user", name="Jane", content="I'll be late.", created_at="2025-03-04T05:06:07.123456Z", metadata=metadata
    )
    client.thread.add_messages(talk.thread_id, messages=[message])
    got = client.thread.get(talk.thread_id).messages[0]
    assert (got.role, got.name, got.content) == ("user", "Jane", "I'll be late.")
    assert instant(got.created_at) == instant("2025-03-04T05:06:07.123456Z")
    assert got.metadata == metadata


def test_a_time_with_an_offset_is_the_same_instant_in_utc(client: Zep, talk: Talk) -> None:
    message = Message(role="user", content="Good morning.", created_at="2025-06-01T08:30:00+02:00")
    client.thread.add_messages(talk.thread_id, messages=[message])
    created_at = client.thread.get(talk.thread_id).messages[0].created_at
    assert instant(created_at) == instant("2025-06-01T06:30:00Z")
    assert created_at.endswith("Z")


def test_messages_stay_in_the_order_in_which_they_were_posted(client: Zep, talk: Talk) -> None:
    messages = [Message(role="user", content=f"{at}", created_at="2025-01-01T00:00:00Z") for at in range(20)]
    client.thread.add_messages(talk.thread_id, messages=messages)
    assert [message.content for message in client.thread.get(talk.thread_id).messages] == [f"{at}" for at in range(20)]


@pytest.mark.parametrize("role", ["norole", "system", "assistant", "user", "function", "tool"])
def test_every_role_is_stored(client: Zep, talk: Talk, role: str) -> None:
    client.thread.add_messages(talk.thread_id, messages=[Message(role=role, content="It rains.")])
    assert client.thread.get(talk.thread_id).messages[0].role == role


@pytest.mark.parametrize(
    "content",
    [
        "Grüße aus Köln 🚆",
        "東京に住んでいます。",
        "שלום",
        "a\u0301 \u200d\u202e",
        "line\nline\ttab",
        '"quoted" \\ <b>&amp;',
        "x" * 4096,
        "🙂" * 4096,
    ],
)
def test_content_is_returned_unchanged(client: Zep, talk: Talk, content: str) -> None:
    added = client.thread.add_messages(talk.thread_id, messages=[Message(role="user", content=content)])
    assert client.thread.get(talk.thread_id).messages[0].content == content
    processed(client, task=added.task_id)
    assert client.graph.episode.get(added.message_uuids[0]).content == content


def test_thirty_messages_fit_into_one_call(client: Zep, talk: Talk) -> None:
    messages = [Message(role="user", content=f"Message {at}.") for at in range(30)]
    added = client.thread.add_messages(talk.thread_id, messages=messages)
    assert len(added.message_uuids) == 30
    processed(client, task=added.task_id)


def test_a_message_and_its_episode_share_a_uuid(client: Zep, talk: Talk) -> None:
    message = Message(
        role="user", name="Jane", content="I live in Lyon.", created_at="2025-01-01T00:00:00Z", metadata={"a": 1}
    )
    added = client.thread.add_messages(talk.thread_id, messages=[message])
    episode = client.graph.episode.get(added.message_uuids[0])
    assert (episode.content, episode.source, episode.thread_id) == ("I live in Lyon.", "message", talk.thread_id)
    assert (episode.role, episode.role_type, episode.metadata) == ("Jane", "user", {"a": 1})
    assert instant(episode.created_at) == instant("2025-01-01T00:00:00Z")
    assert episode.task_id == added.task_id


def test_a_posted_message_is_immediately_found_among_episodes(client: Zep, talk: Talk) -> None:
    for at in range(10):
        content = f"The zeppelin number {at} landed at dawn."
        added = client.thread.add_messages(talk.thread_id, messages=[Message(role="user", content=content)])
        found = client.graph.search(user_id=talk.user_id, query=content, scope="episodes", limit=50).episodes
        assert added.message_uuids[0] in uuids(found), f"message {at}"


def test_ignored_roles_are_stored_but_not_added_to_the_graph(client: Zep, talk: Talk) -> None:
    messages = [
        Message(role="user", content="I live in Lyon."),
        Message(role="assistant", content="Alice Chen works at Initech."),
        Message(role="system", content="Robert Smith lives in Oslo."),
    ]
    added = client.thread.add_messages(talk.thread_id, messages=messages, ignore_roles=["assistant", "system"])
    processed(client, task=added.task_id)
    got = client.thread.get(talk.thread_id).messages
    assert [message.role for message in got] == ["user", "assistant", "system"]
    assert uuids(client.graph.episode.get_by_user_id(talk.user_id).episodes) == added.message_uuids[:1]
    assert uuids(client.thread.get_episodes(talk.thread_id).episodes) == added.message_uuids[:1]
    assert talk.has_fact("LIVES_IN", "Lyon")
    assert {"Alice Chen", "Initech", "Robert Smith", "Oslo"}.isdisjoint({node.name for node in talk.nodes()})


def test_the_context_is_returned_on_request(client: Zep) -> None:
    talk = new_talk(client, first_name="Noor")
    talk.say("I live in Lyon.")
    question = [Message(role="user", content="Where do I live?")]
    added = client.thread.add_messages(talk.thread_id, messages=question, return_context=True)
    assert "Lyon" in added.context
    assert "<FACTS>" in added.context


def test_a_batch_of_messages_is_added_like_single_messages(client: Zep, talk: Talk) -> None:
    messages = [
        Message(role="user", content="I live in Lyon."),
        Message(role="user", content="I work at Atelier Bleu."),
    ]
    added = client.thread.add_messages_batch(talk.thread_id, messages=messages)
    assert len(added.message_uuids) == 2
    processed(client, task=added.task_id)
    assert uuids(client.thread.get(talk.thread_id).messages) == added.message_uuids
    assert talk.has_fact("LIVES_IN", "Lyon") and talk.has_fact("WORKS_AT", "Atelier Bleu")


def test_a_messages_metadata_is_updated(client: Zep, talk: Talk) -> None:
    message = Message(role="user", content="I live in Lyon.", metadata={"channel": "phone", "seen": False})
    uuid = client.thread.add_messages(talk.thread_id, messages=[message]).message_uuids[0]
    updated = client.thread.message.update(uuid, metadata={"seen": True, "agent": "Kim"})
    assert (updated.uuid_, updated.content, updated.role) == (uuid, "I live in Lyon.", "user")
    assert updated.metadata == {"channel": "phone", "seen": True, "agent": "Kim"}
    assert client.thread.get(talk.thread_id).messages[0].metadata == updated.metadata
    assert client.graph.episode.get(uuid).metadata == updated.metadata


def test_a_message_update_does_not_change_the_facts(client: Zep, talk: Talk) -> None:
    uuid = talk.say("I live in Lyon.")
    before = talk.fact("LIVES_IN", "Lyon")
    client.thread.message.update(uuid, metadata={"seen": True})
    assert talk.fact("LIVES_IN", "Lyon") == before


def test_a_deleted_message_is_gone_from_thread_and_graph(client: Zep, talk: Talk) -> None:
    kept = talk.say("I work at Atelier Bleu.")
    gone = talk.say("I live in Lyon.")
    assert client.graph.episode.delete(gone).message == "OK"
    got = client.thread.get(talk.thread_id)
    assert (uuids(got.messages), got.total_count) == ([kept], 1)
    assert uuids(client.thread.get_episodes(talk.thread_id).episodes) == [kept]
    assert not talk.has_fact("LIVES_IN", "Lyon") and talk.has_fact("WORKS_AT", "Atelier Bleu")
    assert "Lyon" not in {node.name for node in talk.nodes()}


def test_the_name_of_a_message_is_the_name_of_the_speaker(client: Zep, talk: Talk) -> None:
    talk.say("I live in Lyon.", name="Noor")
    node = client.user.get_node(talk.user_id).node
    assert talk.fact("LIVES_IN", "Lyon").source_node_uuid == node.uuid_
    assert "Noor" in [node.name, *node.attributes.get("aliases", [])]


def test_statements_of_the_assistant_about_itself_are_not_facts_about_the_user(client: Zep, talk: Talk) -> None:
    message = Message(role="assistant", content="I live in Lyon.")
    processed(client, task=client.thread.add_messages(talk.thread_id, messages=[message]).task_id)
    user = client.user.get_node(talk.user_id).node.uuid_
    assert [edge.fact for edge in talk.facts() if edge.source_node_uuid == user] == []

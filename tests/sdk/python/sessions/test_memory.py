"""Memory: adding messages and reading the memory of a session."""

from typing import Any

import pytest
from support import GENERATION, ApiError, NotFoundError, eventually, says, unique

MORE = {"ignore_roles": ["assistant"], "return_context": True} if GENERATION == "v2" else {}


def test_messages_are_returned_in_order_and_unchanged(zep: Any, session: str) -> None:
    said = [
        says("user", "I live in Lyon.", metadata={"k": [1, 2]}, created_at="2025-03-03T10:00:00Z"),
        says("assistant", "Lovely!", role="Bot"),
        says("system", "Be kind.", role="operator"),
    ]
    added = zep.memory.add(session, messages=said, fact_instruction="none", summary_instruction="none", **MORE)
    if GENERATION == "v2":
        assert "<FACTS>" in added.context
    else:
        assert added.message == "OK"
    memory = zep.memory.get(session, lastn=10, min_rating=0.0, **({"memory_type": "perpetual"} if GENERATION == "v1" else {}))
    assert [(one.role, one.role_type, one.content) for one in memory.messages] == [
        ("Ann", "user", "I live in Lyon."),
        ("Bot", "assistant", "Lovely!"),
        ("operator", "system", "Be kind."),
    ]
    assert memory.messages[0].metadata == {"k": [1, 2]}
    assert memory.messages[0].created_at.startswith("2025-03-03T10:00:00")
    assert memory.messages[0].token_count >= 1


def test_memory_contains_the_last_messages_and_a_summary_of_the_others(zep: Any, session: str) -> None:
    zep.memory.add(session, messages=[says("user", f"On day {day} I climbed mount number {day} with Salma.") for day in range(20)])
    memory = zep.memory.get(session, lastn=2)
    assert [one.content[:9] for one in memory.messages] == ["On day 18", "On day 19"]
    assert "climbed" in memory.summary.content and memory.summary.uuid_
    assert len(zep.memory.get(session).messages) == 6


def test_memory_contains_relevant_facts(zep: Any, talk: str) -> None:
    memory = eventually(lambda: zep.memory.get(talk), lambda one: one.relevant_facts and any("Lyon" in fact.fact for fact in one.relevant_facts), "facts")
    assert set(memory.facts) == {fact.fact for fact in memory.relevant_facts}
    assert all(fact.uuid_ and fact.created_at for fact in memory.relevant_facts)
    if GENERATION == "v2":
        assert "Lyon" in memory.context


def test_the_first_message_creates_the_session(zep: Any) -> None:
    session_id = unique("session")
    assert zep.memory.get(session_id).messages == []
    zep.memory.add(session_id, messages=[says("user", "I live in Oslo.")])
    assert zep.memory.get_session(session_id).user_id is None
    memory = eventually(lambda: zep.memory.get(session_id), lambda one: one.relevant_facts, "facts")
    assert any("Oslo" in fact.fact for fact in memory.relevant_facts)
    zep.memory.delete(session_id)
    with pytest.raises(NotFoundError):
        zep.memory.get_session(session_id)


def test_messages_are_listed_in_pages(zep: Any, session: str) -> None:
    zep.memory.add(session, messages=[says("user", f"message {number}") for number in range(5)])
    page = zep.memory.get_session_messages(session, limit=2, cursor=2)
    assert [one.content for one in page.messages] == ["message 2", "message 3"]
    assert (page.row_count, page.total_count) == (2, 5)
    everything = zep.memory.get_session_messages(session)
    assert [one.content for one in everything.messages] == [f"message {number}" for number in range(5)]


def test_a_message_is_read_and_its_metadata_merged(zep: Any, talk: str) -> None:
    first = zep.memory.get_session_messages(talk).messages[0]
    assert zep.memory.get_session_message(talk, first.uuid_).content == first.content
    zep.memory.update_message_metadata(talk, first.uuid_, metadata={"a": 1})
    changed = zep.memory.update_message_metadata(talk, first.uuid_, metadata={"b": 2})
    assert changed.metadata == {"a": 1, "b": 2}
    with pytest.raises(NotFoundError):
        zep.memory.get_session_message(talk, "00000000-0000-4000-8000-000000000000")
    with pytest.raises(ApiError) as caught:
        zep.memory.get_session_message(talk, "no-uuid")
    assert caught.value.status_code == 400


def test_a_deleted_memory_is_not_found(zep: Any, talk: str) -> None:
    assert zep.memory.delete(talk).message == "OK"
    with pytest.raises(NotFoundError):
        zep.memory.delete(talk)
    assert zep.memory.get(talk).messages == []


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [says("user", "x")] * 31,
        [says("user", "")],
        [says("king", "hello")],
        [says("user", "x" * 100_001)],
    ],
    ids=["none", "too many", "empty", "an unknown role", "too long"],
)
def test_invalid_messages_are_refused_and_none_is_stored(zep: Any, session: str, messages: list) -> None:
    with pytest.raises(ApiError) as caught:
        zep.memory.add(session, messages=messages)
    assert caught.value.status_code == 400 and caught.value.body
    assert zep.memory.get_session_messages(session).messages == []


def test_a_negative_lastn_is_a_bad_request(zep: Any, talk: str) -> None:
    with pytest.raises(ApiError) as caught:
        zep.memory.get(talk, lastn=-1)
    assert caught.value.status_code == 400


@pytest.mark.skipif(GENERATION != "v1", reason="only cloud v1 has memory types")
def test_each_memory_type_has_its_own_content(zep: Any, talk: str) -> None:
    assert zep.memory.get(talk, memory_type="message_window").relevant_facts == []
    assert "Lyon" in zep.memory.get(talk, memory_type="summary_retriever").relevant_summaries[0].content


@pytest.mark.skipif(GENERATION == "ce", reason="the community edition's SDK lists no summaries")
def test_the_summary_of_a_session_is_listed(zep: Any, talk: str) -> None:
    summaries = zep.memory.get_summaries(talk)
    assert summaries.row_count == summaries.total_count == 1
    assert "Lyon" in summaries.summaries[0].content


@pytest.mark.skipif(GENERATION != "v2", reason="only cloud v2 can ignore roles")
def test_ignored_roles_are_stored_but_not_added_to_the_graph(zep: Any, session: str, user: str) -> None:
    zep.memory.add(session, messages=[says("assistant", "You live in Rome.", role="Bot"), says("user", "I live in Lyon.")], ignore_roles=["assistant"])
    eventually(lambda: zep.user.get_facts(user).facts, lambda facts: any("Lyon" in fact.fact for fact in facts), "the fact")
    assert not any("Rome" in fact.fact for fact in zep.user.get_facts(user).facts)
    assert len(zep.memory.get(session).messages) == 2


def test_other_generations_see_the_same_data(zep: Any, talk: str, user: str, raw: Any) -> None:
    messages = raw.get(f"/api/v2/threads/{talk}/messages").json()["messages"]
    assert [one["content"] for one in messages] == [one.content for one in zep.memory.get_session_messages(talk).messages]
    assert raw.get(f"/api/v2/users/{user}").json()["session_count"] == 1
    raw.post(f"/api/v2/threads/{talk}/messages", json={"messages": [{"role": "user", "content": "Said in a thread.", "name": "Ann"}]})
    assert zep.memory.get_session_messages(talk).messages[-1].content == "Said in a thread."

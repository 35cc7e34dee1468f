"""The open-source generation: every method with its required arguments and with all arguments."""

import warnings
from typing import Any

import pytest
from zep_python import APIError, Memory, MemorySearchPayload, Message, NotFoundError, ZepClient
from zep_python.document import Document
from zep_python.exceptions import AuthError
from zep_python.memory import Session
from zep_python.user import CreateUserRequest, UpdateUserRequest

TEXTS = ["Bread is baked from flour, water and yeast.", "A violin has four strings.", "Trains to Lyon leave every hour."]


@pytest.fixture
def user(zep: Any, unique: Any) -> str:
    user_id = unique("user")
    zep.user.add(CreateUserRequest(user_id=user_id, email=f"{user_id}@example.org", first_name="Ann", last_name="Lee", metadata={"plan": "gold"}))
    return user_id


@pytest.fixture
def session(zep: Any, user: str, unique: Any) -> str:
    session_id = unique("session")
    zep.memory.add_session(Session(session_id=session_id, user_id=user, metadata={"topic": "trip"}))
    return session_id


def says(role: str, content: str, **fields: Any) -> Message:
    return Message(role=role, content=content, **fields)


def test_the_server_is_healthy_and_new_enough() -> None:
    import os

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ZepClient(os.environ["ERSTWHILE_URL"])


def test_a_user_is_added_read_updated_and_deleted(zep: Any, user: str, unique: Any) -> None:
    read = zep.user.get(user)
    assert (read.user_id, read.first_name, read.last_name, read.metadata) == (user, "Ann", "Lee", {"plan": "gold"})
    assert read.uuid and read.id and read.created_at.tzinfo
    changed = zep.user.update(UpdateUserRequest(user_id=user, email="new@example.org", first_name="Bea", last_name="Ray", metadata={"seats": 3}))
    assert (changed.first_name, changed.metadata) == ("Bea", {"plan": "gold", "seats": 3})
    assert zep.user.update(UpdateUserRequest(user_id=user)).first_name == "Bea"
    with pytest.raises(APIError) as caught:
        zep.user.add(CreateUserRequest(user_id=user))
    assert caught.value.response_data["status_code"] == 400
    assert caught.value.response_data["message"] == f"bad request: user already exists with user_id: {user}"
    zep.user.delete(user)
    for call in (lambda: zep.user.get(user), lambda: zep.user.delete(user)):
        with pytest.raises(NotFoundError):
            call()
    small = unique("user")
    assert zep.user.add(CreateUserRequest(user_id=small)).user_id == small


def test_users_are_listed_by_cursor_and_by_count(zep: Any, unique: Any) -> None:
    ids = [unique("user") for _ in range(5)]
    users = [zep.user.add(CreateUserRequest(user_id=user_id)) for user_id in ids]
    assert [one.id for one in users] == sorted(one.id for one in users)
    after = zep.user.list(limit=2, cursor=users[1].id)
    assert [one.user_id for one in after] == ids[2:4]
    everybody = zep.user.list()
    assert len(everybody) >= 5
    chunks = zep.user.list_chunked(chunk_size=3)
    assert [one.user_id for chunk in chunks for one in chunk] == [one.user_id for chunk in zep.user.list_chunked() for one in chunk]
    assert all(len(chunk) <= 3 for chunk in chunks)


def test_a_session_is_added_read_updated_and_listed(zep: Any, session: str, user: str, unique: Any) -> None:
    read = zep.memory.get_session(session)
    assert (read.session_id, read.user_id, read.metadata) == (session, user, {"topic": "trip"})
    changed = zep.memory.update_session(Session(session_id=session, metadata={"a": {"x": 1}, "system": {"mine": 1}}))
    assert changed.metadata == {"topic": "trip", "a": {"x": 1}}
    assert zep.memory.update_session(Session(session_id=session)).metadata == changed.metadata
    assert [one.session_id for one in zep.user.get_sessions(user)] == [session]
    alone = unique("session")
    assert zep.memory.add_session(Session(session_id=alone)).user_id is None
    assert [one.session_id for one in zep.memory.list_sessions(limit=1, cursor=read.id)] == [alone]
    assert len(zep.memory.list_sessions()) >= 2
    chunks = zep.memory.list_all_sessions(chunk_size=2)
    assert session in [one.session_id for chunk in chunks for one in chunk]
    zep.memory.list_all_sessions()
    with pytest.raises(NotFoundError):
        zep.memory.get_session("nothing")
    for bad in (Session(session_id=session), Session(session_id=unique(), user_id="nobody")):
        with pytest.raises(APIError) as caught:
            zep.memory.add_session(bad)
        assert caught.value.response_data["status_code"] == 400


def test_memory_is_returned_unchanged(zep: Any, session: str) -> None:
    said = [
        says("Human", "I live in Lyon.", metadata={"k": {"deep": [1, "two"]}}, created_at="2025-03-03T10:00:00Z", token_count=5),
        says("AI", "Lovely!"),
        says("user", "plain"),
        says("Salma", "Hello from Salma."),
    ]
    assert zep.memory.add_memory(session, Memory(messages=said, metadata={"ignored": True})) == "OK"
    memory = zep.memory.get_memory(session, lastn=10)
    assert [(one.role, one.content) for one in memory.messages] == [(one.role, one.content) for one in said]
    assert memory.messages[0].metadata == {"k": {"deep": [1, "two"]}}
    assert memory.messages[0].created_at.startswith("2025-03-03T10:00:00")


def test_messages_of_the_human_become_facts_about_the_user(zep: Any, session: str, user: str, raw: Any) -> None:
    import time

    zep.memory.add_memory(session, Memory(messages=[says("human", "I live in Lyon.")]))
    for _ in range(600):
        facts = raw.post(f"/api/v2/graph/edge/user/{user}", json={}).json()
        if facts:
            break
        time.sleep(0.05)
    assert [(one["source_node_name"], one["name"], one["target_node_name"]) for one in facts] == [("Ann Lee", "LIVES_IN", "Lyon")]


def test_a_long_session_has_a_window_and_a_summary(zep: Any, session: str) -> None:
    zep.memory.add_memory(session, Memory(messages=[says("human", f"On day {day} I climbed mount number {day}.") for day in range(20)]))
    memory = zep.memory.get_memory(session)
    assert len(memory.messages) == 12 and memory.messages[-1].content.startswith("On day 19")
    assert "climbed" in memory.summary.content and memory.summary.uuid and memory.summary.token_count
    with pytest.raises(APIError) as caught:
        zep.memory.get_memory(session, lastn=-1)
    assert caught.value.response_data["status_code"] == 400


def test_a_session_is_created_and_deleted_with_its_memory(zep: Any, unique: Any) -> None:
    session_id = unique("session")
    assert zep.memory.get_memory(session_id).messages == []
    zep.memory.add_memory(session_id, Memory(messages=[says("human", "Hello.")]))
    assert zep.memory.get_session(session_id).session_id == session_id
    assert zep.memory.delete_memory(session_id) == "OK"
    for call in (lambda: zep.memory.delete_memory(session_id), lambda: zep.memory.get_session(session_id)):
        with pytest.raises(NotFoundError):
            call()


def test_messages_are_listed_and_read_and_their_metadata_updated(zep: Any, session: str) -> None:
    zep.memory.add_memory(session, Memory(messages=[says("human", f"message {number}") for number in range(5)]))
    page = zep.message.get_session_messages(session, limit=2, cursor=2)
    assert [one.content for one in page] == ["message 2", "message 3"]
    everything = zep.message.get_session_messages(session)
    assert len(everything) == 5
    first = everything[0]
    assert zep.message.get_session_message(session, first.uuid).content == "message 0"
    changed = zep.message.update_message_metadata(session, first.uuid, {"metadata": {"a": 1}})
    assert changed.metadata == {"a": 1}
    with pytest.raises(NotFoundError):
        zep.message.get_session_message(session, "00000000-0000-4000-8000-000000000000")
    with pytest.raises(APIError) as caught:
        zep.message.get_session_message(session, "no-uuid")
    assert caught.value.response_data["status_code"] == 400


def test_memory_is_searched(zep: Any, session: str) -> None:
    said = [("My cat Miso sleeps all day.", "cat"), ("My dog Rex chases balls.", "dog"), ("The car needs tyres.", "car")]
    zep.memory.add_memory(session, Memory(messages=[says("human", text, metadata={"about": about}) for text, about in said]))
    found = zep.memory.search_memory(session, MemorySearchPayload(text="a sleepy animal"))
    assert "Miso" in found[0].message["content"] if isinstance(found[0].message, dict) else "Miso" in found[0].message.content
    payload = MemorySearchPayload(text="an animal", metadata={"where": {"or": [{"jsonpath": '$.about ? (@ == "dog")'}, {"jsonpath": '$.about ? (@ == "cat")'}]}}, search_scope="messages", search_type="mmr", mmr_lambda=0.5)
    found = zep.memory.search_memory(session, payload, limit=5)
    assert {one.message["metadata"]["about"] for one in found} == {"dog", "cat"}
    only = zep.memory.search_memory(session, MemorySearchPayload(text=None, metadata={"where": {"jsonpath": '$.about ? (@ == "car")'}}))
    assert [one.message["content"] for one in only] == ["The car needs tyres."]
    summary = zep.memory.search_memory(session, MemorySearchPayload(text="pets", search_scope="summary"))
    assert "Miso" in summary[0].summary.content
    with pytest.raises(APIError):
        zep.memory.search_memory(session, MemorySearchPayload(text="", metadata=None))


def test_a_collection_with_vectors_from_the_server(zep: Any, unique: Any) -> None:
    name = unique("lib").replace("-", "_")
    collection = zep.document.add_collection(name=name, description="texts", metadata={"kind": "test"}, embedding_dimensions=384, is_auto_embedded=True)
    uuids = collection.add_documents([Document(content=text, document_id=f"d{number}", metadata={"number": number}) for number, text in enumerate(TEXTS)])
    assert len(uuids) == 3
    read = zep.document.get_collection(name)
    assert (read.name, read.document_count, read.document_embedded_count, read.is_indexed) == (name, 3, 3, True)
    found = collection.search(text="how do I make a loaf?")
    assert found[0].content == TEXTS[0] and found[0].score >= found[1].score
    found, vector = collection.search_return_query_vector(text="music", metadata={"where": {"jsonpath": "$.number ? (@ >= 1)"}}, limit=2, search_type="mmr", mmr_lambda=0.5)
    assert found[0].document_id == "d1" and len(found) == 2 and len(vector) == read.embedding_dimensions
    assert collection.search(text="music", embedding=None, metadata={"where": {"jsonpath": "$.number ? (@ == 2)"}}, limit=1, search_type="similarity", mmr_lambda=None)[0].document_id == "d2"
    one = collection.get_document(uuids[1])
    assert (one.content, one.document_id, one.metadata) == (TEXTS[1], "d1", {"number": 1})
    assert [document.content for document in collection.get_documents(uuids[:2])] == TEXTS[:2]
    # The first argument has another name in the asynchronous variant.
    collection.update_document(uuids[0], "bread", {"warm": True})
    assert collection.get_document(uuids[0]).metadata == {"number": 0, "warm": True}
    collection.delete_document(uuids[0])
    with pytest.raises(NotFoundError):
        collection.get_document(uuids[0])
    with pytest.raises(APIError) as caught:
        collection.add_documents([Document(content="new"), Document(content="again", document_id="d1")])
    assert "already exists" in caught.value.response_data["message"]
    assert zep.document.get_collection(name).document_count == 2
    changed = zep.document.update_collection(name=name, description="books", metadata={"shelf": 2})
    assert (changed.description, changed.metadata) == ("books", {"kind": "test", "shelf": 2})
    assert name in [one.name for one in zep.document.list_collections()]
    zep.document.delete_collection(name)
    with pytest.raises(NotFoundError):
        zep.document.get_collection(name)


def test_a_collection_with_vectors_from_the_application(zep: Any, unique: Any) -> None:
    name = unique("own").replace("-", "_")
    collection = zep.document.add_collection(name=name, description="own", embedding_dimensions=8, is_auto_embedded=False)
    vectors = [[1.0] + [0.0] * 7, [0.0, 1.0] + [0.0] * 6]
    node = '{"nested": "as a string", "n": 1}'
    uuids = collection.add_documents([Document(content=f"v{at}", embedding=vector, metadata={"_node_content": node}) for at, vector in enumerate(vectors)])
    found = collection.search(embedding=[0.1, 0.9] + [0.0] * 6, limit=1)
    assert [one.content for one in found] == ["v1"] and found[0].metadata == {"_node_content": node}
    assert collection.get_document(uuids[0]).embedding == vectors[0]
    for bad in (lambda: collection.search(text="words"), lambda: collection.search(embedding=[1.0, 2.0]), lambda: collection.add_documents([Document(content="x", embedding=[1.0])])):
        with pytest.raises(APIError):
            bad()
    collection.create_index(force=True)
    with pytest.raises(APIError):
        zep.document.add_collection(name=name, description="twice", embedding_dimensions=8, is_auto_embedded=False)


def test_a_wrong_key_is_refused_and_another_project_sees_nothing(session: str, user: str, other_project: ZepClient) -> None:
    import os

    unauthorized = ZepClient(os.environ["ERSTWHILE_URL"], "wrong")
    for call in (lambda: unauthorized.user.get(user), lambda: unauthorized.memory.get_session(session)):
        with pytest.raises(AuthError):
            call()
    for call in (lambda: other_project.user.get(user), lambda: other_project.memory.get_session(session)):
        with pytest.raises(NotFoundError):
            call()


def test_other_generations_see_the_same_data(zep: Any, session: str, user: str, raw: Any) -> None:
    zep.memory.add_memory(session, Memory(messages=[says("human", "I live in Lyon.")]))
    assert raw.get(f"/api/v2/threads/{session}/messages").json()["messages"][0]["role"] == "user"
    assert raw.get(f"/api/v2/users/{user}").json()["first_name"] == "Ann"
    raw.post(f"/api/v2/threads/{session}/messages", json={"messages": [{"role": "assistant", "content": "Said in a thread.", "name": "Bot"}]})
    assert [(one.role, one.content) for one in zep.memory.get_memory(session).messages][-1] == ("Bot", "Said in a thread.")


def test_errors_are_plain_text(raw: Any) -> None:
    for path, status in [("/api/v1/user/nobody", 404), ("/api/v1/nothing", 404), ("/api/v1/sessions?limit=-1", 400)]:
        answer = raw.get(path)
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, "text/plain")
        assert answer.headers["x-zep-version"] and not answer.text.startswith("{")
    too_long = raw.post("/api/v1/sessions/x/memory", content=b"[" + b" " * (6 << 20))
    assert too_long.status_code == 413 and not too_long.text.startswith("{")

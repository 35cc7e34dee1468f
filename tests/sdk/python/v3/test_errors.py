"""Errors: the exception class, the status and the message."""

import os
import socket
import uuid
from typing import Any, Callable
from urllib.parse import urlsplit

import httpx
import pytest
from support import BASE_URL, URL, Talk, eventually, new_talk, unique, uuids
from zep_cloud import Message
from zep_cloud.client import Zep
from zep_cloud.core.api_error import ApiError
from zep_cloud.errors import BadRequestError, ForbiddenError, NotFoundError

NOWHERE = str(uuid.uuid4())
HELLO = [Message(role="user", content="Hello.")]


def message_of(error: ApiError) -> str:
    """Returns the message of an error; the SDK parses some bodies and not others."""
    body = error.body
    return body["message"] if isinstance(body, dict) else body.message


# ── unknown ids ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.user.get("nobody"),
        lambda c: c.user.update("nobody", first_name="Jane"),
        lambda c: c.user.delete("nobody"),
        lambda c: c.user.get_node("nobody"),
        lambda c: c.user.warm("nobody"),
        lambda c: c.thread.get("nothing"),
        lambda c: c.thread.delete("nothing"),
        lambda c: c.thread.get_user_context("nothing"),
        lambda c: c.thread.get_episodes("nothing"),
        lambda c: c.thread.message.update(NOWHERE, metadata={"a": 1}),
        lambda c: c.graph.get("nothing"),
        lambda c: c.graph.update("nothing", name="x"),
        lambda c: c.graph.delete("nothing"),
        lambda c: c.graph.warm("nothing"),
        lambda c: c.graph.node.get(NOWHERE),
        lambda c: c.graph.node.update(NOWHERE, name="x"),
        lambda c: c.graph.node.delete(NOWHERE),
        lambda c: c.graph.node.get_neighbors(NOWHERE),
        lambda c: c.graph.edge.get(NOWHERE),
        lambda c: c.graph.edge.update(NOWHERE, fact="x"),
        lambda c: c.graph.edge.delete(NOWHERE),
        lambda c: c.graph.episode.update(NOWHERE, metadata={"a": 1}),
        lambda c: c.graph.episode.delete(NOWHERE),
        lambda c: c.task.get(NOWHERE),
    ],
)
def test_unknown_ids_are_not_found(client: Zep, call: Callable[[Zep], Any]) -> None:
    with pytest.raises(NotFoundError) as error:
        call(client)
    assert error.value.status_code == 404
    assert "not found" in message_of(error.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.thread.add_messages("nothing", messages=HELLO),
        lambda c: c.thread.add_messages_batch("nothing", messages=HELLO),
        lambda c: c.graph.add(user_id="nobody", type="text", data="Hello."),
        lambda c: c.graph.add(graph_id="nothing", type="text", data="Hello."),
        lambda c: c.graph.episode.get(NOWHERE),
        lambda c: c.graph.episode.get_nodes_and_edges(NOWHERE),
        lambda c: c.graph.node.get_edges(NOWHERE),
        lambda c: c.graph.node.get_episodes(NOWHERE),
    ],
)
def test_unknown_ids_are_not_found_where_the_sdk_has_no_error_class(
    client: Zep, call: Callable[[Zep], Any]
) -> None:
    with pytest.raises(ApiError) as error:
        call(client)
    assert (type(error.value), error.value.status_code) == (ApiError, 404)
    assert "not found" in message_of(error.value)


def test_a_thread_of_an_unknown_user_is_refused(client: Zep) -> None:
    with pytest.raises(ApiError) as error:
        client.thread.create(thread_id=unique("thread"), user_id=unique("nobody"))
    assert error.value.status_code in (400, 404)
    assert "user" in message_of(error.value)


def test_an_unknown_route_answers_in_json(raw: httpx.Client) -> None:
    for answer in (raw.get("/no/such/route"), raw.put("/users")):
        assert answer.status_code in (404, 405)
        assert isinstance(answer.json()["message"], str)


# ── duplicates ─────────────────────────────────────────────────────────────────────────────────


def test_a_duplicate_says_that_it_already_exists(client: Zep, talk: Talk, graph_id: str) -> None:
    for call in (
        lambda: client.user.add(user_id=talk.user_id, first_name="Other"),
        lambda: client.thread.create(thread_id=talk.thread_id, user_id=talk.user_id),
        lambda: client.graph.create(graph_id=graph_id, name="Other"),
    ):
        with pytest.raises(BadRequestError) as error:
            call()
        assert error.value.status_code == 400
        assert "already exists" in message_of(error.value)
    assert client.user.get(talk.user_id).first_name is None
    assert client.graph.get(graph_id).name != "Other"


def test_a_thread_id_is_taken_for_every_user_of_the_project(client: Zep, talk: Talk) -> None:
    other = new_talk(client)
    with pytest.raises(BadRequestError) as error:
        client.thread.create(thread_id=talk.thread_id, user_id=other.user_id)
    assert "already exists" in message_of(error.value)
    assert client.thread.get(talk.thread_id).user_id == talk.user_id


# ── missing and invalid fields ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path, body, field",
    [
        ("/users", {}, "user_id"),
        ("/users", {"user_id": ""}, "user_id"),
        ("/users", {"user_id": 7}, "user_id"),
        ("/users", {"user_id": None}, "user_id"),
        ("/users", {"user_id": "x", "metadata": "text"}, "metadata"),
        ("/users", {"user_id": "x", "first_name": ["Jane"]}, "first_name"),
        ("/users", {"user_id": "x", "time_zone": "Mars/Olympus"}, "time_zone"),
        ("/threads", {"thread_id": "x"}, "user_id"),
        ("/threads", {"user_id": "x"}, "thread_id"),
        ("/threads", {"thread_id": "", "user_id": "x"}, "thread_id"),
        ("/graph/create", {}, "graph_id"),
        ("/graph/create", {"graph_id": ""}, "graph_id"),
        ("/graph/create", {"graph_id": "x", "time_zone": "Mars/Olympus"}, "time_zone"),
        ("/graph", {"graph_id": "x", "type": "text"}, "data"),
        ("/graph", {"graph_id": "x", "data": "Hello."}, "type"),
        ("/graph", {"graph_id": "x", "data": "Hello.", "type": "video"}, "type"),
        ("/graph", {"graph_id": "x", "data": 7, "type": "text"}, "data"),
        ("/graph", {"graph_id": "x", "data": "Hello.", "type": "text", "metadata": "text"}, "metadata"),
        ("/graph/episodes/graph/x", {"limit": "ten"}, "limit"),
        ("/graph", {"graph_id": "x", "data": "Hello.", "type": "text", "created_at": "soon"}, "created_at"),
        ("/graph", {"graph_id": "x", "data": "Hello.", "type": "text", "metadata": {"a": {"b": 1}}}, "metadata"),
        ("/graph-batch", {"graph_id": "x"}, "episodes"),
        ("/graph-batch", {"graph_id": "x", "episodes": {}}, "episodes"),
        ("/graph-batch", {"graph_id": "x", "episodes": [{"data": "Hello."}]}, "type"),
        ("/graph/search", {"graph_id": "x"}, "query"),
        ("/graph/search", {"graph_id": "x", "query": "x", "limit": "ten"}, "limit"),
        ("/graph/search", {"graph_id": "x", "query": "x", "search_filters": {"edge_types": "LIKES"}}, "edge_types"),
        ("/graph/add-fact-triple", {"graph_id": "x", "fact": "x"}, "fact_name"),
        ("/graph/add-fact-triple", {"graph_id": "x", "fact_name": "x"}, "fact"),
    ],
)
def test_a_missing_or_invalid_field_is_refused_with_its_name(raw: httpx.Client, path: str, body: dict, field: str) -> None:
    answer = raw.post(path, json=body)
    assert answer.status_code == 400, answer.text
    assert field in answer.json()["message"]


@pytest.mark.parametrize(
    "message, field",
    [
        ({"role": "user"}, "content"),
        ({"content": "Hello."}, "role"),
        ({"role": "pilot", "content": "Hello."}, "role"),
        ({"role": "user", "content": 7}, "content"),
        ({"role": "user", "content": ""}, "content"),
        ({"role": "user", "content": "Hello.", "created_at": "yesterday"}, "created_at"),
        ({"role": "user", "content": "Hello.", "created_at": "2025-13-01T00:00:00Z"}, "created_at"),
        ({"role": "user", "content": "Hello.", "metadata": []}, "metadata"),
        ("Hello.", "messages[1]"),
    ],
)
def test_an_invalid_message_is_refused_with_the_field_name_and_none_is_stored(
    raw: httpx.Client, client: Zep, talk: Talk, message: Any, field: str
) -> None:
    body = {"messages": [{"role": "user", "content": "Fine."}, message]}
    answer = raw.post(f"/threads/{talk.thread_id}/messages", json=body)
    assert answer.status_code == 400, answer.text
    assert field in answer.json()["message"]
    assert client.thread.get(talk.thread_id).messages == []


@pytest.mark.parametrize(
    "body, field",
    [
        ({}, "messages"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": "x"}], "ignore_roles": ["pilot"]}, "ignore_roles"),
    ],
)
def test_an_invalid_list_of_messages_is_refused_with_the_field_name(raw: httpx.Client, talk: Talk, body: dict, field: str) -> None:
    answer = raw.post(f"/threads/{talk.thread_id}/messages", json=body)
    assert answer.status_code == 400, answer.text
    assert field in answer.json()["message"]


@pytest.mark.parametrize("path", ["/graph/node", "/graph/edge", "/graph/episodes", "/tasks"])
def test_an_id_that_is_not_a_uuid_is_refused_where_a_uuid_is_required(raw: httpx.Client, path: str) -> None:
    answer = raw.get(f"{path}/not-a-uuid")
    assert answer.status_code in (400, 404)
    assert isinstance(answer.json()["message"], str)


@pytest.mark.parametrize(
    "path, field",
    [
        ("/users-ordered?pageNumber=one", "pageNumber"),
        ("/users-ordered?pageSize=-1", "page"),
        ("/users-ordered?pageNumber=0", "page"),
        ("/threads?page_size=x", "page_size"),
        ("/graph/list-all?asc=maybe", "asc"),
    ],
)
def test_an_invalid_query_value_is_refused_with_the_parameter_name(raw: httpx.Client, path: str, field: str) -> None:
    answer = raw.get(path)
    assert answer.status_code == 400, answer.text
    assert field in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"user_id": "x"',
        b"[]",
        b'"text"',
        b"7",
        b"null",
        b'{"user_id": "x"} and more',
        b"{'user_id': 'x'}",
        b'{"user_id": "\xff\xfe"}',
        b"\x00\x01",
        b'{"user_id": "\\ud800"}',
        b"[" * 20_000,
    ],
)
def test_a_body_that_is_not_a_json_object_is_refused(raw: httpx.Client, body: bytes) -> None:
    answer = raw.post("/users", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert isinstance(answer.json()["message"], str)


def test_a_list_instead_of_an_object_is_refused(raw: httpx.Client, client: Zep, talk: Talk) -> None:
    user_id = unique("user")
    assert raw.post("/users", json=[user_id, None, "Jane", None, None, None, None]).status_code == 400
    assert client.user.list_ordered(search=user_id).users == []
    messages = {"messages": [["user", "Hello.", None, None, None]]}
    assert raw.post(f"/threads/{talk.thread_id}/messages", json=messages).status_code == 400
    assert client.thread.get(talk.thread_id).messages == []


def test_error_messages_do_not_reveal_internal_types(raw: httpx.Client) -> None:
    for path, body in (("/users", []), ("/graph/search", {"graph_id": "x", "query": "x", "search_filters": []})):
        message = raw.post(path, json=body).json()["message"]
        assert "struct" not in message and "Wire" not in message, message


def test_unknown_fields_are_ignored(raw: httpx.Client, client: Zep) -> None:
    user_id = unique("user")
    answer = raw.post("/users", json={"user_id": user_id, "fact_rating_instruction": {}, "shoe_size": 43})
    assert answer.status_code == 201
    assert client.user.get(user_id).user_id == user_id


# ── limits ─────────────────────────────────────────────────────────────────────────────────────


def test_a_body_of_more_than_five_megabytes_is_too_large(client: Zep, talk: Talk) -> None:
    big = Message(role="user", content="Hello.", metadata={"text": "x" * (5 * 1024 * 1024)})
    with pytest.raises(ApiError) as error:
        client.thread.add_messages(talk.thread_id, messages=[big])
    assert error.value.status_code == 413
    assert "5242880" in message_of(error.value)
    assert client.thread.get(talk.thread_id).messages == []


def test_a_large_body_of_unknown_length_is_refused_too(raw: httpx.Client) -> None:
    def endless():
        yield b'{"user_id": "x", "metadata": {"a": "'
        for _ in range(100):
            yield b"x" * 65_536
        yield b'"}}'

    answer = raw.post("/users", content=endless(), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert isinstance(answer.json()["message"], str)


def test_a_message_of_more_than_4096_characters_is_refused(client: Zep, talk: Talk) -> None:
    with pytest.raises(ApiError) as error:
        client.thread.add_messages(talk.thread_id, messages=[*HELLO, Message(role="user", content="x" * 4097)])
    assert error.value.status_code == 400
    assert "messages[1].content" in message_of(error.value) and "4096" in message_of(error.value)
    assert client.thread.get(talk.thread_id).messages == []


def test_more_than_thirty_messages_are_refused(client: Zep, talk: Talk) -> None:
    with pytest.raises(ApiError) as error:
        client.thread.add_messages(talk.thread_id, messages=HELLO * 31)
    assert error.value.status_code == 400
    assert "messages" in message_of(error.value) and "30" in message_of(error.value)
    assert client.thread.get(talk.thread_id).messages == []


def test_data_of_more_than_10000_characters_is_refused(client: Zep, graph_id: str) -> None:
    with pytest.raises(BadRequestError) as error:
        client.graph.add(graph_id=graph_id, type="text", data="x" * 10_001)
    assert "data" in message_of(error.value) and "10000" in message_of(error.value)
    assert client.graph.episode.get_by_graph_id(graph_id).episodes == []


def test_metadata_of_more_than_ten_keys_is_refused(client: Zep, talk: Talk) -> None:
    many = {f"key{at}": at for at in range(11)}
    message = talk.say("I live in Lyon.")
    for call in (
        lambda: client.graph.add(user_id=talk.user_id, type="text", data="Hello.", metadata=many),
        lambda: client.thread.message.update(message, metadata=many),
        lambda: client.graph.episode.update(message, metadata=many),
    ):
        with pytest.raises(ApiError) as error:
            call()
        assert error.value.status_code == 400
        assert "metadata" in message_of(error.value) and "10" in message_of(error.value)
    assert client.graph.episode.get(message).metadata == {}
    assert uuids(client.graph.episode.get_by_user_id(talk.user_id).episodes) == [message]


# ── keys ───────────────────────────────────────────────────────────────────────────────────────


def test_a_wrong_key_is_unauthorized(talk: Talk) -> None:
    for key in ("wrong", "ew_" + "0" * 64, os.environ["ERSTWHILE_KEY"] + "x", os.environ["ERSTWHILE_KEY"][:-1]):
        with httpx.Client() as http, pytest.raises(ApiError) as error:
            Zep(api_key=key, base_url=BASE_URL, httpx_client=http).user.get(talk.user_id)
        assert error.value.status_code == 401
        assert isinstance(message_of(error.value), str)


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": ""}, {"authorization": "Api-Key"}, {"authorization": "Basic YTpi"}, {"x-api-key": "KEY"}],
)
def test_a_missing_or_malformed_header_is_unauthorized(talk: Talk, headers: dict) -> None:
    headers = {name: value.replace("KEY", os.environ["ERSTWHILE_KEY"]) for name, value in headers.items()}
    answer = httpx.get(f"{BASE_URL}/users/{talk.user_id}", headers=headers)
    assert answer.status_code == 401
    assert isinstance(answer.json()["message"], str)


def test_authentication_is_checked_before_everything_else() -> None:
    headers = {"authorization": "Api-Key wrong"}
    assert httpx.post(f"{BASE_URL}/users", content=b"{", headers=headers).status_code == 401
    assert httpx.get(f"{BASE_URL}/graph/node/not-a-uuid", headers=headers).status_code == 401
    assert httpx.get(f"{BASE_URL}/batches", headers=headers).status_code == 401


def test_a_read_only_key_can_read(read_only: Zep, client: Zep, talk: Talk, graph_id: str) -> None:
    talk.say("I live in Lyon.")
    assert read_only.user.get(talk.user_id) == client.user.get(talk.user_id)
    assert read_only.user.list_ordered(search=talk.user_id).total_count == 1
    assert len(read_only.thread.get(talk.thread_id).messages) == 1
    assert read_only.thread.get_user_context(talk.thread_id).context
    assert len(read_only.graph.search(user_id=talk.user_id, query="Lyon").edges) == 1
    assert len(read_only.graph.edge.get_by_user_id(talk.user_id)) == 1
    assert read_only.graph.node.get_by_user_id(talk.user_id)
    assert read_only.graph.node.get_neighbors(client.user.get_node(talk.user_id).node.uuid_)
    assert len(read_only.graph.episode.list_by_user_id(talk.user_id)) == 1
    assert read_only.graph.get(graph_id).graph_id == graph_id


def test_a_read_only_key_cannot_write(read_only: Zep, client: Zep, talk: Talk, graph_id: str) -> None:
    message = talk.say("I live in Lyon.")
    edge, node = talk.facts()[0], client.user.get_node(talk.user_id).node
    new = unique("new")
    for at, call in enumerate(
        (
            lambda: read_only.user.add(user_id=new),
            lambda: read_only.user.update(talk.user_id, first_name="Mallory"),
            lambda: read_only.user.delete(talk.user_id),
            lambda: read_only.thread.create(thread_id=new, user_id=talk.user_id),
            lambda: read_only.thread.add_messages(talk.thread_id, messages=HELLO),
            lambda: read_only.thread.add_messages_batch(talk.thread_id, messages=HELLO),
            lambda: read_only.thread.message.update(message, metadata={"a": 1}),
            lambda: read_only.thread.delete(talk.thread_id),
            lambda: read_only.graph.create(graph_id=new),
            lambda: read_only.graph.update(graph_id, name="Mallory"),
            lambda: read_only.graph.delete(graph_id),
            lambda: read_only.graph.add(graph_id=graph_id, type="text", data="Hello."),
            lambda: read_only.graph.add_batch(graph_id=graph_id, episodes=[]),
            lambda: read_only.graph.add_fact_triple(
                graph_id=graph_id, fact="a b c", fact_name="B", source_node_name="a", target_node_name="c"
            ),
            lambda: read_only.graph.edge.update(edge.uuid_, fact="Mallory"),
            lambda: read_only.graph.edge.delete(edge.uuid_),
            lambda: read_only.graph.node.update(node.uuid_, name="Mallory"),
            lambda: read_only.graph.node.delete(node.uuid_),
            lambda: read_only.graph.episode.update(message, metadata={"a": 1}),
            lambda: read_only.graph.episode.delete(message),
        )
    ):
        with pytest.raises(ApiError) as error:
            call()
        assert error.value.status_code == 403, f"call {at}"
        assert "read" in message_of(error.value)
    assert talk.facts() == [edge]
    assert client.user.get_node(talk.user_id).node == node
    assert len(client.thread.get(talk.thread_id).messages) == 1
    assert client.graph.episode.get_by_graph_id(graph_id).episodes == []
    assert client.user.list_ordered(search=new).users == []


def test_a_forbidden_write_is_a_forbidden_error_where_the_sdk_has_that_class(read_only: Zep, talk: Talk) -> None:
    message = talk.say("I live in Lyon.")
    with pytest.raises(ForbiddenError):
        read_only.graph.episode.update(message, metadata={"a": 1})


# ── disconnecting clients ──────────────────────────────────────────────────────────────────────


def connect() -> socket.socket:
    address = urlsplit(URL)
    return socket.create_connection((address.hostname, address.port), timeout=60)


def request_head(path: str, length: int) -> bytes:
    lines = [
        f"POST /api/v2{path} HTTP/1.1",
        f"host: {urlsplit(URL).netloc}",
        f"authorization: Api-Key {os.environ['ERSTWHILE_KEY']}",
        "content-type: application/json",
        f"content-length: {length}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_an_incomplete_body_stores_nothing(client: Zep, talk: Talk) -> None:
    body = b'{"messages": [{"role": "user", "content": "Half of this is missing."}]}'
    # The second one is complete JSON, but shorter than its declared length.
    for sent in (body[:40], body):
        with connect() as connection:
            connection.sendall(request_head(f"/threads/{talk.thread_id}/messages", len(body) + 10) + sent)
            connection.shutdown(socket.SHUT_WR)
            # Reads until the server closes the connection, whatever it responds.
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
            assert not answer.startswith(b"HTTP/1.1 2")
        assert client.thread.get(talk.thread_id).messages == []


def test_many_disconnecting_clients_do_not_stop_the_server(client: Zep, talk: Talk) -> None:
    body = b'{"messages": [{"role": "user", "content": "Gone."}]}'
    head = request_head(f"/threads/{talk.thread_id}/messages", len(body) * 100)
    for cut in range(0, len(head) + len(body), 5):
        with connect() as connection:
            connection.sendall((head + body)[:cut])
    assert client.thread.get(talk.thread_id).messages == []
    assert httpx.get(f"{URL}/readyz").status_code == 200


def test_a_request_of_a_disconnected_client_is_stored_at_most_once(client: Zep, talk: Talk) -> None:
    body = b'{"messages": [{"role": "user", "content": "Goodbye."}]}'
    count = 20
    for _ in range(count):
        with connect() as connection:
            connection.sendall(request_head(f"/threads/{talk.thread_id}/messages", len(body)) + body)
    # A later request is served and sees only complete messages.
    added = client.thread.add_messages(talk.thread_id, messages=HELLO)
    messages = client.thread.get(talk.thread_id).messages
    assert added.message_uuids[0] in uuids(messages)
    assert {message.content for message in messages} <= {"Goodbye.", "Hello."}
    assert len(messages) <= count + 1
    eventually(lambda: client.task.get(added.task_id), lambda task: task.status == "succeeded", "the task")


def test_pipelined_requests_are_all_served(client: Zep, talk: Talk) -> None:
    body = b'{"messages": [{"role": "user", "content": "Roger."}]}'
    head = request_head(f"/threads/{talk.thread_id}/messages", len(body))
    with connect() as connection:
        connection.sendall((head + body) * 3)
        eventually(lambda: len(client.thread.get(talk.thread_id).messages), lambda count: count == 3, "three messages")


def test_invalid_http_is_refused(client: Zep, talk: Talk) -> None:
    for garbage in (b"\x16\x03\x01\x02\x00", b"HELLO\r\n\r\n", b"GET\r\n\r\n", b"\x00" * 1000 + b"\r\n\r\n"):
        with connect() as connection:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
            assert not answer.startswith(b"HTTP/1.1 2")
    assert client.user.get(talk.user_id).user_id == talk.user_id

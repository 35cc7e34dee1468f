"""Ids: applications may use any text as the id of a user, thread or graph that the SDK can put into a path."""

from urllib.parse import quote

import httpx
import pytest
from support import Talk, unique
from zep_cloud import BadRequestError, Message
from zep_cloud.client import Zep

# Ids that the Python SDK can put into a path: it escapes spaces and non-ASCII characters, but not `/`, `?` and `#`.
STRANGE = {
    "spaces": "two words {}",
    "accents": "Zoë-Ñandú-{}",
    "scripts": "東京-Ελλάδα-עברית-{}",
    "emoji": "👩‍🚀🚀{}",
    "punctuation": "a.b_c-d~e!f$g&h'i(j)k*l+m,n;o=p:q@r{}",
    "an address": "jane+{}@example.com",
    "brackets": "[{}]|^`\\",
    "quotes": '"{}"<>',
    "length": "x" * 400 + "{}",
}
# Ids that need percent-encoding in a path.
RESERVED = {"backslash": "a\\b{}", "plus": "a+b {}"}
# Ids that the SDK puts into a path as they are: what has one could be created, but never read.
REFUSED = ["org/team", "what?", "#1", "100%25", "../a", "a/..", "..", "."]


@pytest.fixture(params=STRANGE)
def strange(request: pytest.FixtureRequest) -> str:
    return STRANGE[request.param].format(unique(""))


@pytest.fixture(params=[*STRANGE, *RESERVED])
def reserved(request: pytest.FixtureRequest) -> str:
    return {**STRANGE, **RESERVED}[request.param].format(unique(""))


def test_a_user_and_a_thread_may_have_any_id(client: Zep, strange: str) -> None:
    assert client.user.add(user_id=strange).user_id == strange
    assert client.user.get(strange).user_id == strange
    assert client.user.update(strange, first_name="Jane").first_name == "Jane"
    assert client.thread.create(thread_id=strange, user_id=strange).thread_id == strange
    talk = Talk(client, strange, strange)
    talk.say("I live in Lyon.")
    assert [message.content for message in client.thread.get(strange).messages] == ["I live in Lyon."]
    assert [thread.thread_id for thread in client.user.get_threads(strange)] == [strange]
    assert talk.has_fact("LIVES_IN", "Lyon")
    assert len(client.graph.search(user_id=strange, query="Lyon").edges) == 1
    assert client.thread.get_episodes(strange).episodes[0].thread_id == strange
    assert strange in [user.user_id for user in client.user.list_ordered(search=strange[-32:]).users]
    client.thread.delete(strange)
    client.user.delete(strange)
    assert client.user.list_ordered(search=strange).users == []


def test_a_graph_may_have_any_id(client: Zep, strange: str) -> None:
    assert client.graph.create(graph_id=strange).graph_id == strange
    assert client.graph.get(strange).graph_id == strange
    client.graph.add_fact_triple(
        graph_id=strange, fact="Ann likes tea", fact_name="LIKES", source_node_name="Ann", target_node_name="tea"
    )
    assert len(client.graph.edge.get_by_graph_id(strange)) == 1
    assert client.graph.list_all(search=strange[-100:]).graphs[0].graph_id == strange
    client.graph.delete(strange)
    assert client.graph.list_all(search=strange[-100:]).graphs == []


def test_a_percent_encoded_id_is_the_id_of_the_body(client: Zep, raw: httpx.Client, reserved: str) -> None:
    client.user.add(user_id=reserved)
    client.thread.create(thread_id=reserved, user_id=reserved)
    client.graph.create(graph_id=reserved)
    escaped = quote(reserved, safe="")

    def call(method: str, path: str, **more: object) -> httpx.Response:
        # A raw path, so that the HTTP client does not change the encoding.
        url = raw.base_url.copy_with(raw_path=f"/api/v2{path.replace('ID', escaped)}".encode())
        return raw.request(method, url, **more)  # type: ignore[arg-type]

    assert call("GET", "/users/ID").json()["user_id"] == reserved
    assert call("GET", "/users/ID/threads").json()[0]["thread_id"] == reserved
    message = {"messages": [{"role": "user", "content": "Hello."}]}
    assert call("POST", "/threads/ID/messages", json=message).status_code == 200
    assert call("GET", "/threads/ID/messages").json()["messages"][0]["content"] == "Hello."
    assert len(call("POST", "/graph/episodes/user/ID", json={}).json()) == 1
    assert call("GET", "/graph/ID").json()["graph_id"] == reserved
    for path in ("/graph/ID", "/threads/ID", "/users/ID"):
        assert call("DELETE", path).status_code == 200
        assert call("DELETE", path).status_code == 404


@pytest.mark.parametrize("refused", REFUSED)
def test_an_id_that_could_not_be_read_again_is_refused(client: Zep, refused: str) -> None:
    for create in (
        lambda: client.user.add(user_id=refused),
        lambda: client.thread.create(thread_id=refused, user_id=unique("user")),
        lambda: client.graph.create(graph_id=refused),
    ):
        with pytest.raises(BadRequestError, match="must not contain"):
            create()


def test_ids_that_differ_only_in_case_or_form_are_different(client: Zep) -> None:
    base = unique("é")
    ids = [base, base.upper(), base.replace("é", "e\u0301"), f"{base} ", f" {base}"]
    for user_id in ids:
        client.user.add(user_id=user_id, first_name=repr(user_id)[:50])
    for user_id in ids:
        user = client.user.get(user_id)
        assert (user.user_id, user.first_name) == (user_id, repr(user_id)[:50])


@pytest.mark.parametrize("length, accepted", [(500, True), (100_000, False)])
def test_a_long_id_works_and_an_absurd_one_is_refused(
    client: Zep, raw: httpx.Client, length: int, accepted: bool
) -> None:
    user_id = unique("user").ljust(length, "é")
    answer = raw.post("/users", json={"user_id": user_id})
    assert answer.status_code == (201 if accepted else 400), answer.text[:200]
    if accepted:
        assert client.user.get(user_id).user_id == user_id
        client.thread.create(thread_id=user_id, user_id=user_id)
        client.thread.add_messages(user_id, messages=[Message(role="user", content="Hello.")])
        assert len(client.thread.get(user_id).messages) == 1
    else:
        assert "user_id" in answer.json()["message"]

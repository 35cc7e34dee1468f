"""Threads: creating, listing, reading and deleting them."""

import pytest
from support import Talk, instant, processed, unique, uuids
from zep_cloud import Message, Thread
from zep_cloud.client import Zep
from zep_cloud.errors import BadRequestError, NotFoundError


def all_threads(client: Zep, **order: object) -> list[Thread]:
    """Returns all threads of the project, page by page."""
    threads: list[Thread] = []
    for number in range(1, 10_000):
        page = client.thread.list_all(page_number=number, page_size=20, **order)  # type: ignore[arg-type]
        assert page.response_count == len(page.threads)
        threads += page.threads
        if not page.threads:
            assert page.total_count == len(threads)
            return threads
    raise AssertionError("the pages never end")


def add(client: Zep, talk: Talk, count: int) -> list[str]:
    """Adds numbered messages, and returns their uuids."""
    messages = [Message(role="user", content=f"Message number {at}.") for at in range(count)]
    return client.thread.add_messages(talk.thread_id, messages=messages).message_uuids


def test_a_thread_is_created_for_a_user(client: Zep) -> None:
    user_id, thread_id = unique("user"), unique("thread")
    user = client.user.add(user_id=user_id)
    thread = client.thread.create(thread_id=thread_id, user_id=user_id)
    assert (thread.thread_id, thread.user_id, thread.user_uuid) == (thread_id, user_id, user.uuid_)
    assert (thread.graph_uuid, thread.project_uuid) == (user.graph_uuid, user.project_uuid)
    assert thread.uuid_ and instant(thread.created_at) is not None


def test_a_new_thread_has_no_messages(client: Zep, talk: Talk) -> None:
    got = client.thread.get(talk.thread_id)
    assert (got.messages, got.total_count, got.row_count) == ([], 0, 0)
    assert got.user_id == talk.user_id
    assert got.user_uuid == client.user.get(talk.user_id).uuid_
    assert got.thread_created_at == client.user.get_threads(talk.user_id)[0].created_at


def test_every_thread_of_the_project_is_listed_once(client: Zep, talk: Talk) -> None:
    mine = [talk.thread_id] + [unique("thread") for _ in range(4)]
    for thread_id in mine[1:]:
        client.thread.create(thread_id=thread_id, user_id=talk.user_id)
    listed = [thread.thread_id for thread in all_threads(client)]
    assert len(listed) == len(set(listed))
    assert set(mine) <= set(listed)


@pytest.mark.parametrize("order_by", ["created_at", "updated_at", "user_id", "thread_id"])
def test_threads_are_sorted_as_requested(client: Zep, talk: Talk, order_by: str) -> None:
    mine = [talk.thread_id] + [unique("thread") for _ in range(2)]
    for thread_id in mine[1:]:
        client.thread.create(thread_id=thread_id, user_id=talk.user_id)
    upward = [thread.thread_id for thread in all_threads(client, order_by=order_by, asc=True)]
    downward = [thread.thread_id for thread in all_threads(client, order_by=order_by, asc=False)]
    assert set(mine) <= set(upward)
    assert downward == upward[::-1]
    if order_by in ("created_at", "updated_at"):
        assert [thread_id for thread_id in upward if thread_id in mine] == mine
    if order_by == "thread_id":
        assert upward == sorted(upward)


def test_messages_are_read_in_pages_in_thread_order(client: Zep, talk: Talk) -> None:
    added = add(client, talk, 5)
    pages = [client.thread.get(talk.thread_id, limit=2, cursor=cursor) for cursor in (0, 2, 4, 5)]
    assert [uuids(page.messages) for page in pages] == [added[0:2], added[2:4], added[4:5], []]
    assert [page.row_count for page in pages] == [2, 2, 1, 0]
    assert {page.total_count for page in pages} == {5}


def test_without_a_limit_the_whole_thread_is_read(client: Zep, talk: Talk) -> None:
    added = add(client, talk, 30) + add(client, talk, 30) + add(client, talk, 5)
    got = client.thread.get(talk.thread_id)
    assert uuids(got.messages) == added
    assert (got.total_count, got.row_count) == (65, 65)


def test_the_last_messages_are_read_in_thread_order(client: Zep, talk: Talk) -> None:
    added = add(client, talk, 5)
    got = client.thread.get(talk.thread_id, lastn=3)
    assert uuids(got.messages) == added[2:]
    assert (got.total_count, got.row_count) == (5, 3)


def test_lastn_overrides_limit_and_cursor(client: Zep, talk: Talk) -> None:
    added = add(client, talk, 5)
    assert uuids(client.thread.get(talk.thread_id, lastn=2, limit=1, cursor=1).messages) == added[3:]


def test_negative_numbers_are_refused_with_the_parameter_name(client: Zep, talk: Talk, raw) -> None:
    for name in ("limit", "cursor", "lastn"):
        answer = raw.get(f"/threads/{talk.thread_id}/messages", params={name: -1})
        assert answer.status_code == 400
        assert name in answer.json()["message"]


def test_empty_query_values_are_treated_as_absent(client: Zep, talk: Talk, raw) -> None:
    added = add(client, talk, 3)
    answer = raw.get(f"/threads/{talk.thread_id}/messages?limit=&cursor=&lastn=")
    assert answer.status_code == 200
    assert [message["uuid"] for message in answer.json()["messages"]] == added


def test_a_threads_episodes_are_its_messages(client: Zep, talk: Talk) -> None:
    added = add(client, talk, 3)
    episodes = client.thread.get_episodes(talk.thread_id).episodes
    assert uuids(episodes) == added
    assert {episode.thread_id for episode in episodes} == {talk.thread_id}
    assert [episode.content for episode in episodes] == [f"Message number {at}." for at in range(3)]


def test_a_deleted_thread_is_gone_and_so_are_its_messages(client: Zep, talk: Talk) -> None:
    added = add(client, talk, 2)
    assert client.thread.delete(talk.thread_id).message == "OK"
    with pytest.raises(NotFoundError):
        client.thread.get(talk.thread_id)
    with pytest.raises(NotFoundError):
        client.thread.get_episodes(talk.thread_id)
    with pytest.raises(NotFoundError):
        client.thread.delete(talk.thread_id)
    assert client.user.get_threads(talk.user_id) == []
    assert client.graph.episode.get_by_user_id(talk.user_id).episodes == []
    found = client.graph.search(user_id=talk.user_id, query="Message number 1", scope="episodes").episodes
    assert set(uuids(found)).isdisjoint(added)


def test_deleting_a_thread_deletes_its_facts_and_no_others(client: Zep, talk: Talk) -> None:
    other = Talk(client, talk.user_id, unique("thread"))
    client.thread.create(thread_id=other.thread_id, user_id=talk.user_id)
    talk.say("I work at Atelier Bleu.")
    talk.say("My sister Salma lives in Marseille.")
    other.say("I live in Lyon.")
    assert talk.has_fact("WORKS_AT", "Atelier Bleu")

    client.thread.delete(talk.thread_id)

    assert not other.has_fact("WORKS_AT", "Atelier Bleu")
    assert other.has_fact("LIVES_IN", "Lyon")
    names = {node.name for node in other.nodes()}
    assert {"Atelier Bleu", "Salma", "Marseille"}.isdisjoint(names)
    assert "Lyon" in names
    assert client.graph.search(user_id=talk.user_id, query="Who is Salma?", scope="nodes").nodes is not None
    assert "Atelier Bleu" not in client.thread.get_user_context(other.thread_id).context
    assert "Atelier Bleu" not in client.user.get_node(talk.user_id).node.summary


def test_a_fact_from_two_threads_survives_the_deletion_of_one(client: Zep, talk: Talk) -> None:
    other = Talk(client, talk.user_id, unique("thread"))
    client.thread.create(thread_id=other.thread_id, user_id=talk.user_id)
    talk.say("I live in Lyon.", at="2025-01-01T00:00:00Z")
    second = other.say("I live in Lyon.", at="2025-02-01T00:00:00Z")
    client.thread.delete(talk.thread_id)
    fact = other.fact("LIVES_IN", "Lyon")
    assert fact.episodes == [second]


def test_the_id_of_a_deleted_thread_can_be_reused(client: Zep, talk: Talk) -> None:
    add(client, talk, 2)
    before = client.user.get_threads(talk.user_id)[0]
    client.thread.delete(talk.thread_id)
    after = client.thread.create(thread_id=talk.thread_id, user_id=talk.user_id)
    assert after.uuid_ != before.uuid_
    assert client.thread.get(talk.thread_id).messages == []


def test_an_unknown_sort_field_for_threads_is_refused(client: Zep) -> None:
    with pytest.raises(BadRequestError) as error:
        client.thread.list_all(order_by="colour")
    assert "order_by" in error.value.body["message"]


def test_deleting_a_thread_discards_its_pending_messages(client: Zep, talk: Talk) -> None:
    add(client, talk, 30)
    client.thread.delete(talk.thread_id)
    # Episodes of a graph are processed in order, so everything before this one is done.
    later = client.graph.add(user_id=talk.user_id, type="text", data="Lisa lives in Oslo.")
    processed(client, task=later.task_id)
    assert uuids(client.graph.episode.get_by_user_id(talk.user_id).episodes) == [later.uuid_]

"""Users: the examples of the API documentation, and their guarantees."""

import json

import pytest
from support import Talk, instant, new_talk, processed, unique
from zep_cloud import Message
from zep_cloud.client import Zep
from zep_cloud.core.api_error import ApiError
from zep_cloud.errors import BadRequestError, NotFoundError


def test_a_user_is_added_with_all_fields(client: Zep) -> None:
    user_id = unique("user")
    user = client.user.add(
        user_id=user_id,
        email="jane.smith@example.com",
        first_name="Jane",
        last_name="Smith",
        time_zone="Europe/Paris",
        metadata={"plan": "gold", "seats": 3},
        disable_default_ontology=True,
    )
    assert user.user_id == user_id
    assert (user.email, user.first_name, user.last_name) == ("jane.smith@example.com", "Jane", "Smith")
    assert user.time_zone == "Europe/Paris"
    assert user.metadata == {"plan": "gold", "seats": 3}
    assert user.disable_default_ontology is True
    assert user.uuid_ and user.project_uuid and user.graph_uuid
    assert instant(user.created_at) is not None
    assert client.user.get(user_id) == user


def test_a_user_can_be_added_with_only_an_id(client: Zep) -> None:
    user_id = unique("user")
    client.user.add(user_id=user_id)
    user = client.user.get(user_id)
    assert user.user_id == user_id
    assert (user.email, user.first_name, user.last_name, user.time_zone) == (None, None, None, None)
    assert user.session_count == 0


def test_an_update_changes_only_the_given_fields(client: Zep) -> None:
    user_id = unique("user")
    added = client.user.add(user_id=user_id, email="old@example.com", first_name="Jane", last_name="Smith")
    updated = client.user.update(user_id, email="new@example.com", first_name="Janet")
    assert (updated.email, updated.first_name, updated.last_name) == ("new@example.com", "Janet", "Smith")
    assert updated.uuid_ == added.uuid_
    assert updated.created_at == added.created_at
    assert client.user.get(user_id) == updated


def test_an_empty_update_changes_nothing(client: Zep) -> None:
    user_id = unique("user")
    added = client.user.add(user_id=user_id, first_name="Jane", metadata={"a": 1}, time_zone="Europe/Paris")
    updated = client.user.update(user_id)
    assert (updated.first_name, updated.metadata, updated.time_zone) == ("Jane", {"a": 1}, "Europe/Paris")
    assert updated.uuid_ == added.uuid_


def test_an_update_merges_metadata_deeply(client: Zep) -> None:
    user_id = unique("user")
    client.user.add(user_id=user_id, metadata={"plan": "gold", "address": {"city": "Lyon", "code": "69001"}})
    client.user.update(user_id, metadata={"seats": 3, "address": {"city": "Paris"}})
    metadata = client.user.get(user_id).metadata
    assert metadata == {"plan": "gold", "seats": 3, "address": {"city": "Paris", "code": "69001"}}


def test_null_clears_the_time_zone_and_omitting_it_keeps_it(client: Zep) -> None:
    user_id = unique("user")
    client.user.add(user_id=user_id, time_zone="Europe/Paris")
    client.user.update(user_id, first_name="Jane")
    assert client.user.get(user_id).time_zone == "Europe/Paris"
    client.user.update(user_id, time_zone=None)
    assert client.user.get(user_id).time_zone is None


def test_every_call_about_a_deleted_user_is_not_found(client: Zep) -> None:
    talk = new_talk(client, first_name="Noor", last_name="Haddad")
    message = talk.say("I live in Lyon.")
    edge = talk.fact("LIVES_IN", "Lyon").uuid_
    node = client.user.get_node(talk.user_id).node.uuid_

    assert client.user.delete(talk.user_id).message == "OK"

    user_id, thread_id = talk.user_id, talk.thread_id
    new = [Message(role="user", content="Hello?")]
    calls = [
        lambda: client.user.get(user_id),
        lambda: client.user.update(user_id, first_name="Jane"),
        lambda: client.user.delete(user_id),
        lambda: client.user.get_node(user_id),
        lambda: client.user.get_threads(user_id),
        lambda: client.user.warm(user_id),
        lambda: client.thread.get(thread_id),
        lambda: client.thread.delete(thread_id),
        lambda: client.thread.get_user_context(thread_id),
        lambda: client.thread.get_episodes(thread_id),
        lambda: client.thread.add_messages(thread_id, messages=new),
        lambda: client.thread.message.update(message, metadata={"a": 1}),
        lambda: client.graph.add(user_id=user_id, type="text", data="Hello?"),
        lambda: client.graph.search(user_id=user_id, query="Lyon"),
        lambda: client.graph.edge.get_by_user_id(user_id),
        lambda: client.graph.node.get_by_user_id(user_id),
        lambda: client.graph.episode.get_by_user_id(user_id),
        lambda: client.graph.episode.list_by_user_id(user_id),
        lambda: client.graph.episode.get(message),
        lambda: client.graph.edge.get(edge),
        lambda: client.graph.node.get(node),
    ]
    for at, call in enumerate(calls):
        with pytest.raises(ApiError) as error:
            call()
        assert error.value.status_code == 404, f"call {at}"
    assert client.user.list_ordered(search=user_id).users == []


def test_a_user_added_again_after_deletion_has_no_old_data(client: Zep) -> None:
    talk = new_talk(client, first_name="Noor", metadata={"plan": "gold"})
    talk.say("I live in Lyon.")
    before = client.user.get(talk.user_id)
    client.user.delete(talk.user_id)

    after = client.user.add(user_id=talk.user_id)
    assert after.uuid_ != before.uuid_
    assert (after.first_name, after.metadata or {}) == (None, {})
    assert client.user.get_threads(talk.user_id) == []
    assert talk.facts() == []
    assert [node for node in talk.nodes() if node.name == "Lyon"] == []
    assert client.graph.episode.get_by_user_id(talk.user_id).episodes == []
    assert client.graph.search(user_id=talk.user_id, query="Where do I live?").edges == []
    with pytest.raises(NotFoundError):
        client.thread.get(talk.thread_id)
    # The thread's id is free too.
    client.thread.create(thread_id=talk.thread_id, user_id=talk.user_id)
    assert client.thread.get(talk.thread_id).messages == []


def test_a_user_without_threads_has_an_empty_list_of_them(client: Zep) -> None:
    user_id = unique("user")
    client.user.add(user_id=user_id)
    assert client.user.get_threads(user_id) == []


def test_a_user_lists_its_own_threads_and_counts_them(client: Zep, talk: Talk) -> None:
    new_talk(client)
    second = unique("thread")
    client.thread.create(thread_id=second, user_id=talk.user_id)
    threads = client.user.get_threads(talk.user_id)
    assert {thread.thread_id for thread in threads} == {talk.thread_id, second}
    assert {thread.user_id for thread in threads} == {talk.user_id}
    assert client.user.get(talk.user_id).session_count == 2


@pytest.fixture(scope="module")
def family(client: Zep) -> str:
    """Creates seven users with distinct ids, names and addresses; returns the common prefix of their ids."""
    family = unique("family")
    for at, first_name in enumerate(["Ada", "Ben", "Cleo", "Dora", "Eli", "Fay", "Gus"]):
        # Addresses sort in the opposite order of ids.
        email = f"{9 - at}.{family}@example.com"
        client.user.add(user_id=f"{family}-{at}", first_name=first_name, last_name=f"Q{family[7:]}", email=email)
    return family


def test_users_are_listed_on_numbered_pages(client: Zep, family: str) -> None:
    pages = [client.user.list_ordered(page_number=number, page_size=3, search=family) for number in (1, 2, 3, 4)]
    assert [len(page.users) for page in pages] == [3, 3, 1, 0]
    assert [page.row_count for page in pages] == [3, 3, 1, 0]
    assert {page.total_count for page in pages} == {7}
    listed = [user.user_id for page in pages for user in page.users]
    assert sorted(listed) == [f"{family}-{at}" for at in range(7)]


@pytest.mark.parametrize(
    "order_by, ascending", [("created_at", range(7)), ("user_id", range(7)), ("email", range(6, -1, -1))]
)
def test_users_are_sorted_as_requested(client: Zep, family: str, order_by: str, ascending: range) -> None:
    def listed(asc: bool) -> list[str]:
        users = client.user.list_ordered(search=family, order_by=order_by, asc=asc).users
        return [user.user_id for user in users]

    expected = [f"{family}-{at}" for at in ascending]
    assert listed(True) == expected
    assert listed(False) == expected[::-1]


def test_the_newest_user_is_listed_first_by_default(client: Zep, family: str) -> None:
    users = client.user.list_ordered(search=family).users
    assert [user.user_id for user in users] == [f"{family}-{at}" for at in range(6, -1, -1)]


def test_users_are_found_by_id_by_name_and_by_address(client: Zep, family: str) -> None:
    def found(search: str) -> list[str]:
        return [user.user_id for user in client.user.list_ordered(search=search).users]

    assert found(f"{family}-2") == [f"{family}-2"]
    assert found(f"7.{family}@example.com") == [f"{family}-2"]
    assert sorted(found(f"Q{family[7:]}")) == [f"{family}-{at}" for at in range(7)]
    assert found(unique("nobody")) == []


def test_a_search_for_users_ignores_case_in_every_script(client: Zep) -> None:
    user_id = unique("user")
    client.user.add(user_id=user_id, first_name=f"Éloïse {user_id}", last_name=f"Ñandú {user_id}")
    for search in (f"Éloïse {user_id}", f"éloïse {user_id}", f"ÑANDÚ {user_id}", user_id.upper()):
        assert [user.user_id for user in client.user.list_ordered(search=search).users] == [user_id], search


def test_a_search_for_users_treats_wildcards_literally(client: Zep, family: str) -> None:
    assert client.user.list_ordered(search=f"{family}%").users == []
    assert client.user.list_ordered(search=f"{family}-_").users == []


def test_an_unknown_sort_field_for_users_is_refused(client: Zep) -> None:
    with pytest.raises(BadRequestError) as error:
        client.user.list_ordered(order_by="shoe_size")
    assert "order_by" in error.value.body["message"]


def test_a_user_has_a_node_from_the_start(client: Zep) -> None:
    user_id = unique("user")
    client.user.add(user_id=user_id, first_name="Noor", last_name="Haddad")
    node = client.user.get_node(user_id).node
    assert node.name == "Noor Haddad"
    assert "Entity" in node.labels
    assert client.graph.node.get(node.uuid_).name == "Noor Haddad"


def test_a_users_node_has_a_summary_of_the_facts(client: Zep) -> None:
    talk = new_talk(client, first_name="Noor", last_name="Haddad")
    talk.say("I live in Lyon.")
    talk.say("I work at Atelier Bleu.")
    summary = client.user.get_node(talk.user_id).node.summary
    assert "Lyon" in summary and "Atelier Bleu" in summary


def test_renaming_a_user_renames_the_node(client: Zep, talk: Talk) -> None:
    node = client.user.get_node(talk.user_id).node
    client.user.update(talk.user_id, first_name="Noor", last_name="Haddad")
    renamed = client.user.get_node(talk.user_id).node
    assert (renamed.uuid_, renamed.name) == (node.uuid_, "Noor Haddad")


def test_warming_a_user_succeeds_and_changes_no_results(client: Zep, talk: Talk) -> None:
    talk.say("I live in Lyon.")
    before = client.graph.search(user_id=talk.user_id, query="Lyon").edges
    assert client.user.warm(talk.user_id).message == "OK"
    assert client.graph.search(user_id=talk.user_id, query="Lyon").edges == before


def test_business_data_can_be_added_for_a_user(client: Zep, talk: Talk) -> None:
    data = json.dumps({"name": "Robert Smith", "employer": "Initech"})
    episode = client.graph.add(user_id=talk.user_id, type="json", data=data)
    processed(client, task=episode.task_id, episodes=[episode.uuid_])
    assert any("Initech" in edge.fact for edge in talk.facts())

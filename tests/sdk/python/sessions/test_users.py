"""Users of the session generations."""

from typing import Any

import pytest
from support import GENERATION, ApiError, BadRequestError, NotFoundError, rating, unique


def test_a_user_is_added_with_all_fields(zep: Any) -> None:
    user_id = unique("user")
    more = {"fact_rating_instruction": rating("travel")} if GENERATION == "v2" else {}
    user = zep.user.add(user_id=user_id, email="jane@example.org", first_name="Jane", last_name="Smith", metadata={"a": {"b": 1}}, **more)
    assert (user.user_id, user.email, user.first_name, user.last_name) == (user_id, "jane@example.org", "Jane", "Smith")
    assert user.metadata == {"a": {"b": 1}}
    assert user.uuid_ and user.project_uuid and user.created_at and user.session_count == 0
    read = zep.user.get(user_id)
    assert (read.uuid_, read.id, read.metadata) == (user.uuid_, user.id, user.metadata)
    if GENERATION == "v2":
        assert read.fact_rating_instruction.examples.high == "travel very much"


def test_a_user_needs_only_an_id(zep: Any) -> None:
    user_id = unique("user")
    zep.user.add(user_id=user_id)
    assert zep.user.get(user_id).user_id == user_id


def test_a_user_is_updated_and_metadata_is_merged(zep: Any, user: str) -> None:
    more = {"fact_rating_instruction": rating("food")} if GENERATION == "v2" else {}
    changed = zep.user.update(user, email="new@example.org", first_name="Bea", last_name="Ray", metadata={"seats": 3}, **more)
    assert (changed.email, changed.first_name, changed.last_name) == ("new@example.org", "Bea", "Ray")
    assert changed.metadata == {"plan": "gold", "seats": 3}
    unchanged = zep.user.update(user)
    assert unchanged.metadata == {"plan": "gold", "seats": 3}
    assert unchanged.first_name == "Bea"


def test_users_are_listed_in_pages(zep: Any, user: str) -> None:
    first = zep.user.list_ordered(page_number=1, page_size=1)
    assert first.row_count == 1 and first.total_count >= 1
    assert first.users[0].user_id == user
    assert user in [one.user_id for one in zep.user.list_ordered().users]


def test_the_sessions_of_a_user_are_listed(zep: Any, user: str) -> None:
    assert zep.user.get_sessions(user) == []
    ids = [unique("session") for _ in range(2)]
    for session_id in ids:
        zep.memory.add_session(session_id=session_id, user_id=user)
    sessions = zep.user.get_sessions(user)
    # The community edition's SDK reads a list of lists.
    sessions = sessions[0] if GENERATION == "ce" else sessions
    assert [one.session_id for one in sessions] == ids


def test_deleting_a_user_deletes_the_sessions(zep: Any, talk: str, user: str) -> None:
    assert zep.user.delete(user).message == "OK"
    for read in [lambda: zep.user.get(user), lambda: zep.memory.get_session(talk), lambda: zep.user.delete(user)]:
        with pytest.raises(NotFoundError):
            read()


def test_a_duplicate_user_is_a_bad_request(zep: Any, user: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        zep.user.add(user_id=user)
    assert caught.value.status_code == 400
    assert f"user already exists with user_id: {user}" in str(caught.value.body)


def test_an_empty_user_id_is_a_bad_request(zep: Any) -> None:
    with pytest.raises(BadRequestError) as caught:
        zep.user.add(user_id="")
    assert caught.value.status_code == 400


def test_an_unknown_user_is_not_found(zep: Any) -> None:
    for read in [lambda: zep.user.get("nobody"), lambda: zep.user.update("nobody", first_name="x")]:
        with pytest.raises(NotFoundError):
            read()


def test_a_wrong_key_is_refused(unauthorized: Any) -> None:
    with pytest.raises(ApiError) as caught:
        unauthorized.user.get("anybody")
    assert caught.value.status_code == 401


def test_another_project_sees_nothing(user: str, talk: str, other_project: Any) -> None:
    for read in [lambda: other_project.user.get(user), lambda: other_project.memory.get_session(talk)]:
        with pytest.raises(NotFoundError):
            read()
    assert other_project.memory.get(talk).messages == []

"""Sessions: adding, reading, updating, listing and ending them."""

from typing import Any

import pytest
from support import GENERATION, ApiError, BadRequestError, NotFoundError, rating, says, unique

CLOUD = GENERATION != "ce"


def test_a_session_is_added_with_all_fields(zep: Any, user: str) -> None:
    session_id = unique("session")
    instruction = rating("travel")
    session = zep.memory.add_session(session_id=session_id, user_id=user, metadata={"topic": "trip"}, fact_rating_instruction=instruction)
    assert (session.session_id, session.user_id, session.metadata) == (session_id, user, {"topic": "trip"})
    assert session.uuid_ and session.created_at and session.ended_at is None
    read = zep.memory.get_session(session_id)
    assert read.uuid_ == session.uuid_
    assert read.fact_rating_instruction.examples.low == "the weather is fine"


def test_a_session_needs_only_its_ids(zep: Any, user: str) -> None:
    session_id = unique("session")
    zep.memory.add_session(session_id=session_id, **({"user_id": user} if GENERATION == "v2" else {}))
    assert zep.memory.get_session(session_id).session_id == session_id


def test_metadata_is_merged_deeply_and_system_is_protected(zep: Any, session: str) -> None:
    zep.memory.update_session(session, metadata={"a": {"x": 1}, "system": {"mine": True}})
    changed = zep.memory.update_session(session, metadata={"a": {"y": 2}}, fact_rating_instruction=rating("food"))
    assert changed.metadata == {"a": {"x": 1, "y": 2}}
    assert zep.memory.get_session(session).fact_rating_instruction.instruction == "rate facts by food"


def test_sessions_are_listed_in_pages_and_sorted(zep: Any, user: str) -> None:
    ids = sorted(unique("session") for _ in range(3))
    for session_id in ids:
        zep.memory.add_session(session_id=session_id, user_id=user)
    newest = zep.memory.list_sessions(page_number=1, page_size=3, order_by="created_at", asc=False)
    assert newest.response_count == 3 and newest.total_count >= 3
    assert [one.session_id for one in newest.sessions] == ids[::-1]
    assert set(ids) <= {one.session_id for one in zep.memory.list_sessions().sessions} or newest.total_count > 100
    with pytest.raises(ApiError) as caught:
        zep.memory.list_sessions(order_by="colour")
    assert caught.value.status_code == 400


def test_a_duplicate_session_and_an_unknown_user_are_bad_requests(zep: Any, session: str, user: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        zep.memory.add_session(session_id=session, user_id=user)
    assert caught.value.status_code == 400 and "already exists" in str(caught.value.body)
    with pytest.raises(BadRequestError) as caught:
        zep.memory.add_session(session_id=unique(), user_id="nobody")
    assert caught.value.status_code == 400 and "user not found" in str(caught.value.body)


def test_an_unknown_session_is_not_found(zep: Any) -> None:
    reads = [
        lambda: zep.memory.get_session("nothing"),
        lambda: zep.memory.update_session("nothing", metadata={}),
        lambda: zep.memory.get_session_messages("nothing"),
        lambda: zep.memory.delete("nothing"),
    ]
    for read in reads:
        with pytest.raises(NotFoundError):
            read()


@pytest.mark.skipif(not CLOUD, reason="the community edition's SDK cannot end sessions")
def test_an_ended_session_cannot_be_changed(zep: Any, talk: str) -> None:
    ended = zep.memory.end_session(talk)
    assert ended.session.session_id == talk and ended.session.ended_at
    for write in [lambda: zep.memory.add(talk, messages=[says("user", "One more thing.")]), lambda: zep.memory.update_session(talk, metadata={"a": 1})]:
        with pytest.raises(ApiError) as caught:
            write()
        assert caught.value.status_code == 409
    assert len(zep.memory.get(talk).messages) == 3
    assert zep.memory.end_session(talk).session.ended_at == ended.session.ended_at


@pytest.mark.skipif(not CLOUD, reason="the community edition's SDK cannot end sessions")
def test_an_ended_session_is_classified_on_request(zep: Any, talk: str) -> None:
    from support import sdk

    classify = sdk.ClassifySessionRequest(name="place", classes=["Oslo", "Lyon"], persist=True)
    ended = zep.memory.end_session(talk, classify=classify, instruction="be brief")
    assert ended.classification.class_ == "Lyon"
    assert zep.memory.get_session(talk).classifications == {"place": "Lyon"}


@pytest.mark.skipif(not CLOUD, reason="the community edition's SDK cannot end sessions")
def test_several_sessions_are_ended_atomically(zep: Any, user: str) -> None:
    ids = [unique("session") for _ in range(2)]
    for session_id in ids:
        zep.memory.add_session(session_id=session_id, user_id=user)
    with pytest.raises(NotFoundError):
        zep.memory.end_sessions(session_ids=[*ids, "nothing"])
    assert zep.memory.get_session(ids[0]).ended_at is None
    ended = zep.memory.end_sessions(session_ids=ids[:1])
    assert [one.session_id for one in ended.sessions] == ids[:1]
    ended = zep.memory.end_sessions(session_ids=ids, instruction="be brief")
    assert all(one.ended_at for one in ended.sessions)

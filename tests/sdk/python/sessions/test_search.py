"""Searching sessions."""

from typing import Any

import pytest
from support import GENERATION, ApiError, eventually, says, unique

CLOUD = GENERATION != "ce"


def where(path: str) -> dict:
    return {"where": {"jsonpath": path}}


@pytest.fixture
def pets(zep: Any, user: str) -> str:
    """A session about pets, with metadata."""
    session_id = unique("session")
    zep.memory.add_session(session_id=session_id, user_id=user)
    said = [("My cat Miso sleeps all day.", "cat"), ("My dog Rex chases tennis balls.", "dog"), ("The car needs new tyres.", "car")]
    zep.memory.add(session_id, messages=[says("user", text, metadata={"about": about}) for text, about in said])
    return session_id


def test_messages_of_named_sessions_are_found(zep: Any, pets: str, talk: str) -> None:
    found = zep.memory.search_sessions(text="tennis balls", session_ids=[pets], search_scope="messages").results
    assert "Rex" in found[0].message.content and found[0].session_id == pets
    assert found[0].score >= found[-1].score
    elsewhere = zep.memory.search_sessions(text="tennis balls", session_ids=[talk], search_scope="messages").results
    assert not any("Rex" in one.message.content for one in elsewhere)


def test_a_search_accepts_all_arguments(zep: Any, pets: str, user: str) -> None:
    found = zep.memory.search_sessions(
        limit=2,
        min_fact_rating=0.0,
        min_score=0.0,
        mmr_lambda=0.5,
        record_filter=where('$.about ? (@ == "dog" || @ == "cat")'),
        search_scope="messages",
        search_type="mmr",
        session_ids=[pets],
        text="an animal that sleeps",
        user_id=user,
    ).results
    assert {one.message.metadata["about"] for one in found} == {"cat", "dog"}


def test_facts_of_a_user_are_found(zep: Any, talk: str, user: str) -> None:
    found = eventually(lambda: zep.memory.search_sessions(text="where does Ann live?", user_id=user).results, lambda found: found, "facts")
    assert "Lyon" in found[0].fact.fact and found[0].session_id == talk


def test_summaries_are_found(zep: Any, pets: str, talk: str, user: str) -> None:
    found = zep.memory.search_sessions(text="a cat and a dog", user_id=user, search_scope="summary").results
    assert found[0].session_id == pets and "Miso" in found[0].summary.content


@pytest.mark.parametrize(
    "bad",
    [{"text": ""}, {"text": "x", "search_scope": "dreams"}, {"text": "x", "search_type": "luck"}, {"text": "x", "limit": -1}, {"text": "x", "mmr_lambda": 2.0}, {"text": "x", "record_filter": where("$[")}],
    ids=["no text", "scope", "type", "limit", "lambda", "filter"],
)
def test_invalid_searches_are_refused(zep: Any, pets: str, bad: dict) -> None:
    with pytest.raises(ApiError) as caught:
        zep.memory.search_sessions(session_ids=[pets], **bad)
    assert caught.value.status_code == 400


@pytest.mark.skipif(not CLOUD, reason="the community edition's SDK cannot search one session")
def test_one_session_is_searched(zep: Any, pets: str) -> None:
    found = zep.memory.search(pets, text="a sleepy animal")
    assert "Miso" in found[0].message.content
    found = zep.memory.search(
        pets,
        limit=5,
        metadata=where('$.about ? (@ == "car")'),
        min_fact_rating=0.0,
        min_score=0.0,
        mmr_lambda=0.7,
        search_scope="messages",
        search_type="similarity",
        text="something with wheels",
    )
    assert [one.message.metadata["about"] for one in found] == ["car"]
    assert [one.message.metadata["about"] for one in zep.memory.search(pets, metadata=where('$.about ? (@ == "dog")'))] == ["dog"]
    assert "Miso" in zep.memory.search(pets, text="pets", search_scope="summary")[0].summary.content

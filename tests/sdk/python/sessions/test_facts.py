"""Facts of sessions and users, and their ratings."""

from typing import Any

import pytest
from support import GENERATION, NotFoundError, eventually, rating, says, sdk, unique

CLOUD = GENERATION != "ce"


def facts_of(zep: Any, session: str) -> list:
    """Waits for facts in the memory of a session."""
    return eventually(lambda: zep.memory.get(session).relevant_facts or [], lambda facts: any("Lyon" in fact.fact for fact in facts), "facts")


def test_a_fact_is_read_and_deleted(zep: Any, talk: str) -> None:
    fact = next(fact for fact in facts_of(zep, talk) if "Lyon" in fact.fact)
    read = zep.memory.get_fact(fact.uuid_).fact
    assert (read.uuid_, read.fact) == (fact.uuid_, fact.fact)
    answer = zep.memory.delete_fact(fact.uuid_)
    assert (answer.message if GENERATION == "v2" else answer) == "OK"
    for read in [lambda: zep.memory.get_fact(fact.uuid_), lambda: zep.memory.delete_fact(fact.uuid_), lambda: zep.memory.get_fact("no-uuid")]:
        with pytest.raises(NotFoundError):
            read()


def test_facts_are_rated_by_the_instruction_of_the_session(zep: Any, user: str) -> None:
    session_id = unique("session")
    zep.memory.add_session(session_id=session_id, user_id=user, fact_rating_instruction=rating("Ann lives in Lyon"))
    zep.memory.add(session_id, messages=[says("user", "I live in Lyon. I am allergic to walnuts.")])
    memory = eventually(lambda: zep.memory.get(session_id), lambda one: len(one.relevant_facts or []) >= 2, "facts")
    by_text = {("Lyon" if "Lyon" in fact.fact else "walnuts"): fact.rating for fact in memory.relevant_facts}
    assert all(0 <= value <= 1 for value in by_text.values())
    assert by_text["Lyon"] > by_text["walnuts"]
    best = zep.memory.get(session_id, min_rating=by_text["Lyon"])
    assert all("walnuts" not in fact.fact for fact in best.relevant_facts)


@pytest.mark.skipif(not CLOUD, reason="the community edition's SDK lists no facts")
def test_a_session_has_only_its_own_facts(zep: Any, talk: str, user: str) -> None:
    other = unique("session")
    zep.memory.add_session(session_id=other, user_id=user)
    facts_of(zep, talk)
    assert any("Lyon" in fact.fact for fact in zep.memory.get_session_facts(talk, min_rating=0.0).facts)
    assert zep.memory.get_session_facts(other).facts == []


@pytest.mark.skipif(not CLOUD, reason="the community edition's SDK states no facts")
def test_stated_facts_are_listed_and_deleted_with_the_session(zep: Any, session: str) -> None:
    new = sdk.NewFact if GENERATION == "v2" else sdk.AddedFact
    assert zep.memory.add_session_facts(session, facts=[new(fact="Ann prefers window seats."), new(fact="Ann flies on Mondays.")]).message == "OK"
    facts = zep.memory.get_session_facts(session).facts
    assert {fact.fact for fact in facts} == {"Ann prefers window seats.", "Ann flies on Mondays."}
    # A stated fact is not a message.
    assert zep.memory.get_session_messages(session).messages == []
    zep.memory.delete(session)
    with pytest.raises(NotFoundError):
        zep.memory.get_fact(facts[0].uuid_)


@pytest.mark.skipif(GENERATION != "v1", reason="only in cloud v1 the list is optional")
def test_an_omitted_list_of_facts_is_allowed(zep: Any, session: str) -> None:
    assert zep.memory.add_session_facts(session).message == "OK"


@pytest.mark.skipif(GENERATION != "v2", reason="only cloud v2 lists the facts of a user")
def test_the_facts_of_a_user_are_listed(zep: Any, talk: str, user: str) -> None:
    facts_of(zep, talk)
    facts = zep.user.get_facts(user).facts
    fact = next(fact for fact in facts if "Lyon" in fact.fact)
    assert fact.content == fact.fact and fact.source_node_name and fact.target_node_name and fact.name
    with pytest.raises(NotFoundError):
        zep.user.get_facts("nobody")


@pytest.mark.skipif(GENERATION != "v2", reason="only cloud v2 has a node for the user")
def test_the_user_has_a_node(zep: Any, talk: str, user: str) -> None:
    node = eventually(lambda: zep.user.get_node(user).node, lambda node: "Lyon" in node.summary, "the summary")
    assert node.name == "Ann Lee" and "User" in node.labels

"""langchain-community's modules for Zep Cloud: history, retriever and vector store.

They accept an API key but no address, so the tests set ZEP_API_URL, which their SDK reads.
"""

import asyncio
from typing import Any, List

import pytest
from langchain_community.chat_message_histories import ZepCloudChatMessageHistory
from langchain_community.retrievers.zep_cloud import ZepCloudRetriever
from langchain_community.vectorstores.zep_cloud import ZepCloudVectorStore
from langchain_core.messages import AIMessage, HumanMessage
from zep_cloud import SearchScope, SearchType
from zep_cloud.client import AsyncZep, Zep

# The retriever imports types of its SDK only for type checkers, so pydantic needs them explicitly.
ZepCloudRetriever.model_rebuild(_types_namespace={"Zep": Zep, "AsyncZep": AsyncZep, "SearchScope": SearchScope, "SearchType": SearchType})

MEMORY = "/api/v2/sessions/*/memory"
SEARCH = "POST /api/v2/sessions/*/search 200"
COLLECTION = "/api/v2/collections/*"
TALK = [
    HumanMessage("I live in Lyon and keep two cats."),
    AIMessage("Lyon is lovely."),
    HumanMessage("The invoice of the dentist is due in March."),
]


@pytest.fixture(autouse=True)
def pointed(monkeypatch: Any, url: str) -> None:
    monkeypatch.setenv("ZEP_API_URL", url)


@pytest.fixture
def session(pointed: None, key: str, unique: Any) -> str:
    """A session of a user, which the application creates before it uses LangChain."""
    zep = Zep(api_key=key)
    user_id, session_id = unique("user"), unique("session")
    zep.user.add(user_id=user_id, first_name="Noor")
    zep.memory.add_session(session_id=session_id, user_id=user_id)
    return session_id


def test_a_history_of_an_unknown_session_is_empty(key: str, unique: Any, requests: Any) -> None:
    history = ZepCloudChatMessageHistory(unique("session"), api_key=key)
    assert history.zep_messages == [] and history.zep_summary is None and history.zep_facts is None
    assert requests.since() == [f"GET {MEMORY} 200"] * 3


def test_a_history_stores_messages_and_returns_them_as_one_message(session: str, key: str, requests: Any) -> None:
    history = ZepCloudChatMessageHistory(session, api_key=key)
    history.add_user_message("I live in Lyon.", metadata={"mood": "calm"})
    history.add_messages(TALK[1:])
    assert [(message.role, message.role_type, message.content) for message in history.zep_messages] == [
        ("human", "user", "I live in Lyon."),
        ("ai", "assistant", TALK[1].content),
        ("human", "user", TALK[2].content),
    ]
    assert history.zep_messages[0].metadata == {"mood": "calm"}
    [told] = history.messages
    assert told.type == "human"
    assert told.content.endswith(f"human: I live in Lyon.\nai: {TALK[1].content}\nhuman: {TALK[2].content}")
    assert requests.since() == [*[f"POST {MEMORY} 201"] * 2, *[f"GET {MEMORY} 200"] * 3]


def test_a_history_contains_facts_of_the_user(session: str, key: str, eventually: Any) -> None:
    history = ZepCloudChatMessageHistory(session, api_key=key, lastn=2)
    history.add_messages(TALK)
    facts = eventually(lambda: history.zep_facts)
    assert any("Lyon" in fact for fact in facts)
    assert "Lyon" in history.messages[0].content.split("\nai:")[0], "facts come before what was said"
    assert len(history.zep_messages) == 2


def test_a_history_is_written_searched_and_cleared_asynchronously(session: str, key: str, requests: Any) -> None:
    history = ZepCloudChatMessageHistory(session, api_key=key)

    async def run() -> List[Any]:
        await history.aadd_messages(TALK)
        found = history.search("pets", limit=1)
        await history.aclear()
        return found

    [found] = asyncio.run(run())
    assert found.message.content == TALK[0].content and 0 < found.score <= 1
    assert history.zep_messages == []
    assert requests.since() == [f"POST {MEMORY} 201", SEARCH, f"DELETE {MEMORY} 200", f"GET {MEMORY} 200"]


@pytest.mark.parametrize("search", [{}, {"search_type": "mmr", "mmr_lambda": 0.5}])
def test_a_retriever_finds_messages(session: str, key: str, requests: Any, search: Any) -> None:
    ZepCloudChatMessageHistory(session, api_key=key).add_messages(TALK)
    retriever = ZepCloudRetriever(api_key=key, session_id=session, top_k=2, **search)
    found = retriever.invoke("when is the dentist's invoice due?")
    assert found[0].page_content == TALK[2].content and len(found) == 2
    assert found[0].metadata["role"] == "human" and found[0].metadata["uuid"] and 0 < found[0].metadata["score"] <= 1
    assert asyncio.run(retriever.ainvoke("pets"))[0].page_content == TALK[0].content
    assert requests.since() == [f"POST {MEMORY} 201", SEARCH, SEARCH]


def test_a_retriever_filters_by_metadata(session: str, key: str) -> None:
    history = ZepCloudChatMessageHistory(session, api_key=key)
    history.add_user_message("The cat is ill.", metadata={"kind": "vet"})
    history.add_user_message("The cat is well.", metadata={"kind": "chat"})
    retriever = ZepCloudRetriever(api_key=key, session_id=session, top_k=5)
    found = retriever.invoke("cat", metadata={"where": {"jsonpath": '$[*] ? (@.kind == "vet")'}})
    assert [document.page_content for document in found] == ["The cat is ill."]


TEXTS = ["red roses in the garden", "the tax return of last year", "a storm on the blue sea"]
KINDS = [{"kind": "flower"}, {"kind": "paper", "of": [1, {"deep": None}]}, {"kind": "weather"}]


@pytest.fixture
def store(requests: Any, key: str, unique: Any) -> ZepCloudVectorStore:
    return ZepCloudVectorStore(unique("c").replace("-", ""), api_key=key)


def test_a_missing_collection_is_created_and_an_existing_one_is_reused(store: Any, key: str, requests: Any) -> None:
    ZepCloudVectorStore(store.collection_name, api_key=key)
    assert requests.since() == [f"GET {COLLECTION} 404", f"POST {COLLECTION} 200", f"GET {COLLECTION} 200", f"GET {COLLECTION} 200"]


def test_a_store_finds_the_nearest_text_with_its_metadata(store: Any, requests: Any) -> None:
    assert len(set(store.add_texts(TEXTS, KINDS))) == 3
    [(nearest, score), *_] = store.similarity_search_with_score("taxes", k=2)
    assert (nearest.page_content, nearest.metadata) == (TEXTS[1], KINDS[1]) and 0 < score <= 1
    assert store.search("flowers", "similarity", k=1)[0].page_content == TEXTS[0]
    where = {"where": {"jsonpath": '$[*] ? (@.kind == "weather")'}}
    assert [document.page_content for document in store.similarity_search("flowers", k=3, metadata=where)] == [TEXTS[2]]
    assert requests.since()[-4:] == [f"POST {COLLECTION}/documents 200", *[f"POST {COLLECTION}/search 200"] * 3]


def test_a_store_returns_similar_but_diverse_texts(store: Any) -> None:
    store.add_texts(["blue sea", "blue sea", "the sea at night"])
    found = store.max_marginal_relevance_search("blue sea", k=2, lambda_mult=0.1)
    assert [document.page_content for document in found] == ["blue sea", "the sea at night"]


def test_a_store_works_asynchronously_and_deletes_by_uuid(store: Any, requests: Any) -> None:
    async def run() -> Any:
        uuids = await store.aadd_texts(TEXTS, KINDS)
        nearest = await store.asimilarity_search("taxes", k=1)
        diverse = await store.amax_marginal_relevance_search("taxes", k=2)
        return uuids, nearest[0].page_content, diverse[0].page_content

    uuids, nearest, first = asyncio.run(run())
    assert (nearest, first) == (TEXTS[1], TEXTS[1])
    store.delete([uuids[1]])
    assert {document.page_content for document in store.similarity_search("taxes", k=3)} == {TEXTS[0], TEXTS[2]}
    assert f"DELETE {COLLECTION}/documents/uuid/* 200" in requests.since()

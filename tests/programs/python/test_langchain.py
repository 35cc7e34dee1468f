"""langchain-community's modules for open-source Zep: history, memory, retriever and vector store."""

import asyncio
from typing import Any, List

import pytest
from langchain_classic.chains import ConversationChain
from langchain_community.chat_message_histories import ZepChatMessageHistory
from langchain_community.memory.zep_memory import ZepMemory
from langchain_community.retrievers.zep import SearchScope, SearchType, ZepRetriever
from langchain_community.vectorstores.zep import CollectionConfig, ZepVectorStore
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage

HEALTH = "GET /healthz 200"
MEMORY = "/api/v1/sessions/*/memory"
SEARCH = "POST /api/v1/sessions/*/search 200"
COLLECTION = "/api/v1/collection/*"
TALK = [
    HumanMessage("I live in Lyon and keep two cats."),
    AIMessage("Lyon is lovely."),
    HumanMessage("The invoice of the dentist is due in March."),
]


class Colours(Embeddings):
    """Embeddings from the application: each component counts a colour word."""

    def embed_query(self, text: str) -> List[float]:
        return [0.1 + text.lower().count(colour) for colour in ("red", "green", "blue", "pink", "gold", "grey", "teal", "lime")]

    def embed_documents(self, texts: List[str]) -> List[List[float]]:
        return [self.embed_query(text) for text in texts]


@pytest.fixture
def history(requests: Any, url: str, key: str, unique: Any) -> ZepChatMessageHistory:
    return ZepChatMessageHistory(session_id=unique("session"), url=url, api_key=key)


def retriever_of(history: ZepChatMessageHistory, url: str, key: str, **settings: Any) -> ZepRetriever:
    return ZepRetriever(session_id=history.session_id, url=url, api_key=key, **{"top_k": 2, **settings})


def test_a_history_stores_messages_in_order(history: Any, requests: Any) -> None:
    assert history.messages == [], "a session that nobody has written to is empty"
    history.add_user_message("I live in Lyon.", metadata={"mood": "calm"})
    history.add_ai_message("Noted.")
    history.add_messages(TALK[2:])
    said = [(message.type, message.content) for message in history.messages if message.type != "system"]
    assert said == [("human", "I live in Lyon."), ("ai", "Noted."), ("human", TALK[2].content)]
    first = history.zep_messages[0]
    assert first.role == "human" and first.metadata["mood"] == "calm" and first.uuid and first.created_at
    assert requests.since() == [HEALTH, f"GET {MEMORY} 200", *[f"POST {MEMORY} 200"] * 3, *[f"GET {MEMORY} 200"] * 2]


def test_a_history_is_cleared(history: Any, requests: Any) -> None:
    history.add_messages(TALK)
    history.clear()
    assert history.messages == []
    assert f"DELETE {MEMORY} 200" in requests.since()


def test_a_history_is_written_and_cleared_asynchronously(history: Any, requests: Any) -> None:
    async def run() -> List[str]:
        await history.aadd_messages(TALK)
        said = [message.content for message in await history.aget_messages() if message.type != "system"]
        await history.aclear()
        return said

    assert asyncio.run(run()) == [message.content for message in TALK]
    assert history.messages == []
    assert requests.since() == [HEALTH, f"POST {MEMORY} 200", f"GET {MEMORY} 200", f"DELETE {MEMORY} 200", f"GET {MEMORY} 200"]


def test_a_history_is_searched_by_meaning(history: Any, requests: Any) -> None:
    history.add_messages(TALK)
    found = history.search("pets", limit=1)
    assert [one.message["content"] for one in found] == [TALK[0].content]
    assert requests.since()[-1] == SEARCH


def test_a_chain_remembers_through_its_memory(url: str, key: str, unique: Any, requests: Any) -> None:
    memory = ZepMemory(session_id=unique("session"), url=url, api_key=key, memory_key="history", return_messages=True)
    chain = ConversationChain(llm=FakeListChatModel(responses=["Hello Jim.", "You are Jim."]), memory=memory)
    assert chain.predict(input="I am Jim.") == "Hello Jim."
    assert chain.predict(input="Who am I?") == "You are Jim."
    remembered = [message.content for message in memory.load_memory_variables({})["history"] if message.type != "system"]
    assert remembered == ["I am Jim.", "Hello Jim.", "Who am I?", "You are Jim."]
    memory.clear()
    assert memory.load_memory_variables({})["history"] == []
    turns = requests.since()
    assert turns.count(f"POST {MEMORY} 200") == 4
    assert turns[-2:] == [f"DELETE {MEMORY} 200", f"GET {MEMORY} 200"]


def test_a_memory_saves_metadata_with_a_turn(url: str, key: str, unique: Any) -> None:
    memory = ZepMemory(session_id=unique("session"), url=url, api_key=key)
    memory.save_context({"input": "I am Jim."}, {"output": "Hello Jim."}, metadata={"channel": "phone"})
    assert [message.metadata["channel"] for message in memory.chat_memory.zep_messages] == ["phone", "phone"]
    assert memory.load_memory_variables({})["history"].endswith("Human: I am Jim.\nAI: Hello Jim.")


@pytest.mark.parametrize("search", [{}, {"search_type": SearchType.mmr, "mmr_lambda": 0.5}])
def test_a_retriever_finds_messages(history: Any, url: str, key: str, requests: Any, search: Any) -> None:
    history.add_messages(TALK)
    retriever = retriever_of(history, url, key, **search)
    found = retriever.invoke("when is the dentist's invoice due?")
    assert found[0].page_content == TALK[2].content and len(found) == 2
    assert found[0].metadata["role"] == "human" and 0 < found[0].metadata["score"] <= 1
    assert asyncio.run(retriever.ainvoke("pets"))[0].page_content == TALK[0].content
    assert requests.since().count(SEARCH) == 2


def test_a_retriever_filters_by_metadata(history: Any, url: str, key: str) -> None:
    history.add_user_message("The cat is ill.", metadata={"kind": "vet"})
    history.add_user_message("The cat is well.", metadata={"kind": "chat"})
    found = retriever_of(history, url, key).invoke("cat", metadata={"where": {"jsonpath": '$[*] ? (@.kind == "vet")'}})
    assert [document.page_content for document in found] == ["The cat is ill."]


def test_a_retriever_finds_summaries(history: Any, url: str, key: str, requests: Any) -> None:
    for turn in range(15):
        history.add_messages([HumanMessage(f"Day {turn}: the garden of the monastery grew beans."), AIMessage("Good.")])
    found = retriever_of(history, url, key, search_scope=SearchScope.summary).invoke("garden")
    assert requests.since()[-1] == SEARCH
    assert all(document.page_content and document.metadata["uuid"] for document in found)
    assert any("garden" in document.page_content for document in found)


@pytest.fixture(params=["vectors of the caller", "vectors of the server"])
def store(request: Any, requests: Any, url: str, key: str, unique: Any) -> ZepVectorStore:
    own = request.param == "vectors of the caller"
    name = unique("c").replace("-", "")
    config = CollectionConfig(name=name, description="colours", metadata={"by": "test"}, embedding_dimensions=8 if own else 768, is_auto_embedded=not own)
    return ZepVectorStore(name, url, api_key=key, config=config, embedding=Colours() if own else None)


TEXTS = ["red roses", "green grass", "blue sky, blue sea"]
KINDS = [{"kind": "flower", "tall": True}, {"kind": "plant"}, {"kind": "weather", "seen": [1, {"deep": None}]}]


def test_a_missing_collection_is_created_and_an_existing_one_is_reused(store: Any, url: str, key: str, requests: Any) -> None:
    again = ZepVectorStore(store.collection_name, url, api_key=key)
    assert again._collection.description == "colours" and again._collection.is_auto_embedded == store._collection.is_auto_embedded
    assert requests.since() == [HEALTH, f"GET {COLLECTION} 404", f"POST {COLLECTION} 200", f"GET {COLLECTION} 200", HEALTH, f"GET {COLLECTION} 200"]


def test_a_store_finds_the_nearest_text_with_its_metadata(store: Any, requests: Any) -> None:
    uuids = store.add_texts(TEXTS, KINDS)
    assert len(set(uuids)) == 3
    [(nearest, score), *_] = store.similarity_search_with_score("the blue sea", k=2)
    assert (nearest.page_content, nearest.metadata) == (TEXTS[2], KINDS[2]) and 0.5 < score <= 1
    assert store.search("red roses", "similarity", k=1)[0].page_content == TEXTS[0]
    assert requests.since()[-3:] == [f"POST {COLLECTION}/document 200", *[f"POST {COLLECTION}/search 200"] * 2]


def test_a_store_filters_by_metadata(store: Any) -> None:
    store.add_texts(TEXTS, KINDS)
    where = {"where": {"or": [{"jsonpath": '$[*] ? (@.kind == "plant")'}, {"jsonpath": "$[*] ? (@.tall == true)"}]}}
    found = store.similarity_search("blue sea", k=3, metadata=where)
    assert {document.page_content for document in found} == {TEXTS[0], TEXTS[1]}


def test_a_store_returns_similar_but_diverse_texts(store: Any, requests: Any) -> None:
    store.add_texts(["blue sea", "blue sea", "red and blue dusk"])
    found = store.max_marginal_relevance_search("blue sea", k=2, lambda_mult=0.1)
    assert [document.page_content for document in found] == ["blue sea", "red and blue dusk"]
    assert [document.page_content for document in store.search("blue sea", "mmr", k=1)] == ["blue sea"]
    assert requests.since()[-2:] == [f"POST {COLLECTION}/search 200"] * 2


def test_a_store_works_asynchronously(store: Any, requests: Any) -> None:
    async def run() -> Any:
        await store.aadd_texts(TEXTS, KINDS)
        nearest = await store.asimilarity_search("green grass", k=1)
        [(scored, score)] = await store.asimilarity_search_with_relevance_scores("green grass", k=1)
        diverse = await store.amax_marginal_relevance_search("green grass", k=2)
        return nearest[0].page_content, scored.metadata, score, diverse[0].page_content

    content, metadata, score, first = asyncio.run(run())
    assert (content, metadata, first) == (TEXTS[1], KINDS[1], TEXTS[1]) and score > 0.5
    assert requests.since()[-4:] == [f"POST {COLLECTION}/document 200", *[f"POST {COLLECTION}/search 200"] * 3]


def test_a_store_searches_by_vector(url: str, key: str, unique: Any) -> None:
    name = unique("c").replace("-", "")
    config = CollectionConfig(name=name, description=None, metadata=None, embedding_dimensions=8, is_auto_embedded=False)
    store = ZepVectorStore.from_texts(TEXTS, Colours(), collection_name=name, api_url=url, api_key=key, config=config)
    assert store.similarity_search_by_vector(Colours().embed_query("green"), k=1)[0].page_content == TEXTS[1]
    assert store.max_marginal_relevance_search_by_vector(Colours().embed_query("blue"), k=1)[0].page_content == TEXTS[2]
    assert asyncio.run(store.amax_marginal_relevance_search_by_vector(Colours().embed_query("red"), k=1))[0].page_content == TEXTS[0]


def test_a_store_deletes_by_uuid(store: Any, requests: Any) -> None:
    uuids = store.add_texts(TEXTS)
    store.delete(uuids[:1])
    assert {document.page_content for document in store.similarity_search("red roses", k=3)} == set(TEXTS[1:])
    assert f"DELETE {COLLECTION}/document/uuid/* 200" in requests.since()

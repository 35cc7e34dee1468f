"""LlamaIndex's vector store and reader for open-source Zep, used through an index and its retriever."""

import asyncio
from typing import Any, List

import pytest
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.schema import Document, TextNode
from llama_index.core.vector_stores import ExactMatchFilter, MetadataFilters, VectorStoreQuery
from llama_index.readers.zep import ZepReader
from llama_index.vector_stores.zep import ZepVectorStore
from zep_python.document import Document as ZepDocument

HEALTH = "GET /healthz 200"
COLLECTION = "/api/v1/collection/*"
WORDS = ["rose", "grass", "sea", "storm", "cat", "tax", "train", "bread"]


class Words(BaseEmbedding):
    """Embeddings from the application: each component counts a word."""

    def _get_text_embedding(self, text: str) -> List[float]:
        return [0.01 + text.lower().count(word) for word in WORDS]

    _get_query_embedding = _get_text_embedding

    async def _aget_query_embedding(self, query: str) -> List[float]:
        return self._get_text_embedding(query)


@pytest.fixture
def name(unique: Any) -> str:
    return unique("c").replace("-", "")


@pytest.fixture
def store(requests: Any, name: str, url: str, key: str) -> ZepVectorStore:
    return ZepVectorStore(collection_name=name, api_url=url, api_key=key, embedding_dimensions=len(WORDS), collection_metadata={"by": "test"})


def node(text: str, **metadata: Any) -> TextNode:
    return TextNode(text=text, metadata=metadata, embedding=Words()._get_text_embedding(text))


def test_a_missing_collection_is_created_and_an_existing_one_is_reused(store: Any, name: str, url: str, key: str, requests: Any) -> None:
    found = ZepVectorStore(collection_name=name, api_url=url, api_key=key)
    assert found._collection.embedding_dimensions == len(WORDS) and not found._collection.is_auto_embedded
    assert requests.since() == [HEALTH, f"GET {COLLECTION} 404", f"POST {COLLECTION} 200", f"GET {COLLECTION} 200", HEALTH, f"GET {COLLECTION} 200"]


def test_an_index_retrieves_documents_with_their_ids_and_metadata(store: Any, requests: Any) -> None:
    documents = [Document(text="A rose is a rose.", doc_id="rose", metadata={"page": 3, "of": ["a", {"b": None}]}), Document(text="The sea in a storm.")]
    index = VectorStoreIndex.from_documents(documents, storage_context=StorageContext.from_defaults(vector_store=store), embed_model=Words())
    [found] = index.as_retriever(similarity_top_k=1).retrieve("a rose")
    assert found.node.get_content() == "A rose is a rose." and found.node.ref_doc_id == "rose"
    assert found.node.metadata == {"page": 3, "of": ["a", {"b": None}]} and 0.9 < found.score <= 1
    [again] = asyncio.run(VectorStoreIndex.from_vector_store(store, embed_model=Words()).as_retriever(similarity_top_k=1).aretrieve("a storm at sea"))
    assert again.node.get_content() == "The sea in a storm."
    assert requests.since()[-3:] == [f"POST {COLLECTION}/document 200", *[f"POST {COLLECTION}/search 200"] * 2]


def test_a_store_filters_by_metadata(store: Any) -> None:
    store.add([node("sea", kind="water"), node("sea and storm", kind="weather"), node("bread", kind="weather")])
    filters = MetadataFilters(filters=[ExactMatchFilter(key="kind", value="weather")])
    found = store.query(VectorStoreQuery(query_embedding=node("sea").embedding, similarity_top_k=3, filters=filters))
    assert [one.get_content() for one in found.nodes] == ["sea and storm", "bread"]
    assert found.similarities == sorted(found.similarities, reverse=True) and len(found.ids) == 2


def test_a_store_works_asynchronously_and_deletes_by_uuid(store: Any, requests: Any) -> None:
    async def run() -> Any:
        ids = await store.async_add([node("cat"), node("tax")])
        found = await store.aquery(VectorStoreQuery(query_embedding=node("tax").embedding, similarity_top_k=1))
        [hit] = store._collection.search(embedding=node("tax").embedding, limit=1)
        await store.adelete(uuid=hit.uuid)
        return ids, found.ids

    ids, found = asyncio.run(run())
    assert found == ids[1:]
    left = store.query(VectorStoreQuery(query_embedding=node("tax").embedding, similarity_top_k=5))
    assert [one.get_content() for one in left.nodes] == ["cat"]
    assert f"DELETE {COLLECTION}/document/uuid/* 200" in requests.since()


def test_a_reader_loads_documents_by_vector_with_their_embeddings(store: Any, name: str, url: str, key: str, requests: Any) -> None:
    store.add([node("train"), node("bread and cat")])
    requests.since()
    reader = ZepReader(api_url=url, api_key=key)
    [nearest] = reader.load_data(name, vector=node("train").embedding, top_k=1)
    assert nearest.text == "train" and nearest.embedding == pytest.approx(node("train").embedding)
    both = reader.load_data(name, vector=node("train").embedding, include_values=False)
    assert [(one.text, one.embedding) for one in both] == [("train", None), ("bread and cat", None)]
    assert requests.since() == [HEALTH, *[f"GET {COLLECTION} 200", f"POST {COLLECTION}/search 200"] * 2]


def test_a_reader_loads_documents_by_text(name: str, url: str, key: str) -> None:
    store = ZepVectorStore(collection_name=name, api_url=url, api_key=key, embedding_dimensions=768, is_auto_embedded=True)
    with pytest.raises(ValueError, match="auto embedded"):
        store.add([node("train")])
    reader = ZepReader(api_url=url, api_key=key)
    assert reader.load_data(name, query="pets") == []
    store._collection.add_documents([ZepDocument(content="Two cats live here."), ZepDocument(content="The tax return is due.")])
    assert [document.text for document in reader.load_data(name, query="pets", top_k=1)] == ["Two cats live here."]

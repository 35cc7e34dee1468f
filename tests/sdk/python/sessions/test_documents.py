"""Document collections of the cloud generations."""

from typing import Any

import pytest
from support import GENERATION, ApiError, BadRequestError, NotFoundError, sdk, unique

pytestmark = pytest.mark.skipif(GENERATION == "ce", reason="the community edition's SDK has no documents")

TEXTS = ["Bread is baked from flour, water and yeast.", "A violin has four strings.", "Trains to Lyon leave every hour."]


def ids_of(answer: list) -> list:
    """Returns the ids in a response; cloud v2's SDK expects a list of lists."""
    return answer[0] if GENERATION == "v2" else answer


@pytest.fixture
def library(zep: Any) -> str:
    """A collection with three documents."""
    name = unique("lib")
    zep.document.add_collection(name, description="texts", metadata={"kind": "test"})
    return name


@pytest.fixture
def documents(zep: Any, library: str) -> list:
    """The uuids of its documents."""
    new = [sdk.CreateDocumentRequest(content=text, document_id=f"d{number}", metadata={"number": number}) for number, text in enumerate(TEXTS)]
    return ids_of(zep.document.add_documents(library, request=new))


def test_a_collection_is_created_read_updated_listed_and_deleted(zep: Any, library: str) -> None:
    collection = zep.document.get_collection(library)
    assert (collection.name, collection.description, collection.metadata) == (library, "texts", {"kind": "test"})
    assert collection.is_auto_embedded and collection.embedding_dimensions > 8 and collection.document_count == 0
    zep.document.update_collection(library, description="books", metadata={"shelf": 2})
    zep.document.update_collection(library)
    changed = zep.document.get_collection(library)
    assert (changed.description, changed.metadata) == ("books", {"kind": "test", "shelf": 2})
    assert library in [one.name for group in zep.document.list_collections() for one in group]
    assert zep.document.delete_collection(library).message == "OK"
    for read in [lambda: zep.document.get_collection(library), lambda: zep.document.delete_collection(library)]:
        with pytest.raises(NotFoundError):
            read()


def test_a_collection_needs_only_a_name(zep: Any) -> None:
    name = unique("lib")
    assert zep.document.add_collection(name).message == "OK"
    with pytest.raises(BadRequestError) as caught:
        zep.document.add_collection(name)
    assert "already exists" in str(caught.value.body)
    with pytest.raises(BadRequestError):
        zep.document.add_collection("no")


def test_documents_are_returned_unchanged(zep: Any, library: str, documents: list) -> None:
    read = zep.document.gets_a_document_from_a_document_collection_by_uuid(library, documents[1])
    assert (read.content, read.document_id, read.metadata) == (TEXTS[1], "d1", {"number": 1})
    assert read.is_embedded and len(read.embedding) == zep.document.get_collection(library).embedding_dimensions
    both = ids_of(zep.document.batch_get_documents(library, uuids=documents[:1], document_ids=["d2"]))
    assert [one.content for one in both] == [TEXTS[0], TEXTS[2]]
    assert zep.document.batch_get_documents(library) in ([], [[]])
    assert zep.document.get_collection(library).document_count == 3


def test_the_most_similar_document_is_found_first(zep: Any, library: str, documents: list) -> None:
    page = zep.document.search(library, text="how do I make a loaf?")
    assert page.results[0].content == TEXTS[0] and page.result_count == 3
    assert page.results[0].score >= page.results[1].score and page.query_vector
    filtered = zep.document.search(
        library,
        limit=2,
        metadata={"where": {"jsonpath": "$.number ? (@ >= 1)"}},
        min_score=-1.0,
        mmr_lambda=0.5,
        search_type="mmr",
        text="music",
    )
    assert {one.document_id for one in filtered.results} == {"d1", "d2"}
    assert filtered.results[0].document_id == "d1"
    assert zep.document.search(library).result_count == 3


def test_documents_are_updated_and_deleted(zep: Any, library: str, documents: list) -> None:
    zep.document.updates_a_document(library, documents[0], document_id="bread", metadata={"warm": True})
    zep.document.updates_a_document(library, documents[0])
    read = zep.document.gets_a_document_from_a_document_collection_by_uuid(library, documents[0])
    assert (read.document_id, read.metadata) == ("bread", {"number": 0, "warm": True})
    zep.document.batch_update_documents(library, request=[sdk.UpdateDocumentListRequest(uuid=documents[1], document_id="violin")])
    assert [one.document_id for one in ids_of(zep.document.batch_get_documents(library, document_ids=["violin"]))] == ["violin"]
    assert zep.document.delete_document(library, documents[0]).message == "OK"
    with pytest.raises(ApiError) as caught:
        zep.document.gets_a_document_from_a_document_collection_by_uuid(library, documents[0])
    assert caught.value.status_code == 404
    assert zep.document.batch_delete_documents(library, request=documents[1:]).message == "OK"
    assert zep.document.get_collection(library).document_count == 0


def test_documents_are_added_atomically(zep: Any, library: str, documents: list) -> None:
    new = [sdk.CreateDocumentRequest(content="new"), sdk.CreateDocumentRequest(content="again", document_id="d0")]
    with pytest.raises(BadRequestError) as caught:
        zep.document.add_documents(library, request=new)
    assert "already exists with document_id: d0" in str(caught.value.body)
    assert zep.document.get_collection(library).document_count == 3


def test_a_collection_of_another_project_is_not_found(library: str, other_project: Any) -> None:
    with pytest.raises(NotFoundError):
        other_project.document.get_collection(library)

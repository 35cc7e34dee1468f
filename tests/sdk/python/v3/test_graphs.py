"""Standalone graphs."""

import pytest
from support import instant, processed, unique, uuids
from zep_cloud.client import Zep
from zep_cloud.core.api_error import ApiError
from zep_cloud.errors import BadRequestError, NotFoundError


def test_a_graph_is_created_with_all_fields(client: Zep) -> None:
    graph_id = unique("graph")
    graph = client.graph.create(graph_id=graph_id, name="Catalogue", description="All products", time_zone="Asia/Tokyo")
    assert (graph.graph_id, graph.name, graph.description, graph.time_zone) == (
        graph_id,
        "Catalogue",
        "All products",
        "Asia/Tokyo",
    )
    assert graph.uuid_ and graph.project_uuid and instant(graph.created_at) is not None
    assert client.graph.get(graph_id) == graph


def test_a_graph_can_be_created_with_only_an_id(client: Zep) -> None:
    graph_id = unique("graph")
    client.graph.create(graph_id=graph_id)
    graph = client.graph.get(graph_id)
    assert (graph.graph_id, graph.description, graph.time_zone) == (graph_id, None, None)


def test_an_update_changes_only_the_given_fields(client: Zep) -> None:
    graph_id = unique("graph")
    created = client.graph.create(
        graph_id=graph_id, name="Catalogue", description="All products", time_zone="Asia/Tokyo"
    )
    updated = client.graph.update(graph_id, name="Products")
    assert (updated.name, updated.description, updated.time_zone) == ("Products", "All products", "Asia/Tokyo")
    assert (updated.uuid_, updated.created_at) == (created.uuid_, created.created_at)
    assert client.graph.update(graph_id, time_zone=None).time_zone is None
    unchanged = client.graph.update(graph_id)
    assert (unchanged.name, unchanged.description) == ("Products", "All products")
    assert client.graph.get(graph_id).name == "Products"


def test_deleting_a_graph_deletes_all_of_its_data(client: Zep) -> None:
    graph_id = unique("graph")
    client.graph.create(graph_id=graph_id)
    episode = client.graph.add(graph_id=graph_id, type="text", data="Alice Chen works at Initech.")
    processed(client, episodes=[episode.uuid_])
    edge = client.graph.edge.get_by_graph_id(graph_id)[0]
    assert client.graph.delete(graph_id).message == "OK"
    for call in (
        lambda: client.graph.get(graph_id),
        lambda: client.graph.update(graph_id, name="New"),
        lambda: client.graph.delete(graph_id),
        lambda: client.graph.warm(graph_id),
        lambda: client.graph.add(graph_id=graph_id, type="text", data="Hello."),
        lambda: client.graph.search(graph_id=graph_id, query="Alice"),
        lambda: client.graph.episode.get(episode.uuid_),
        lambda: client.graph.edge.get(edge.uuid_),
        lambda: client.graph.node.get(edge.source_node_uuid),
    ):
        with pytest.raises(ApiError) as error:
            call()
        assert error.value.status_code == 404
    assert client.graph.list_all(search=graph_id).graphs == []
    # The id can be reused, and the new graph is empty.
    client.graph.create(graph_id=graph_id)
    assert client.graph.node.get_by_graph_id(graph_id) == []
    assert client.graph.episode.get_by_graph_id(graph_id).episodes == []


@pytest.fixture(scope="module")
def shelf(client: Zep) -> str:
    """Creates five graphs; returns the common prefix of their ids."""
    shelf = unique("shelf")
    for at in range(5):
        client.graph.create(graph_id=f"{shelf}-{at}", name=f"{9 - at} {shelf}", description=f"row {at} of {shelf[6:]}")
    return shelf


def test_graphs_are_listed_on_numbered_pages(client: Zep, shelf: str) -> None:
    pages = [client.graph.list_all(page_number=number, page_size=2, search=shelf) for number in (1, 2, 3, 4)]
    assert [len(page.graphs) for page in pages] == [2, 2, 1, 0]
    assert [page.row_count for page in pages] == [2, 2, 1, 0]
    assert {page.total_count for page in pages} == {5}
    assert [page.page_number for page in pages] == [1, 2, 3, 4]
    assert {page.page_size for page in pages} == {2}
    assert sorted(graph.graph_id for page in pages for graph in page.graphs) == [f"{shelf}-{at}" for at in range(5)]


@pytest.mark.parametrize(
    "order_by, ascending", [("created_at", range(5)), ("graph_id", range(5)), ("name", range(4, -1, -1))]
)
def test_graphs_are_sorted_as_requested(client: Zep, shelf: str, order_by: str, ascending: range) -> None:
    expected = [f"{shelf}-{at}" for at in ascending]
    for asc, wanted in ((True, expected), (False, expected[::-1])):
        graphs = client.graph.list_all(search=shelf, order_by=order_by, asc=asc).graphs
        assert [graph.graph_id for graph in graphs] == wanted


def test_graphs_are_found_by_id_by_name_and_by_description(client: Zep, shelf: str) -> None:
    def found(search: str) -> list[str]:
        return [graph.graph_id for graph in client.graph.list_all(search=search).graphs]

    assert found(f"{shelf}-3") == [f"{shelf}-3"]
    assert found(f"6 {shelf}") == [f"{shelf}-3"]
    assert found(f"row 3 of {shelf[6:]}") == [f"{shelf}-3"]


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"page_size": 0}, "page"),
        ({"page_size": 101}, "page"),
        ({"order_by": "colour"}, "order_by"),
        ({"search": "x" * 201}, "search"),
    ],
)
def test_invalid_listing_parameters_are_refused(client: Zep, wrong: dict, field: str) -> None:
    with pytest.raises(BadRequestError) as error:
        client.graph.list_all(**wrong)
    assert field in error.value.body["message"]


def test_graphs_of_users_are_not_listed_among_standalone_ones(client: Zep) -> None:
    user_id = unique("user")
    client.user.add(user_id=user_id)
    assert client.graph.list_all(search=user_id).graphs == []
    with pytest.raises(NotFoundError):
        client.graph.get(user_id)
    with pytest.raises(NotFoundError):
        client.graph.delete(user_id)
    assert client.user.get(user_id).user_id == user_id


def test_a_graph_and_a_user_may_have_the_same_id(client: Zep) -> None:
    same = unique("same")
    client.user.add(user_id=same)
    client.graph.create(graph_id=same)
    episode = client.graph.add(graph_id=same, type="text", data="Alice Chen works at Initech.")
    processed(client, episodes=[episode.uuid_])
    assert client.graph.episode.get_by_user_id(same).episodes == []
    assert uuids(client.graph.episode.get_by_graph_id(same).episodes) == [episode.uuid_]
    client.graph.delete(same)
    assert client.user.get(same).user_id == same


def test_warming_a_graph_answers_ok(client: Zep, graph_id: str) -> None:
    assert client.graph.warm(graph_id).message == "OK"


@pytest.mark.parametrize("graph_id", ["list-all", "search", "create", "add-fact-triple"])
def test_ids_may_look_like_routes(client: Zep, graph_id: str) -> None:
    graph_id = f"{graph_id}-{unique()}"
    assert client.graph.create(graph_id=graph_id).graph_id == graph_id
    assert client.graph.get(graph_id).graph_id == graph_id

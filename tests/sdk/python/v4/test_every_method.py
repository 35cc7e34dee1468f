"""Every method of the contract, called with the required and with all arguments, by both clients.

The calls follow from the contract, so a method or an argument without a value in `every_method.py` fails.
"""

import asyncio
import inspect
import json
import os
import typing
from functools import reduce
from pathlib import Path
from typing import Any, Callable, Iterator

import httpx
import pytest
from every_method import ALTERNATIVES, NEEDED, REFUSED, SUCCEEDED, World, value
from methods import Methods, Recorded, methods_of
from support import ABSENT, BASE_URL, all_of
from zep_cloud.client import AsyncZep, Zep
from zep_cloud.errors import BadRequestError

KEY = os.environ["ERSTWHILE_KEY"]
ROWS = json.loads((Path(__file__).parents[3] / "contract" / "contract_v4.json").read_text())
CONTRACT = {row["sdk_method_py"]: row for row in ROWS if not row["sdk_method_py"].startswith(ABSENT)}
METHODS = dict(methods_of(Zep(api_key=KEY, base_url=BASE_URL, httpx_client=httpx.Client()), ""))


class Sent:
    """The last request that a client sent, and the status of its response."""

    def __init__(self) -> None:
        self.request: Any = None
        self.status = 0

    def note(self, response: httpx.Response) -> None:
        self.request, self.status = response.request, response.status_code

    async def note_asynchronously(self, response: httpx.Response) -> None:
        self.note(response)

    def arguments(self) -> set[str]:
        """The names in the query and in the body that have a value."""
        body = json.loads(self.request.content or b"{}")
        return set(self.request.url.params) | {name for name, given in body.items() if given is not None}


@pytest.fixture(scope="module")
def world(client: Any, older: httpx.Client) -> Callable[[], World]:
    """Makes a new world for each call, which may change or delete everything in it."""
    return lambda: World(client, older)


@pytest.fixture(scope="module", params=["sync", "async"])
def caller(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any, Sent]]:
    """The kind of a client, the client, and what it sends."""
    sent = Sent()
    if request.param == "sync":
        with httpx.Client(timeout=60, event_hooks={"response": [sent.note]}) as http:
            yield request.param, Recorded(Zep(api_key=KEY, base_url=BASE_URL, httpx_client=http), Methods()), sent
        return
    loop = asyncio.new_event_loop()
    http = httpx.AsyncClient(timeout=60, event_hooks={"response": [sent.note_asynchronously]})
    yield request.param, Recorded(AsyncZep(api_key=KEY, base_url=BASE_URL, httpx_client=http), Methods(), loop), sent
    loop.run_until_complete(http.aclose())
    loop.close()


@pytest.fixture(scope="module", autouse=True)
def declarations(client: Any) -> Iterator[None]:
    """Takes back what the calls change in the project."""
    time_zone = client.project.get().default_time_zone
    yield
    for reset in ("set_content_policy", "set_instructions", "set_observation_steering", "set_ontology", "set_user_summary_instructions"):
        getattr(client.project, reset)()
    client.project.update(default_time_zone=time_zone)


def parameters(method: str) -> dict[str, inspect.Parameter]:
    """The arguments of a method."""
    found = inspect.signature(METHODS[method]).parameters
    return {name: one for name, one in found.items() if name != "request_options"}


def required(method: str) -> set[str]:
    """The names of the arguments without a default."""
    return {name for name, one in parameters(method).items() if one.default is inspect.Parameter.empty}


def call(caller: tuple[str, Any, Sent], world: World, method: str, names: set[str]) -> None:
    """Calls a method with the arguments of these names, and checks what was sent and the status of the response."""
    _, zep, sent = caller
    types = typing.get_type_hints(METHODS[method])
    given = {name: value(world, method, name, types[name]) for name in sorted(names)}
    answer = reduce(getattr, method.split("."), zep)(**given)
    # A stream is sent when it is read.
    assert method != "graph.query_stream" or all_of(zep, answer)
    row = CONTRACT[method]
    assert sent.status == row["success_status"]["value"]
    in_query_and_body = {one["name"] for one in row["query_params"] + (row["body_fields"] or [])}
    assert sent.arguments() >= in_query_and_body & names, "the client did not send an argument"


def test_the_contract_has_every_method_of_the_client() -> None:
    assert {name for name in METHODS if not name.startswith(ABSENT)} == set(CONTRACT)


@pytest.mark.parametrize("method", CONTRACT)
def test_a_method_with_required_arguments(caller: tuple[str, Any, Sent], world: Callable[[], World], method: str) -> None:
    call(caller, world(), method, required(method) | NEEDED.get(method, set()))
    SUCCEEDED.add((method, "required", caller[0]))


@pytest.mark.parametrize("method", CONTRACT)
def test_a_method_with_all_arguments(caller: tuple[str, Any, Sent], world: Callable[[], World], method: str) -> None:
    row, names = CONTRACT[method], set(parameters(method))
    # The client itself says whether it wants a stream, and gives a key to whatever has none; a body that is one value
    # has no fields.
    in_contract = {one["name"] for one in row["path_params"] + row["query_params"] + (row["body_fields"] or [])} - {"stream"}
    assert names - {"idempotency_key", "request"} == in_contract
    alternatives = ALTERNATIVES.get(method, [])
    refused = set(REFUSED.get(method, ()))
    together = names - set(alternatives) - refused
    for one in alternatives or [None]:
        call(caller, world(), method, together | ({one} if one else set()))
    SUCCEEDED.add((method, "all but refused" if refused else "all", caller[0]))


@pytest.mark.parametrize(("method", "argument"), [(method, argument) for method, refused in REFUSED.items() for argument in refused])
def test_an_argument_that_is_refused(caller: tuple[str, Any, Sent], world: Callable[[], World], method: str, argument: str) -> None:
    with pytest.raises(BadRequestError) as error:
        call(caller, world(), method, required(method) | {argument})
    assert error.value.body.error.code == REFUSED[method][argument]

"""An MCP server for Zep, used over its standard input and output as by a host.

It reports success when it cannot connect, so the tests check the requests in Erstwhile's log.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any, Callable, Dict

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

USERS = "GET /api/v2/users-ordered 200"
SEARCH = "POST /api/v2/graph/search 200"


@pytest.fixture
def hosted(url: str, key: str, tmp_path: Path) -> Callable[..., Any]:
    """Starts an MCP server and runs a coroutine function with a function that calls its tools."""

    def run(work: Callable[..., Any], key: str = key) -> Any:
        async def inside() -> Any:
            command = str(Path(sys.executable).parent / "zep-cloud-server")
            environment = {**os.environ, "ZEP_API_KEY": key, "ZEP_API_URL": url}
            async with Client(StdioTransport(command=command, args=[], env=environment, cwd=str(tmp_path))) as client:

                async def call(tool: str, **arguments: Any) -> Any:
                    answer = await client.call_tool(tool, arguments)
                    return json.loads(answer.content[0].text)

                return await work(client, call)

        return asyncio.run(inside())

    return run


def test_it_lists_its_tools(hosted: Any, requests: Any) -> None:
    async def work(client: Client, call: Any) -> Any:
        return {tool.name for tool in await client.list_tools()}, await call("check_connection")

    tools, connection = hosted(work)
    assert tools >= {"create_user", "get_user", "update_user", "delete_user", "list_users", "search_graph", "add_graph_data"}
    assert connection["connected"] and requests.since() == [USERS]


def test_a_user_is_created_read_updated_listed_and_deleted(hosted: Any, unique: Any, requests: Any) -> None:
    user = unique("user")

    async def work(client: Client, call: Any) -> Dict[str, Any]:
        return {
            "made": await call("create_user", user_id=user, metadata={"plan": "free"}, first_name="Noor", email="noor@example.com"),
            "read": await call("get_user", user_id=user),
            "changed": await call("update_user", user_id=user, metadata={"plan": "team"}),
            "listed": await call("list_users"),
            "deleted": await call("delete_user", user_id=user),
            "gone": await call("get_user", user_id=user),
        }

    told = hosted(work)
    assert told["made"] == told["read"] == {"user_id": user, "metadata": {"plan": "free"}, "first_name": "Noor", "last_name": told["read"]["last_name"], "email": "noor@example.com"}
    assert told["changed"]["metadata"] == {"plan": "team"} and told["changed"]["first_name"] == "Noor"
    assert {"user_id": user, "metadata": {"plan": "team"}} in told["listed"]
    assert told["deleted"] is True and told["gone"] is None
    one = "/api/v2/users/*"
    assert requests.since() == [USERS, "POST /api/v2/users 201", f"GET {one} 200", f"PATCH {one} 200", USERS, f"DELETE {one} 200", f"GET {one} 404"]


def test_added_data_is_found(hosted: Any, unique: Any, requests: Any) -> None:
    user = unique("user")

    async def work(client: Client, call: Any) -> Any:
        await call("create_user", user_id=user, first_name="Noor", last_name="Haddad")
        text = await call("add_graph_data", user_id=user, data="Noor Haddad lives in Lyon.", data_type="text")
        document = await call("add_graph_data", user_id=user, data={"company": "Acme", "city": "Lyon"}, data_type="json")
        deadline = asyncio.get_running_loop().time() + 30
        while True:
            found = await call("search_graph", user_id=user, query="Where does Noor live?", limit=3)
            if found["results"] or asyncio.get_running_loop().time() > deadline:
                return text, document, found

    text, document, found = hosted(work)
    assert text["success"] and "fallback" not in text and document["success"]
    assert any("Lyon" in edge["fact"] for edge in found["edges"]) and len(found["edges"]) <= 3
    assert "Found" in found["summary"]
    seen = requests.since()
    assert seen[:4] == [USERS, "POST /api/v2/users 201", *["POST /api/v2/graph 202"] * 2] and set(seen[4:]) == {SEARCH}


def test_with_a_wrong_key_it_reports_success_but_reaches_nothing(hosted: Any, unique: Any, requests: Any) -> None:
    user = unique("user")

    async def work(client: Client, call: Any) -> Any:
        return await call("create_user", user_id=user), await call("check_connection")

    created, connection = hosted(work, key="wrong")
    assert created["success"] and created["fallback"], "it claims to have created the user"
    assert not connection["connected"]
    assert requests.since() == ["GET /api/v2/users-ordered 401"], "its request was unauthorized"

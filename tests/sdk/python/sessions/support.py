"""Shared helpers: the SDK under test, ids, and polling."""

import importlib
import importlib.metadata
import os
import time
import uuid
from typing import Any, Callable, TypeVar

URL = os.environ["ERSTWHILE_URL"]
# ce, v1 or v2.
GENERATION = os.environ["ERSTWHILE_GENERATION"]
PACKAGE = "zep_python" if GENERATION == "ce" else "zep_cloud"
SDK = PACKAGE.replace("_", "-")
VERSION = importlib.metadata.version(SDK)

sdk = importlib.import_module(PACKAGE)
ApiError = importlib.import_module(f"{PACKAGE}.core.api_error").ApiError
Message: Any = sdk.Message
NotFoundError: Any = sdk.NotFoundError
# The community edition's SDK has no separate error class for bad requests.
BadRequestError: Any = getattr(sdk, "BadRequestError", ApiError)

# Deadline for ingestion; only a broken server takes this long.
DEADLINE_S = 60.0

T = TypeVar("T")


def client_of(name: str, key: str) -> Any:
    """A client of the SDK: `Zep` or `AsyncZep`."""
    client = importlib.import_module(f"{PACKAGE}.client")
    base_url = URL if GENERATION == "ce" else f"{URL}/api/v2"
    return getattr(client, name)(api_key=key, base_url=base_url)


def unique(kind: str = "id") -> str:
    """An id that no other test uses."""
    return f"{kind}-{uuid.uuid4().hex[:24]}"


def eventually(read: Callable[[], T], holds: Callable[[T], object], what: str) -> T:
    """Polls `read` until `holds` accepts its value."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        value = read()
        if holds(value):
            return value
        assert time.monotonic() < deadline, f"{what}: still {value!r}"
        time.sleep(0.02)


def says(role_type: str, content: str, role: str = "Ann", **fields: Any) -> Any:
    """Creates a message."""
    return Message(role=role, role_type=role_type, content=content, **fields)


def rating(what: str) -> Any:
    """Creates a fact rating instruction with examples."""
    high, medium, low = f"{what} very much", f"{what} a little", "the weather is fine"
    examples = sdk.FactRatingExamples(high=high, medium=medium, low=low)
    return sdk.FactRatingInstruction(instruction=f"rate facts by {what}", examples=examples)

"""Counts which methods of an SDK a suite has called successfully, with only the required arguments and with all
arguments. The suites print the counts and fail if a method is missing.
"""

import inspect
from typing import Any, Dict, Iterator, List, Set

# A call names exactly one owner of a graph, so the other owner arguments may be missing.
OWNERS = {"user_id", "group_id", "graph_id"}
PAIRS = {"source_user_id", "source_group_id", "source_graph_id", "target_user_id", "target_group_id", "target_graph_id"}
# Arguments that the API requires of one method although they are optional in the SDK.
NEEDED = {"context.create_template": {"name", "template"}, "thread.lookup": {"thread_id"}}
# Not arguments of the API.
TRANSPORT = {"request_options", "self"}


class Methods:
    """The methods that have been called so far."""

    def __init__(self) -> None:
        self.known: Set[str] = set()
        self.required: Set[str] = set()
        self.all: Set[str] = set()

    def register(self, client: Any, prefix: str = "") -> None:
        """Registers all methods of a client."""
        self.known.update(name for name, _ in methods_of(client, prefix))

    def called(self, name: str, method: Any, arguments: inspect.BoundArguments) -> None:
        """Records a successful call."""
        parameters = {key: value for key, value in inspect.signature(method).parameters.items() if key not in TRANSPORT}
        given = set(arguments.arguments) - TRANSPORT
        needed = {key for key, value in parameters.items() if value.default is inspect.Parameter.empty}
        missing = set(parameters) - given
        # Arguments that the API requires although they are optional in the SDK.
        free = OWNERS | PAIRS | {"session_ids", "text", "uuids", "source_node_name", "target_node_name"}
        if given - needed <= free | NEEDED.get(name, set()):
            self.required.add(name)
        if missing <= OWNERS | PAIRS and not (missing and not given & (OWNERS | PAIRS)):
            self.all.add(name)

    def is_complete(self) -> bool:
        """Whether every method has been called in both ways."""
        return not (self.known - self.required or self.known - self.all)

    def lines(self, title: str) -> List[str]:
        """The counts and the missing methods."""
        total = len(self.known)
        lines = [f"methods: {title} | required {len(self.required & self.known)}/{total} | all {len(self.all & self.known)}/{total}"]
        for what, called in [("required", self.required), ("all", self.all)]:
            missing = sorted(self.known - called)
            if missing:
                lines.append(f"missing with {what} arguments: {', '.join(missing)}")
        return lines


def methods_of(client: Any, prefix: str) -> Iterator[tuple]:
    for name in dir(client):
        if name.startswith("_") or name == "with_raw_response":
            continue
        value = getattr(client, name)
        if inspect.ismethod(value):
            yield f"{prefix}{name}", value
        elif type(value).__module__.split(".")[0] in ("zep_cloud", "zep_python") and type(value).__name__.endswith("Client"):
            yield from methods_of(value, f"{prefix}{name}.")


class Recorded:
    """A client that records its calls; an asynchronous client is called synchronously."""

    def __init__(self, target: Any, methods: Methods, loop: Any = None, prefix: str = "") -> None:
        self._parts: Dict[str, Any] = {"target": target, "methods": methods, "loop": loop, "prefix": prefix}

    def __getattr__(self, name: str) -> Any:
        target, methods, loop, prefix = (self._parts[key] for key in ("target", "methods", "loop", "prefix"))
        value = getattr(target, name)
        if not inspect.ismethod(value):
            return Recorded(value, methods, loop, f"{prefix}{name}.")

        def call(*positional: Any, **named: Any) -> Any:
            result = value(*positional, **named)
            if inspect.iscoroutine(result):
                result = loop.run_until_complete(result)
            methods.called(f"{prefix}{name}", value, inspect.signature(value).bind(*positional, **named))
            return result

        return call

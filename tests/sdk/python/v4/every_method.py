"""A value for every argument of every method of v4, what the calls need to exist, and a table of those that succeeded."""

import typing
from collections import Counter
from functools import cached_property
from typing import Any, Callable

import httpx
from support import Talk, finished, new_talk, unique
from zep_cloud import (
    AddMessage,
    BatchItemInput,
    ContentPolicyCategoryRequest,
    ContentPolicyRuleRequest,
    CustomInstruction,
    EdgeInput,
    EdgeNodeRef,
    EdgeType,
    EntityType,
    GraphContentPolicyRequest,
    HyperedgeInput,
    NodeInput,
    ObservationType,
    UserInstruction,
)

DAY = "2025-01-01T00:00:00Z"
CATEGORIES = [ContentPolicyCategoryRequest(key="words", description="words")]
RULES = [ContentPolicyRuleRequest(category_key="words", description="a word", prohibited_examples=["xyzzy"], permitted_examples=["plugh"])]
SINCE_2020 = {"date_filters": {"any_of": [{"all_of": [{"field": "created_at", "operator": "gte", "value": "2020-01-01T00:00:00Z"}]}]}}
OF_TEXTS = {"metadata_filters": {"type": "and", "filters": [{"property_name": "k", "operator": "eq", "value": 1}]}}


class World:
    """What calls name, made when it is first needed."""

    def __init__(self, zep: Any, older: httpx.Client) -> None:
        self.zep = zep
        self.older = older

    @cached_property
    def talk(self) -> Talk:
        """A user with a thread in which something was said, often enough to be observed."""
        talk = new_talk(self.zep, first_name="Noor", last_name="Haddad")
        for month in ("01", "02", "03"):
            talk.say("I visited Lyon and I like hiking.", reference_time=f"2024-{month}-01T00:00:00Z")
        return talk

    @property
    def graph(self) -> str:
        return self.talk.user.graph_uuid

    @cached_property
    def standalone(self) -> str:
        return self.zep.graph.create(name=unique("graph")).uuid_

    @cached_property
    def older_ids(self) -> dict:
        """The ids of a user, a thread and a graph that an older SDK made."""
        ids = {f"{kind}_id": unique(kind) for kind in ("user", "thread", "graph")}
        for path, given in (("/users", ["user_id"]), ("/threads", ["user_id", "thread_id"]), ("/graph/create", ["graph_id"])):
            self.older.post(path, json={name: ids[name] for name in given}).raise_for_status()
        return ids

    @cached_property
    def message(self) -> Any:
        return self.zep.thread.list_messages(self.talk.thread.uuid_).items[0]

    @cached_property
    def node(self) -> str:
        return next(node.uuid_ for node in self.zep.graph.node.list(self.graph).items if node.name == "Lyon")

    @cached_property
    def edge(self) -> str:
        return self.zep.graph.edge.list(self.graph).items[0].uuid_

    @cached_property
    def episode(self) -> str:
        """An episode of a document, with metadata."""
        added = self.zep.graph.episode.add(self.graph, data="Omar lives in Oslo.", document_id="notes", metadata={"k": 1})
        finished(self.zep, added.task)
        return added.episode.uuid_

    @cached_property
    def hyperedge(self) -> Any:
        founded = [HyperedgeInput(name="FOUNDED", source_node=EdgeNodeRef(name=name), target_node=EdgeNodeRef(name="Acme")) for name in ("Ana", "Ben", "Cid")]
        added = self.zep.graph.hyperedge.add(self.graph, fact="Ana, Ben and Cid founded Acme.", edges=founded).hyperedge
        return self.zep.graph.hyperedge.get(self.graph, added.uuid_)

    @cached_property
    def batch(self) -> str:
        batch = self.zep.batch.create().uuid_
        self.zep.batch.add_items(batch, items=self.items)
        return batch

    @property
    def items(self) -> list:
        return [BatchItemInput(type="graph_episode", graph_uuid=self.graph, data="Omar lives in Rome.", data_type="text")]

    @cached_property
    def group(self) -> Any:
        group = self.zep.user_group.create(name=unique("group"))
        self.zep.user_group.add_members(group.uuid_, user_uuids=[self.talk.user.uuid_])
        return group

    @cached_property
    def template(self) -> str:
        return self.zep.context.create_template(name=unique("template"), template="%{user_summary}").uuid_

    def policy(self) -> Any:
        revision = self.zep.project.get_content_policy().revision
        return GraphContentPolicyRequest(categories=CATEGORIES, rules=RULES, project_revision=revision)

    def observation(self) -> str:
        return self.zep.graph.observation.list(self.graph).items[0].uuid_


# By the name of an argument, or of a method and its argument. An argument with a list of choices needs no value here.
VALUES: dict[str, Callable[[World], Any]] = {
    "attributes": lambda _: {"level": 1},
    "batch_uuid": lambda world: world.batch,
    "bfs_origin_node_uuids": lambda world: [world.node],
    "categories": lambda _: CATEGORIES,
    "center_node_uuid": lambda world: world.node,
    "content_policy": World.policy,
    "context.list_templates.name": lambda _: "any",
    "cursor": lambda _: "",
    "data": lambda _: "Omar lives in Copenhagen.",
    "deduplicate": lambda _: True,
    "default_time_zone": lambda _: "Europe/Paris",
    "depth": lambda _: 2,
    "description": lambda _: "for this test",
    "disable_default_ontology": lambda _: False,
    "document_id": lambda world: world.episode and "notes",
    "edge_type_hierarchy": lambda _: {},
    "edge_types": lambda _: [EdgeType(name="OWNS", description="owns", properties=[])],
    "edge_uuid": lambda world: world.edge,
    "edges": lambda _: [EdgeInput(fact="Mia plays chess.", fact_name="PLAYS", source_node=EdgeNodeRef(name="Mia"), target_node=EdgeNodeRef(name="chess"))],
    "email": lambda _: "noor@example.org",
    "entity_type_hierarchy": lambda _: {"City": "Place"},
    "entity_types": lambda _: [EntityType(name="Place", description="a place"), EntityType(name="City", description="a city", properties=[])],
    "episode_uuid": lambda world: world.episode,
    "expected_version": lambda world: world.group.version,
    "expired_at": lambda _: "2026-02-01T00:00:00Z",
    "fact": lambda _: "They founded Acme.",
    "filter_low_quality_results": lambda _: False,
    "filters": lambda _: {"edge_types": ["LIKES"]},
    "first_name": lambda _: "Noor",
    "generate_answer": lambda _: True,
    "graph.clone.graph_uuid": lambda world: world.standalone,
    "graph.delete.graph_uuid": lambda world: world.standalone,
    "graph.document_summary.list.filters": lambda _: SINCE_2020,
    "graph.episode.list.filters": lambda _: OF_TEXTS,
    "graph.hyperedge.add.edges": lambda world: [HyperedgeInput(name=one.name, source_node=EdgeNodeRef(uuid=one.source_node_uuid), target_node=EdgeNodeRef(uuid=one.target_node_uuid)) for one in world.hyperedge.edges],
    "graph.hyperedge.create_edge.name": lambda _: "FOUNDED",
    "graph.hyperedge.delete_edge.edge_uuid": lambda world: world.hyperedge.edges[0].uuid_,
    "graph.hyperedge.list.filters": lambda world: {"edge_uuids": [world.hyperedge.edges[0].uuid_]},
    "graph.list_content_policy_events.filters": lambda world: {"episode_uuid": world.episode, "drop_reason": "match"},
    "graph.node.list.filters": lambda _: {"node_labels": ["Person"]},
    "graph.observation.list.filters": lambda _: SINCE_2020,
    "graph.search_episodes.filters": lambda _: OF_TEXTS,
    "graph.search_nodes.filters": lambda _: {"node_labels": ["Person"]},
    "graph.search_observations.filters": lambda _: SINCE_2020,
    "graph.search_thread_summaries.filters": lambda _: SINCE_2020,
    "graph.thread_summary.list.filters": lambda _: SINCE_2020,
    "graph.update.graph_uuid": lambda world: world.standalone,
    "graph_id": lambda world: world.older_ids["graph_id"],
    "graph_uuid": lambda world: world.graph,
    "graph_uuids": lambda world: [world.graph],
    "graphs": lambda world: [world.older_ids["graph_id"]],
    "group_uuid": lambda world: world.group.uuid_,
    "guidance": lambda _: "Be brief.",
    "hyperedge_uuid": lambda world: world.hyperedge.uuid_,
    "hyperedges_enabled": lambda _: False,
    "idempotency_key": lambda _: unique("key"),
    "ignore_roles": lambda _: ["system"],
    "include_policy_violating_episodes": lambda _: False,
    "include_results": lambda _: True,
    "inherited": lambda _: False,
    "instruction": lambda _: "Be brief.",
    "instructions": lambda _: [CustomInstruction(name="home", text="Tell where they live.")],
    "invalid_at": lambda _: "2026-01-01T00:00:00Z",
    "items": lambda world: world.items,
    "last_name": lambda _: "Haddad",
    "max_characters": lambda _: 1000,
    "max_edges": lambda _: 10,
    "max_nodes": lambda _: 10,
    "message_uuid": lambda world: world.message.uuid_,
    "messages": lambda _: [AddMessage(role="user", content="I live in Oslo.", name="Noor", metadata={"k": 1}, reference_time=DAY)],
    "metadata": lambda _: {"k": 1},
    "mmr_lambda": lambda _: 0.5,
    "name": lambda _: unique("name"),
    "node_uuid": lambda world: world.node,
    "nodes": lambda _: [NodeInput(name="Mia", label="Person", summary="a child", attributes={"age": 4}, metadata={"k": 1})],
    "observation_uuid": World.observation,
    "page_size": lambda _: 10,
    "project.set_user_summary_instructions.instructions": lambda _: [UserInstruction(name="likes", text="Tell what they like.")],
    "query": lambda _: "What does Noor like?",
    "recency_bias": lambda _: "off",
    "reference_time": lambda _: DAY,
    "request": lambda _: {},
    "reranker": lambda _: "rrf",
    "return_context": lambda _: True,
    "revision_uuid": lambda world: world.zep.project.get_content_policy().uuid_,
    "rules": lambda _: RULES,
    "search": lambda _: "any",
    "seed_node_uuids": lambda world: [world.node],
    "source_description": lambda _: "notes",
    "source_node": lambda _: EdgeNodeRef(name="Eve", labels=["Person"], summary="a founder", attributes={"age": 40}),
    "strict_ontology": lambda _: False,
    "summary": lambda _: "what is known",
    "target_node": lambda _: EdgeNodeRef(name="Acme"),
    "task_uuid": lambda world: world.zep.graph.warm(world.standalone).task.uuid_,
    "template": lambda _: "%{user_summary}",
    "template_uuid": lambda world: world.template,
    "thread_id": lambda world: world.older_ids["thread_id"],
    "thread_uuid": lambda world: world.talk.thread.uuid_,
    "threads": lambda world: [world.older_ids["thread_id"]],
    "time_zone": lambda _: "Europe/Paris",
    "types": lambda _: [ObservationType(name="habit", description="what recurs")],
    "user.create.user_id": lambda _: unique("user"),
    "user.set_summary_instructions.instructions": lambda _: [UserInstruction(name="likes", text="Tell what they like.")],
    "user_id": lambda world: world.older_ids["user_id"],
    "user_uuid": lambda world: world.talk.user.uuid_,
    "user_uuids": lambda world: [world.talk.user.uuid_],
    "users": lambda world: [world.older_ids["user_id"]],
    "valid_at": lambda _: DAY,
}

# Arguments without which the server refuses the call, although they are optional in the SDK.
NEEDED = {
    "context.create_template": {"name", "template"},
    "graph.lookup": {"user_id"},
    "thread.lookup": {"thread_id"},
    "user.lookup": {"user_id"},
}
# Of these arguments, exactly one may be given, so each is part of a call of its own.
ALTERNATIVES = {"graph.lookup": ["user_id", "thread_id", "graph_id"], "user.lookup": ["user_id", "thread_id"]}
# Arguments that the server refuses, rather than ignoring them, with the code of the error: see docs/generations.md.
REFUSED = {
    "graph.set_ontology": {"entity_type_hierarchy": "unsupported_parameter"},
    "project.set_ontology": {"entity_type_hierarchy": "unsupported_parameter"},
    "thread.lookup": {"user_id": "invalid_request", "graph_id": "invalid_request"},
    "user.lookup": {"graph_id": "invalid_request"},
}


def value(world: World, method: str, argument: str, annotation: Any) -> Any:
    """A value for an argument of a method: that of `VALUES`, or the first one of its choices."""
    given = VALUES.get(f"{method}.{argument}") or VALUES.get(argument)
    return given(world) if given else choices(annotation)[0]


def choices(annotation: Any) -> tuple:
    """The texts from which the type of an argument has to be chosen."""
    if typing.get_origin(annotation) is typing.Literal:
        return typing.get_args(annotation)
    return next((found for part in typing.get_args(annotation) if (found := choices(part))), ())


# The calls that succeeded: method, which arguments, `sync` or `async` client.
SUCCEEDED: set[tuple[str, str, str]] = set()


def table(methods: set[str]) -> list[str]:
    """How many methods of each resource were called in which way."""
    ways = [(arguments, client) for arguments in ("required", "all", "all but refused") for client in ("sync", "async")]
    resource = lambda method: method.rpartition(".")[0]  # noqa: E731
    counts = Counter((resource(method), *way) for method, *way in SUCCEEDED)
    totals = Counter(map(resource, methods))
    lines = ["resource | methods | " + " | ".join(" ".join(way) for way in ways)]
    lines += [" | ".join(map(str, (name, total, *(counts[name, *way] for way in ways)))) for name, total in sorted(totals.items())]
    return lines

"""Content policies of the project and of graphs."""

from typing import Any

import pytest
from support import ONCE, new_talk, unique
from zep_cloud import ContentPolicyCategoryRequest, ContentPolicyEventListFilters, ContentPolicyRuleRequest, GraphContentPolicyRequest
from zep_cloud.errors import BadRequestError, ConflictError, ForbiddenError, NotFoundError


def category(key: str) -> Any:
    return ContentPolicyCategoryRequest(key=key, description="a category")


def rule(key: str, *examples: str) -> Any:
    return ContentPolicyRuleRequest(category_key=key, description="a rule", prohibited_examples=list(examples), permitted_examples=[])


def test_a_policy_has_revisions_and_binds_new_graphs(zep: Any, read_only: Any) -> None:
    word = unique("word")
    try:
        revision = zep.project.set_content_policy(categories=[category("words")], rules=[rule("words", word)], idempotency_key=unique())
        assert zep.project.get_content_policy() == revision
        assert zep.project.get_content_policy_revision(revision.uuid_) == revision
        listed = zep.project.list_content_policy_revisions(page_size=2, cursor="").items
        assert listed[0] == revision and listed[1].revision == revision.revision - 1
        assert zep.project.list_content_policy_revisions().items[0] == revision
        with pytest.raises(NotFoundError):
            zep.project.get_content_policy_revision(revision.rules[0].id)
        graph = zep.graph.create()
        bound = zep.graph.get_content_policy(graph.uuid_)
        assert (bound.uuid_, bound.project_revision, bound.rules) == (revision.uuid_, revision.revision, revision.rules)
        with pytest.raises(ForbiddenError):
            read_only.project.set_content_policy()
    finally:
        empty = zep.project.set_content_policy()
    assert empty.rules == [] and empty.revision == revision.revision + 1


def test_what_a_graph_prohibits_is_dropped_and_told_by_events(zep: Any) -> None:
    policy = GraphContentPolicyRequest(categories=[category("illness")], rules=[rule("illness", "diabetes")], project_revision=zep.project.get_content_policy().revision)
    talk = new_talk(zep, content_policy=policy)
    graph = talk.user.graph_uuid
    talk.say("I live in Lyon.")
    told = talk.say("I have diabetes.")
    assert "diabetes" not in zep.thread.get_context(talk.thread.uuid_).context
    assert [one.content for one in zep.graph.episode.list(graph).items] == ["I live in Lyon."]
    filters = ContentPolicyEventListFilters(episode_uuid=told.uuid_, drop_reason="match")
    event = zep.graph.list_content_policy_events(graph, page_size=10, cursor="", filters=filters).items[0]
    assert (event.episode_uuid, event.category_keys, event.artifact_kind) == (told.uuid_, ["illness"], "episode")
    assert [one.id for one in zep.graph.list_content_policy_events(graph).items] == [event.id]
    state = zep.graph.episode.get(graph, told.uuid_).content_policy
    assert (state.violated, state.status, state.category_keys) == (True, "complete", ["illness"])
    stale = GraphContentPolicyRequest(project_revision=policy.project_revision + 1)
    with pytest.raises(ConflictError) as error:
        zep.graph.create(content_policy=stale, request_options=ONCE)
    assert error.value.body.error.code == "content_policy_revision_stale"
    with pytest.raises(BadRequestError):
        zep.graph.create(content_policy=GraphContentPolicyRequest(categories=[category("x y")]))

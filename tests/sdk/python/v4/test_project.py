"""The project, what it and its graphs declare, templates, and groups of users."""

from typing import Any

import pytest
from support import ONCE, Talk, new_talk, unique
from zep_cloud import CustomInstruction, EntityType, ObservationType, UserInstruction
from zep_cloud.errors import ConflictError, ForbiddenError, NotFoundError


def test_the_project_is_read_and_changed(zep: Any, read_only: Any) -> None:
    project = zep.project.get()
    assert zep.project.update(default_time_zone=None, hyperedges_enabled=False, include_policy_violating_episodes=False, idempotency_key=unique()).uuid_ == project.uuid_
    assert zep.project.update().uuid_ == project.uuid_
    with pytest.raises(ForbiddenError) as error:
        read_only.project.update(default_time_zone="Europe/Paris")
    assert error.value.body.error.code == "permission_denied"


def test_a_graph_inherits_what_the_project_declares(zep: Any) -> None:
    graph = zep.graph.create().uuid_
    city = EntityType(name="City", description="a city", properties=[])
    try:
        assert zep.project.set_ontology(entity_types=[city], edge_types=[], entity_type_hierarchy={}, inherited=False, idempotency_key=unique()).inherited is False
        inherited = zep.graph.get_ontology(graph)
        assert inherited.inherited and [one.name for one in inherited.entity_types] == ["City"]
        own = zep.graph.set_ontology(graph, entity_types=[EntityType(name="Team", description="a team")], edge_types=[], entity_type_hierarchy={}, inherited=False, idempotency_key=unique())
        assert not own.inherited and [one.name for one in own.entity_types] == ["Team"]
        assert zep.graph.set_ontology(graph).entity_types == []
        assert zep.graph.set_ontology(graph, inherited=True).inherited
    finally:
        zep.project.set_ontology()
    assert zep.project.get_ontology().entity_types == []


def test_instructions_are_replaced(zep: Any) -> None:
    talk = new_talk(zep)
    graph, name = talk.user.graph_uuid, unique("instruction")
    given = [CustomInstruction(name=name, text="Tell where they live.")]
    assert zep.graph.set_instructions(graph, instructions=given, inherited=False, idempotency_key=unique()).instructions == given
    assert zep.graph.get_instructions(graph).inherited is False
    assert zep.graph.set_instructions(graph).inherited is True
    assert zep.project.set_instructions(instructions=given, inherited=False, idempotency_key=unique()).instructions == given
    assert zep.graph.get_instructions(graph).instructions == given
    assert zep.project.set_instructions().instructions == []
    assert zep.project.get_instructions().instructions == []
    told = [UserInstruction(name=name, text="Tell what they like.")]
    assert zep.user.set_summary_instructions(talk.user.uuid_, instructions=told, inherited=False, idempotency_key=unique()).instructions == told
    assert zep.user.get_summary_instructions(talk.user.uuid_).instructions == told
    assert zep.user.set_summary_instructions(talk.user.uuid_).inherited is True
    assert zep.project.set_user_summary_instructions(instructions=told, inherited=False, idempotency_key=unique()).instructions == told
    assert zep.project.set_user_summary_instructions().instructions == []
    assert zep.project.get_user_summary_instructions().instructions == []


def test_observations_are_steered(zep: Any) -> None:
    graph = zep.graph.create().uuid_
    types = [ObservationType(name="habit", description="what recurs")]
    steered = zep.graph.set_observation_steering(graph, instruction="Be brief.", types=types, inherited=False, idempotency_key=unique())
    assert steered.types == types and not steered.inherited
    assert zep.graph.get_observation_steering(graph).instruction == "Be brief."
    assert zep.graph.set_observation_steering(graph).types is None
    assert zep.project.set_observation_steering(instruction="Be brief.", types=types, inherited=False, idempotency_key=unique()).types == types
    assert zep.project.set_observation_steering().types is None
    assert zep.project.get_observation_steering().instruction is None


def test_templates_shape_a_context(talk: Talk) -> None:
    zep, name = talk.zep, unique("template")
    talk.say("I like hiking.")
    template = zep.context.create_template(name=name, template="Facts: %{edges limit=3}", idempotency_key=unique())
    assert zep.context.get_template(template.uuid_).name == name
    assert [one.uuid_ for one in zep.context.list_templates(page_size=10, cursor="", name=name).items] == [template.uuid_]
    assert zep.context.list_templates().items
    assert zep.thread.get_context(talk.thread.uuid_, template_uuid=template.uuid_).context.startswith("Facts: ")
    assert zep.context.update_template(template.uuid_, name=name, template="%{user_summary}", idempotency_key=unique()).template == "%{user_summary}"
    renamed = zep.context.update_template(template.uuid_, name=f"{name}-2")
    assert (renamed.uuid_, renamed.name, renamed.template, renamed.created_at) == (template.uuid_, f"{name}-2", "%{user_summary}", template.created_at)
    assert zep.context.list_templates(name=name).items == []
    assert zep.context.update_template(template.uuid_, name=name).name == name
    assert zep.context.update_template(template.uuid_).template == "%{user_summary}"
    facts = zep.context.update_template(template.uuid_, template="Facts: %{edges limit=3}")
    by_query = zep.graph.get_context(talk.user.graph_uuid, query="What does Noor like?", template_uuid=facts.uuid_)
    assert by_query.context.startswith("Facts: ") and "hiking" in by_query.context
    other = zep.context.create_template(name=unique("template"), template="%{user_summary}")
    with pytest.raises(ConflictError):
        zep.context.update_template(other.uuid_, name=name, request_options=ONCE)
    zep.context.delete_template(other.uuid_)
    with pytest.raises(ConflictError):
        zep.context.create_template(name=name, template="%{user_summary}", request_options=ONCE)
    zep.context.delete_template(template.uuid_, idempotency_key=unique())
    with pytest.raises(NotFoundError):
        zep.context.get_template(template.uuid_)


def test_groups_have_members(zep: Any) -> None:
    user, name = zep.user.create(user_id=unique("user")), unique("group")
    group = zep.user_group.create(name=name, description="a group", idempotency_key=unique())
    zep.user_group.delete(zep.user_group.create(name=unique("group")).uuid_)
    assert zep.user_group.get(group.uuid_).description == "a group"
    assert [one.uuid_ for one in zep.user_group.list(page_size=10, cursor="", search=name).items] == [group.uuid_]
    assert zep.user_group.list().items
    changed = zep.user_group.update(group.uuid_, name=f"{name}!", description="the group", expected_version=group.version, idempotency_key=unique())
    assert changed.version == group.version + 1
    with pytest.raises(ConflictError):
        zep.user_group.update(group.uuid_, name=name, expected_version=group.version, request_options=ONCE)
    zep.user_group.update(group.uuid_)
    page = {"page_size": 10, "cursor": "", "search": user.user_id}
    assert [one.uuid_ for one in zep.user_group.list_member_candidates(group.uuid_, **page).items] == [user.uuid_]
    zep.user_group.list_member_candidates(group.uuid_)
    assert zep.user_group.add_members(group.uuid_, user_uuids=[user.uuid_], idempotency_key=unique()).added_count == 1
    assert zep.user_group.add_members(group.uuid_, user_uuids=[user.uuid_]).no_op_count == 1
    assert [one.uuid_ for one in zep.user_group.list_members(group.uuid_, **page).items] == [user.uuid_]
    assert zep.user_group.list_members(group.uuid_).items
    assert [one.uuid_ for one in zep.user_group.list_for_user(user.uuid_, page_size=10, cursor="").items] == [group.uuid_]
    assert zep.user_group.list_for_user(user.uuid_).items
    assert zep.user_group.remove_members(group.uuid_, user_uuids=[user.uuid_], idempotency_key=unique()).removed_count == 1
    assert zep.user_group.remove_members(group.uuid_, user_uuids=[user.uuid_]).no_op_count == 1
    zep.user_group.remove_member(group.uuid_, user.uuid_, idempotency_key=unique())
    zep.user_group.remove_member(group.uuid_, user.uuid_)
    zep.user_group.delete(group.uuid_, idempotency_key=unique())
    with pytest.raises(NotFoundError):
        zep.user_group.get(group.uuid_)

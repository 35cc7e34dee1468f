"""Declarations of an application: templates, instructions, types, observation steering, project settings."""

from typing import Any

import pytest
from support import eventually, processed, unique
from zep_cloud import CustomInstruction, EntityEdgeSourceTarget, Message, ObservationType, UserInstruction
from zep_cloud.client import Zep
from zep_cloud.errors import BadRequestError, NotFoundError


def test_a_template_defines_the_layout_of_a_context(zep: Any, talk: Any) -> None:
    talk.say("I live in Lyon. I am allergic to walnuts.")
    template_id = unique("template")
    text = "About them:\n%{user_summary}\nKnown:\n%{edges limit=3 types=[LIVES_IN]}\nThings:\n%{entities limit=2 include_attributes=false}\nSaid:\n%{episodes limit=1}\n%{observations} %{thread_summaries}"
    made = zep.context.create_context_template(template=text, template_id=template_id)
    assert (made.template, made.template_id) == (text, template_id) and made.uuid_
    assert zep.context.get_context_template(template_id) == made
    assert made in zep.context.list_context_templates().templates
    context = zep.thread.get_user_context(talk.thread_id, template_id=template_id).context
    assert context.startswith("About them:\n") and "Lyon" in context.split("Known:")[1]
    assert "walnuts" not in context.split("Known:")[1].split("Things:")[0]
    changed = zep.context.update_context_template(template_id, template="%{edges}")
    assert changed.template == "%{edges}" and changed.uuid_ == made.uuid_
    assert "About them" not in zep.thread.get_user_context(talk.thread_id, template_id=template_id).context
    assert zep.context.delete_context_template(template_id).message == "OK"
    for call in (lambda: zep.context.get_context_template(template_id), lambda: zep.thread.get_user_context(talk.thread_id, template_id=template_id)):
        with pytest.raises(NotFoundError):
            call()


@pytest.mark.parametrize("text", ["%{dreams}", "%{edges limit=0}", "%{edges colour=red}", "%{edges", "x" * 1201])
def test_an_invalid_template_is_refused(client: Zep, text: str) -> None:
    with pytest.raises(BadRequestError):
        client.context.create_context_template(template=text, template_id=unique())


def test_template_ids_are_unique(client: Zep) -> None:
    template_id = unique()
    client.context.create_context_template(template="%{edges}", template_id=template_id)
    with pytest.raises(BadRequestError) as error:
        client.context.create_context_template(template="%{edges}", template_id=template_id)
    assert "already exists" in str(error.value.body)
    with pytest.raises(NotFoundError):
        client.context.update_context_template(unique(), template="%{edges}")


def test_custom_instructions_belong_to_their_scope(zep: Any, talk: Any, graph_id: str) -> None:
    name = unique("instruction")
    instructions = [CustomInstruction(name=name, text="Dates are British.")]
    zep.graph.add_custom_instructions(instructions=instructions)
    zep.graph.add_custom_instructions(instructions=instructions, user_ids=[talk.user_id], graph_ids=[graph_id])
    zep.graph.add_custom_instructions(instructions=[CustomInstruction(name=name, text="Dates are American.")], user_ids=[talk.user_id])
    text = lambda listed: {one.name: one.text for one in listed.instructions}.get(name)  # noqa: E731
    assert text(zep.graph.list_custom_instructions()) == "Dates are British."
    assert text(zep.graph.list_custom_instructions(user_id=talk.user_id)) == "Dates are American."
    assert text(zep.graph.list_custom_instructions(graph_id=graph_id)) == "Dates are British."
    zep.graph.delete_custom_instructions(instruction_names=[name], user_ids=[talk.user_id], graph_ids=[graph_id])
    assert zep.graph.list_custom_instructions(user_id=talk.user_id).instructions == []
    assert text(zep.graph.list_custom_instructions()) == "Dates are British."
    zep.graph.delete_custom_instructions()
    assert zep.graph.list_custom_instructions().instructions == []
    with pytest.raises(NotFoundError):
        zep.graph.delete_custom_instructions(instruction_names=[name])
    with pytest.raises(NotFoundError):
        zep.graph.add_custom_instructions(instructions=instructions, user_ids=["nobody"])
    with pytest.raises(BadRequestError):
        zep.graph.add_custom_instructions(instructions=[])


def test_a_users_summary_follows_its_instructions(zep: Any, talk: Any) -> None:
    talk.say("I live in Lyon. I am allergic to walnuts. I own a red bicycle. I love hiking.")
    name = unique("instruction")
    zep.user.add_user_summary_instructions(instructions=[UserInstruction(name=name, text="allergic to walnuts")], user_ids=[talk.user_id])
    assert [one.text for one in zep.user.list_user_summary_instructions(user_id=talk.user_id).instructions] == ["allergic to walnuts"]
    summary = zep.user.get_node(talk.user_id).node.summary
    assert "walnuts" in summary.split(".")[0]
    assert "walnuts" in zep.thread.get_user_context(talk.thread_id).context
    zep.user.delete_user_summary_instructions(instruction_names=[name], user_ids=[talk.user_id])
    assert zep.user.list_user_summary_instructions(user_id=talk.user_id).instructions == []
    general = unique("instruction")
    zep.user.add_user_summary_instructions(instructions=[UserInstruction(name=general, text="where they live")])
    assert general in [one.name for one in zep.user.list_user_summary_instructions().instructions]
    zep.user.delete_user_summary_instructions()
    assert zep.user.list_user_summary_instructions().instructions == []


def test_declared_types_apply_to_earlier_and_later_messages(zep: Any, talk: Any, graph_id: str) -> None:
    from pydantic import Field
    from zep_cloud.external_clients.ontology import EdgeModel, EntityModel, EntityText

    class Studio(EntityModel):
        """A place where artists work."""

        style: EntityText = Field(description="its style", default=None)

    class WorksFor(EdgeModel):
        """Who somebody works for."""

        since: EntityText = Field(description="since when", default=None)

    talk.say("My sister Salma works at Nordlys Studio.")
    labels = lambda: next(node for node in zep.graph.node.get_by_user_id(talk.user_id) if node.name == "Nordlys Studio").labels  # noqa: E731
    assert "Studio" not in labels()
    edges = {"WORKS_AT": (WorksFor, [EntityEdgeSourceTarget(target="Studio")])}
    zep.graph.set_ontology({"Studio": Studio}, edges, user_ids=[talk.user_id], graph_ids=[graph_id])
    assert "Studio" in labels()
    types = zep.graph.list_entity_types(user_id=talk.user_id)
    assert [(one.name, one.properties[0].name) for one in types.entity_types] == [("Studio", "style")]
    assert types.edge_types[0].source_targets[0].target == "Studio"
    assert zep.graph.list_entity_types(graph_id=graph_id).entity_types[0].name == "Studio"
    assert [edge.name for edge in zep.graph.edge.get_by_user_id(talk.user_id) if edge.target_node_name == "Nordlys Studio"] == ["WORKS_AT"]
    zep.graph.set_entity_types({"Studio": Studio}, {}, user_ids=[talk.user_id], graph_ids=[graph_id])
    zep.graph.set_entity_types_internal(entity_types=[], edge_types=[], user_ids=[talk.user_id], graph_ids=[graph_id])
    assert "Studio" not in labels()
    # The project's types apply to graphs without declarations; they are removed so that other tests do not see them.
    zep.graph.set_entity_types({"Studio": Studio})
    zep.graph.set_ontology({"Studio": Studio})
    assert [one.name for one in zep.graph.list_entity_types().entity_types] == ["Studio"]
    zep.graph.set_entity_types_internal()
    assert zep.graph.list_entity_types().entity_types == []


def test_a_strict_ontology_keeps_declared_types_only(zep: Any, talk: Any) -> None:
    edge = {"name": "LIVES_IN", "description": "where somebody lives", "properties": []}
    place = {"name": "Location", "description": "a place", "properties": []}
    zep.graph.set_entity_types_internal(entity_types=[place], edge_types=[edge], user_ids=[talk.user_id])
    # The default types, which an organization has, are declared unless the user goes without them.
    zep.user.update(talk.user_id, disable_default_ontology=True)
    said = [Message(role="user", content="I live in Lyon. My sister Salma works at Nordlys Studio.")]
    added = zep.thread.add_messages(talk.thread_id, messages=said, strict_ontology=True)
    processed(zep, task=added.task_id)
    assert {one.name for one in zep.graph.edge.get_by_user_id(talk.user_id)} == {"LIVES_IN"}
    assert "Nordlys Studio" not in [node.name for node in zep.graph.node.get_by_user_id(talk.user_id)]


@pytest.mark.parametrize(
    "types",
    [
        [{"name": "", "description": "x"}],
        [{"name": "A", "description": "x"}, {"name": "a", "description": "y"}],
        [{"name": "A", "description": "x", "properties": [{"name": "uuid", "type": "Text", "description": "x"}]}],
    ],
    ids=["no name", "twice", "a reserved property"],
)
def test_invalid_types_are_refused(client: Zep, talk: Any, types: list) -> None:
    with pytest.raises(BadRequestError):
        client.graph.set_entity_types_internal(entity_types=types, user_ids=[talk.user_id])
    with pytest.raises(NotFoundError):
        client.graph.set_entity_types_internal(user_ids=["nobody"])


def test_observation_steering_is_stored_per_scope(zep: Any, talk: Any, graph_id: str) -> None:
    types = [ObservationType(name="Habit", description="what they do again and again")]
    of_user = zep.project.set_observation_steering(user_id=talk.user_id, instruction="habits", types=types)
    assert of_user.instruction == "habits" and of_user.types == types
    assert zep.project.get_observation_steering(user_id=talk.user_id) == of_user
    zep.project.set_observation_steering(graph_id=graph_id, instruction="changes")
    assert zep.project.get_observation_steering(graph_id=graph_id).instruction == "changes"
    zep.project.set_observation_steering()
    assert zep.project.get_observation_steering().instruction is None


def test_the_projects_time_zone_is_set_and_cleared(zep: Any) -> None:
    assert zep.project.update(default_time_zone="Europe/Paris").project.default_time_zone == "Europe/Paris"
    assert zep.project.get().project.default_time_zone == "Europe/Paris"
    assert zep.project.update().project.default_time_zone == "Europe/Paris"
    with pytest.raises(BadRequestError):
        zep.project.update(default_time_zone="Mars/Olympus")
    assert zep.project.update(default_time_zone=None).project.default_time_zone is None

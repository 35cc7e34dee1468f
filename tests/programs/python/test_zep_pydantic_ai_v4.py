"""zep-pydantic-ai on API v4: an agent whose turns are stored and whose model receives the context, and its search tool."""

from typing import Any, List, Tuple

from conftest import facts_of
from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel
from zep_cloud.client import AsyncZep
from zep_pydantic_ai import ContextInput, ZepDeps, create_thread, create_user, create_zep_search_tool, zep_capabilities

MESSAGES, EDGES = "POST /api/v4/threads/*/messages 202", "POST /api/v4/graphs/*/search/edges 200"
MADE = ["POST /api/v4/users 201", "POST /api/v4/threads 201"]


def scripted(*replies: Any) -> Tuple[FunctionModel, List[str]]:
    """Returns a model with scripted replies, and the list of its prompts."""
    prompts: List[str] = []
    rest = list(replies)

    def answer(messages: List[ModelMessage], _: AgentInfo) -> ModelResponse:
        parts = [part for message in messages for part in message.parts]
        prompts.append("\n".join(str(getattr(part, "content", "")) for part in parts))
        return ModelResponse(parts=[rest.pop(0)])

    return FunctionModel(answer), prompts


def agent_of(model: Any, deps: ZepDeps) -> Agent:
    return Agent(model, deps_type=ZepDeps, capabilities=zep_capabilities(deps), tools=[create_zep_search_tool()])


async def known(zep: AsyncZep, **options: Any) -> ZepDeps:
    """A user with a thread."""
    user = await create_user(zep, first_name="Noor", last_name="Haddad")
    thread = await create_thread(zep, user_uuid=user.uuid_)
    return ZepDeps(client=zep, user_uuid=user.uuid_, thread_uuid=thread.uuid_, graph_uuid=user.graph_uuid, first_name="Noor", last_name="Haddad", **options)


def test_both_sides_of_a_run_are_stored(running_v4: Any, requests: Any) -> None:
    async def work(zep: AsyncZep) -> Any:
        deps = await known(zep)
        result = await agent_of(TestModel(call_tools=[], custom_output_text="Noted."), deps).run("I live in Lyon.", deps=deps)
        return result.output, requests.since(), (await zep.thread.list_messages(deps.thread_uuid)).items

    output, seen, kept = running_v4(work)
    assert output == "Noted." and seen == [*MADE, MESSAGES, MESSAGES]
    assert [(message.role, message.content) for message in kept] == [("user", "I live in Lyon."), ("assistant", "Noted.")]
    assert kept[0].name == "Noor Haddad"


def test_the_model_receives_the_context_and_searches_for_more(running_v4: Any, requests: Any) -> None:
    search = ToolCallPart(tool_name="zep_search", args={"query": "Where does Noor work?"})
    model, prompts = scripted(TextPart("Noted."), search, TextPart("At Acme, in Lyon."))

    async def work(zep: AsyncZep) -> Any:
        deps = await known(zep)
        agent = agent_of(model, deps)
        await agent.run("I live in Lyon and I work for Acme.", deps=deps)
        assert await facts_of(zep, deps.graph_uuid, "Where does Noor work?")
        requests.since()
        return (await agent.run("Where do I work?", deps=deps)).output

    assert running_v4(work) == "At Acme, in Lyon."
    assert "<ZEP_CONTEXT>" in prompts[1] and "Lyon" in prompts[1]
    assert "Acme" in prompts[2].split("Where do I work?")[1], "the tool's answer"
    # A turn is stored and its context requested once, however often the model is called.
    assert requests.since() == [MESSAGES, EDGES, MESSAGES]


def test_an_application_builds_its_own_context(running_v4: Any) -> None:
    model, prompts = scripted(TextPart("In Lyon."))

    async def work(zep: AsyncZep) -> None:
        graph = await zep.graph.create(name="company")

        async def builder(ctx: ContextInput) -> str:
            found = await ctx.zep.graph.search_episodes(graph.uuid_, query=ctx.user_message, page_size=1)
            return found.items[0].content

        await zep.graph.episode.add(graph.uuid_, data="Acme is based in Lyon.")
        deps = await known(zep, context_builder=builder, context_template="Known: {context}")
        await agent_of(model, deps).run("Where is Acme?", deps=deps)

    running_v4(work)
    assert "Known: Acme is based in Lyon." in prompts[0]

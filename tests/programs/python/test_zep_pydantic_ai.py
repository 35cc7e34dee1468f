"""zep-pydantic-ai: an agent whose turns are stored and whose model receives the context, and its search tool."""

from typing import Any, List, Tuple

from conftest import until
from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel
from zep_cloud.client import AsyncZep
from zep_pydantic_ai import ContextInput, ZepDeps, create_zep_search_tool, ensure_thread, ensure_user, zep_capabilities

MESSAGES, SEARCH = "POST /api/v2/threads/*/messages 200", "POST /api/v2/graph/search 200"
MADE = ["POST /api/v2/users 201", "POST /api/v2/threads 201"]


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


def test_both_sides_of_a_run_are_stored(running: Any, unique: Any, requests: Any) -> None:
    user, thread = unique("user"), unique("thread")

    async def work(zep: AsyncZep) -> Any:
        deps = ZepDeps(client=zep, user_id=user, thread_id=thread, first_name="Noor", last_name="Haddad")
        result = await agent_of(TestModel(call_tools=[], custom_output_text="Noted."), deps).run("I live in Lyon.", deps=deps)
        seen = requests.since()
        return result.output, seen, (await zep.thread.get(thread)).messages, await zep.user.get(user)

    output, seen, kept, made = running(work)
    assert output == "Noted." and seen == [*MADE, MESSAGES, MESSAGES]
    assert [(message.role, message.name, message.content) for message in kept] == [("user", "Noor Haddad", "I live in Lyon."), ("assistant", kept[1].name, "Noted.")]
    assert (made.first_name, made.last_name) == ("Noor", "Haddad")


def test_the_model_receives_the_context_and_searches_for_more(running: Any, unique: Any, requests: Any) -> None:
    user, thread = unique("user"), unique("thread")
    search = ToolCallPart(tool_name="zep_search", args={"query": "Where does Noor work?"})
    model, prompts = scripted(TextPart("Noted."), search, TextPart("At Acme, in Lyon."))

    async def work(zep: AsyncZep) -> Any:
        deps = ZepDeps(client=zep, user_id=user, thread_id=thread, first_name="Noor", last_name="Haddad")
        agent = agent_of(model, deps)
        await agent.run("I live in Lyon and I work for Acme.", deps=deps)

        async def facts() -> Any:
            return (await zep.graph.search(user_id=user, query="Where does Noor work?")).edges

        assert await until(facts)
        requests.since()
        return (await agent.run("Where do I work?", deps=deps)).output

    assert running(work) == "At Acme, in Lyon."
    assert "<ZEP_CONTEXT>" in prompts[1] and "Lyon" in prompts[1]
    assert "Acme" in prompts[2].split("Where do I work?")[1], "the tool's answer"
    # A turn is stored and its context requested once, however often the model is called.
    assert requests.since() == [MESSAGES, SEARCH, MESSAGES]


def test_an_application_builds_its_own_context(running: Any, unique: Any, requests: Any) -> None:
    user, thread, graph = unique("user"), unique("thread"), unique("graph")
    model, prompts = scripted(TextPart("In Lyon."))

    async def builder(ctx: ContextInput) -> str:
        found = await ctx.zep.graph.search(graph_id=graph, query=ctx.user_message, scope="episodes", limit=1)
        return found.episodes[0].content

    async def work(zep: AsyncZep) -> None:
        assert await ensure_user(zep, user_id=user) and not await ensure_user(zep, user_id=user)
        assert await ensure_thread(zep, thread_id=thread, user_id=user) and not await ensure_thread(zep, thread_id=thread, user_id=user)
        await zep.graph.create(graph_id=graph)
        await zep.graph.add(graph_id=graph, type="text", data="Acme is based in Lyon.")
        requests.since()
        deps = ZepDeps(client=zep, user_id=user, thread_id=thread, context_builder=builder, context_template="Known: {context}")
        await agent_of(model, deps).run("Where is Acme?", deps=deps)

    running(work)
    assert "Known: Acme is based in Lyon." in prompts[0]
    assert sorted(requests.since()) == sorted(["POST /api/v2/users 400", "POST /api/v2/threads 400", MESSAGES, SEARCH, MESSAGES])

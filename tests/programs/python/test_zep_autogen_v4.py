"""zep-autogen on API v4: an AutoGen assistant that remembers its user, and tools over a graph."""

from typing import Any

from autogen_agentchat.agents import AssistantAgent
from autogen_core import CancellationToken, FunctionCall
from autogen_core.memory import MemoryContent, MemoryMimeType
from autogen_core.models import CreateResult, ModelInfo, RequestUsage
from autogen_ext.models.replay import ReplayChatCompletionClient
from conftest import facts_of, until
from zep_autogen import ZepGraphMemory, ZepUserMemory, create_add_graph_data_tool, create_search_graph_tool, create_thread, create_user
from zep_cloud.client import AsyncZep

MADE = ["POST /api/v4/users 201", "POST /api/v4/threads 201"]
ADD, MESSAGES = "POST /api/v4/graphs/*/episodes 202", "POST /api/v4/threads/*/messages 202"
INFO = ModelInfo(vision=False, function_calling=True, json_output=False, family="unknown", structured_output=False)


def said(text: str, role: str = "user", name: str = "Noor") -> MemoryContent:
    return MemoryContent(content=text, mime_type=MemoryMimeType.TEXT, metadata={"type": "message", "role": role, "name": name})


def data(text: str) -> MemoryContent:
    return MemoryContent(content=text, mime_type=MemoryMimeType.TEXT, metadata={"type": "data"})


def test_an_assistant_receives_earlier_messages_of_its_user(running_v4: Any, requests: Any) -> None:
    async def work(zep: AsyncZep) -> Any:
        user = await create_user(zep, first_name="Noor", last_name="Haddad")
        thread = await create_thread(zep, user_uuid=user.uuid_)
        memory = ZepUserMemory(client=zep, user_uuid=user.uuid_, thread_uuid=thread.uuid_, graph_uuid=user.graph_uuid)
        await memory.add(said("I live in Lyon and I work for Acme."))
        await memory.add(said("Noted.", role="assistant", name="Helper"))
        assert await facts_of(zep, user.graph_uuid, "Where does Noor live?")
        seen = requests.since()
        model = ReplayChatCompletionClient(["You live in Lyon."], model_info=INFO)
        agent = AssistantAgent("helper", model_client=model, memory=[memory])
        answer = await agent.run(task="Where do I live?")
        prompt = "\n".join(str(message.content) for message in model.create_calls[0]["messages"])
        facts = await memory.query("Where does Noor live?")
        return answer.messages[-1].content, prompt, seen, [fact.content for fact in facts.results]

    answer, prompt, seen, facts = running_v4(work)
    assert answer == "You live in Lyon." and any("Lyon" in fact for fact in facts)
    assert "<ZEP_CONTEXT>" in prompt and "Lyon" in prompt.split("<ZEP_CONTEXT>")[1].split("</ZEP_CONTEXT>")[0]
    assert seen[:4] == [*MADE, MESSAGES, MESSAGES]
    assert all(request.endswith(" 200") for request in requests.since())


def test_a_graph_gives_an_assistant_its_context(running_v4: Any, requests: Any) -> None:
    async def work(zep: AsyncZep) -> Any:
        graph = await zep.graph.create(name="company")
        memory = ZepGraphMemory(client=zep, graph_uuid=graph.uuid_)
        await memory.add(data("Ada Lovelace works for Acme. Acme is based in Lyon."))
        assert await facts_of(zep, graph.uuid_, "Where is Acme based?")
        model = ReplayChatCompletionClient(["In Lyon."], model_info=INFO)
        await AssistantAgent("helper", model_client=model, memory=[memory]).run(task="Where is Acme?")
        return "\n".join(str(message.content) for message in model.create_calls[0]["messages"])

    prompt = running_v4(work)
    assert "Ada Lovelace" in prompt and "Lyon" in prompt
    seen = requests.since()
    assert seen[1] == ADD and all(request.endswith((" 200", " 201", " 202")) for request in seen)


def test_an_assistant_uses_the_tools(running_v4: Any, unique: Any, requests: Any) -> None:
    def call(name: str, arguments: str) -> CreateResult:
        content = [FunctionCall(id=unique("call"), name=name, arguments=arguments)]
        return CreateResult(finish_reason="function_calls", content=content, usage=RequestUsage(prompt_tokens=0, completion_tokens=0), cached=False)

    async def work(zep: AsyncZep) -> Any:
        graph = await zep.graph.create(name="people")
        add, search = create_add_graph_data_tool(zep, graph_uuid=graph.uuid_), create_search_graph_tool(zep, graph_uuid=graph.uuid_)
        replies = [call(add.name, '{"data": "Ada Lovelace works for Acme."}'), call(search.name, '{"query": "Ada Lovelace", "scope": "episodes", "reranker": "mmr", "mmr_lambda": 0.5}')]
        agent = AssistantAgent("helper", model_client=ReplayChatCompletionClient(replies, model_info=INFO), tools=[add, search])
        told = [(await agent.run(task=task)).messages[-1].content for task in ["Note it.", "Who is Ada?"]]
        for scope in ["edges", "nodes", "observations", "thread_summaries", "auto"]:
            told.append(str(await search.run_json({"query": "Ada Lovelace", "scope": scope}, CancellationToken())))
        return told

    added, episode, *others = running_v4(work)
    assert "'success': True" in added and "Ada Lovelace works for Acme." in episode
    assert all("failed" not in text.lower() for text in others)
    seen = requests.since()
    assert seen[:2] == ["POST /api/v4/graphs 201", ADD] and len(seen) == 8
    assert all(request.endswith(" 200") for request in seen[2:])


def test_a_memory_of_data_is_found(running_v4: Any) -> None:
    async def work(zep: AsyncZep) -> Any:
        user = await create_user(zep)
        memory = ZepUserMemory(client=zep, user_uuid=user.uuid_, graph_uuid=user.graph_uuid)
        await memory.add(data("Noor Haddad works for Acme."))

        async def answers() -> Any:
            return [result.content for result in (await memory.query("Who works for Acme?")).results]

        return await until(answers)

    assert any("Acme" in fact for fact in running_v4(work))

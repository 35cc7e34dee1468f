"""zep-autogen: an AutoGen assistant that remembers its user through Zep, and tools over a graph."""

from typing import Any

from autogen_agentchat.agents import AssistantAgent
from autogen_core import CancellationToken, FunctionCall
from autogen_core.memory import MemoryContent, MemoryMimeType
from autogen_core.models import CreateResult, ModelInfo, RequestUsage
from autogen_ext.models.replay import ReplayChatCompletionClient
from conftest import until
from zep_autogen import ZepGraphMemory, ZepUserMemory, create_add_graph_data_tool, create_search_graph_tool
from zep_cloud.client import AsyncZep

ADD, SEARCH = "POST /api/v2/graph 202", "POST /api/v2/graph/search 200"
MESSAGES, CONTEXT = "/api/v2/threads/*/messages", "GET /api/v2/threads/*/context 200"
INFO = ModelInfo(vision=False, function_calling=True, json_output=False, family="unknown", structured_output=False)


def said(text: str, role: str = "user", name: str = "Noor") -> MemoryContent:
    return MemoryContent(content=text, mime_type=MemoryMimeType.TEXT, metadata={"type": "message", "role": role, "name": name})


def data(text: str, mime_type: MemoryMimeType = MemoryMimeType.TEXT) -> MemoryContent:
    return MemoryContent(content=text, mime_type=mime_type, metadata={"type": "data"})


async def found(memory: Any, query: str) -> list:
    return await until(lambda: answers(memory, query))


async def answers(memory: Any, query: str) -> list:
    return [result.content for result in (await memory.query(query)).results]


def test_an_assistant_receives_earlier_messages_of_its_user(running: Any, unique: Any, requests: Any) -> None:
    user, thread = unique("user"), unique("thread")

    async def work(zep: AsyncZep) -> Any:
        memory = ZepUserMemory(client=zep, user_id=user, thread_id=thread, first_name="Noor", last_name="Haddad")
        await memory.add(said("I live in Lyon and I work for Acme."))
        await memory.add(said("Noted.", role="assistant", name="Helper"))
        assert await found(memory, "Where does Noor live?")
        model = ReplayChatCompletionClient(["You live in Lyon."], model_info=INFO)
        agent = AssistantAgent("helper", model_client=model, memory=[memory])
        answer = await agent.run(task="Where do I live?")
        prompt = "\n".join(str(message.content) for message in model.create_calls[0]["messages"])
        before = requests.since()
        await memory.clear()
        return answer.messages[-1].content, prompt, before

    answer, prompt, before = running(work)
    assert answer == "You live in Lyon."
    assert "<ZEP_CONTEXT>" in prompt and "Lyon" in prompt.split("<ZEP_CONTEXT>")[1].split("</ZEP_CONTEXT>")[0]
    assert "Recent conversation:\nNoor user: I live in Lyon and I work for Acme.\nHelper assistant: Noted." in prompt
    assert before[:4] == ["POST /api/v2/users 201", "POST /api/v2/threads 201", *[f"POST {MESSAGES} 200"] * 2]
    assert before[-2:] == [CONTEXT, f"GET {MESSAGES} 200"]
    assert requests.since() == ["DELETE /api/v2/threads/* 200"]


def test_a_second_memory_of_the_same_user_uses_the_existing_data(running: Any, unique: Any, requests: Any) -> None:
    user, thread = unique("user"), unique("thread")

    async def work(zep: AsyncZep) -> None:
        for text in ["I live in Lyon.", "I have a cat."]:
            await ZepUserMemory(client=zep, user_id=user, thread_id=thread).add(said(text))

    running(work)
    assert requests.since() == [
        *["POST /api/v2/users 201", "POST /api/v2/threads 201", f"POST {MESSAGES} 200"],
        *["POST /api/v2/users 400", "POST /api/v2/threads 400", f"POST {MESSAGES} 200"],
    ]


def test_data_of_a_user_can_be_found(running: Any, unique: Any, requests: Any) -> None:
    async def work(zep: AsyncZep) -> Any:
        memory = ZepUserMemory(client=zep, user_id=unique("user"))
        await memory.add(data("Noor Haddad works for Acme."))
        await memory.add(data('{"name": "Noor Haddad", "city": "Lyon"}', MemoryMimeType.JSON))
        assert await found(memory, "Acme")
        episodes = await memory.query("Lyon", scope="episodes", limit=1)
        return await answers(memory, "Who works for Acme?"), episodes.results

    facts, [episode] = running(work)
    assert any("Acme" in fact for fact in facts)
    assert "Lyon" in episode.content and episode.metadata["episode_type"] == "json"
    assert requests.since()[:3] == ["POST /api/v2/users 201", ADD, ADD]


def test_a_graph_gives_an_assistant_its_context(running: Any, unique: Any, requests: Any) -> None:
    graph = unique("graph")

    async def work(zep: AsyncZep) -> Any:
        await zep.graph.create(graph_id=graph)
        memory = ZepGraphMemory(client=zep, graph_id=graph)
        await memory.add(data("Ada Lovelace works for Acme. Acme is based in Lyon."))
        assert await found(memory, "Where is Acme based?")
        model = ReplayChatCompletionClient(["In Lyon."], model_info=INFO)
        await AssistantAgent("helper", model_client=model, memory=[memory]).run(task="Where is Acme?")
        seen = requests.since()
        await memory.clear()
        return "\n".join(str(message.content) for message in model.create_calls[0]["messages"]), seen

    prompt, seen = running(work)
    assert "Ada Lovelace" in prompt and "Lyon" in prompt
    assert seen[-3:] == ["GET /api/v2/graph/episodes/graph/* 200", SEARCH, SEARCH]
    assert requests.since() == ["DELETE /api/v2/graph/* 200"]


def test_an_assistant_uses_the_tools(running: Any, unique: Any, requests: Any) -> None:
    graph = unique("graph")

    def call(name: str, arguments: str) -> CreateResult:
        content = [FunctionCall(id=unique("call"), name=name, arguments=arguments)]
        return CreateResult(finish_reason="function_calls", content=content, usage=RequestUsage(prompt_tokens=0, completion_tokens=0), cached=False)

    async def work(zep: AsyncZep) -> Any:
        await zep.graph.create(graph_id=graph)
        add, search = create_add_graph_data_tool(zep, graph_id=graph), create_search_graph_tool(zep, graph_id=graph)
        replies = [call(add.name, '{"data": "Ada Lovelace works for Acme."}'), call(search.name, '{"query": "Ada Lovelace", "scope": "episodes", "reranker": "mmr", "mmr_lambda": 0.5}')]
        agent = AssistantAgent("helper", model_client=ReplayChatCompletionClient(replies, model_info=INFO), tools=[add, search])
        told = [(await agent.run(task=task)).messages[-1].content for task in ["Note it.", "Who is Ada?"]]
        for scope in ["edges", "nodes", "observations", "thread_summaries", "auto"]:
            told.append(await search.run_json({"query": "Ada Lovelace", "scope": scope}, CancellationToken()))
        return told

    added, episode, *others = running(work)
    assert "'success': True" in added and episode == "- Ada Lovelace works for Acme."
    assert all("failed" not in text for text in others)
    assert requests.since() == ["POST /api/v2/graph/create 201", ADD, *[SEARCH] * 6]

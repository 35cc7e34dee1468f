"""zep-adk: an agent of Google's Agent Development Kit with Zep's context tool, search tool and memory service."""

from typing import Any, AsyncGenerator, Dict, List

from conftest import until
from google.adk.agents import Agent
from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.adk.runners import Runner
from google.adk.sessions import InMemorySessionService
from google.adk.tools import load_memory
from google.genai import types
from zep_adk import ZepContextTool, ZepGraphSearchTool, ZepMemoryService, create_after_model_callback, ensure_thread, ensure_user
from zep_cloud.client import AsyncZep

MESSAGES, SEARCH = "POST /api/v2/threads/*/messages 200", "POST /api/v2/graph/search 200"
PROVISIONED = ["POST /api/v2/users 201", "POST /api/v2/threads 201"]


class Scripted(BaseLlm):
    """A model that returns scripted replies in order and records its requests."""

    replies: List[types.Part] = []
    asked: List[LlmRequest] = []

    async def generate_content_async(self, llm_request: LlmRequest, stream: bool = False) -> AsyncGenerator[LlmResponse, None]:
        self.asked.append(llm_request)
        yield LlmResponse(content=types.Content(role="model", parts=[self.replies.pop(0)]))


def text(words: str) -> types.Part:
    return types.Part(text=words)


def call(tool: str, **arguments: Any) -> types.Part:
    return types.Part(function_call=types.FunctionCall(name=tool, args=arguments))


async def provision(zep: AsyncZep, user: str, thread: str) -> None:
    assert await ensure_user(zep, user_id=user, first_name="Noor", last_name="Haddad")
    assert await ensure_thread(zep, thread_id=thread, user_id=user)


async def known(zep: AsyncZep, user: str) -> None:
    """Waits until the graph of a user contains facts."""

    async def facts() -> Any:
        return (await zep.graph.search(user_id=user, query="Noor")).edges

    assert await until(facts)


async def converse(agent: Agent, user: str, thread: str, *turns: str, **services: Any) -> List[str]:
    sessions = InMemorySessionService()
    runner = Runner(agent=agent, app_name="app", session_service=sessions, **services)
    state = {"zep_first_name": "Noor", "zep_last_name": "Haddad"}
    await sessions.create_session(app_name="app", user_id=user, session_id=thread, state=state)
    answers = []
    for turn in turns:
        content = types.Content(role="user", parts=[text(turn)])
        async for event in runner.run_async(user_id=user, session_id=thread, new_message=content):
            if event.is_final_response():
                answers.append(event.content.parts[0].text)
    return answers


def answers_of_tools(request: LlmRequest) -> List[Dict[str, Any]]:
    parts = [part for content in request.contents for part in content.parts]
    return [part.function_response.response for part in parts if part.function_response]


def test_both_sides_of_a_conversation_are_stored_and_the_model_receives_the_context(running: Any, unique: Any, requests: Any) -> None:
    user, thread = unique("user"), unique("thread")
    model = Scripted(model="scripted", replies=[text("Noted."), text("In Lyon.")])

    async def work(zep: AsyncZep) -> Any:
        await provision(zep, user, thread)
        agent = Agent(name="helper", model=model, instruction="Be kind.", tools=[ZepContextTool(zep_client=zep)], after_model_callback=create_after_model_callback(zep_client=zep))
        first = await converse(agent, user, thread, "I live in Lyon.")
        seen = requests.since()
        await known(zep, user)
        return first + await converse(agent, user, thread, "Where do I live?"), seen, (await zep.thread.get(thread)).messages

    answers, seen, kept = running(work)
    assert answers == ["Noted.", "In Lyon."] and seen == [*PROVISIONED, MESSAGES, MESSAGES]
    instruction = str(model.asked[1].config.system_instruction)
    assert "Be kind." in instruction and "Lyon" in instruction.split("<ZEP_CONTEXT>")[1]
    assert [(message.role, message.content) for message in kept] == [("user", "I live in Lyon."), ("assistant", "Noted."), ("user", "Where do I live?"), ("assistant", "In Lyon.")]
    assert kept[0].name == "Noor Haddad"


def test_without_a_thread_the_conversation_continues(running: Any, unique: Any, requests: Any) -> None:
    async def work(zep: AsyncZep) -> Any:
        agent = Agent(name="helper", model=Scripted(model="scripted", replies=[text("Hello.")]), tools=[ZepContextTool(zep_client=zep)])
        return await converse(agent, unique("user"), unique("thread"), "Hello?")

    assert running(work) == ["Hello."]
    assert requests.since() == ["POST /api/v2/threads/*/messages 404"]


def test_the_model_searches_the_graph_of_its_user_and_a_shared_one(running: Any, unique: Any, requests: Any) -> None:
    user, thread, graph = unique("user"), unique("thread"), unique("graph")
    replies = [text("Noted."), call("own", query="Where does Noor live?"), call("shared", query="Acme", scope="episodes"), text("In Lyon.")]
    model = Scripted(model="scripted", replies=replies)

    async def work(zep: AsyncZep) -> Any:
        await provision(zep, user, thread)
        await zep.graph.create(graph_id=graph)
        await zep.graph.add(graph_id=graph, type="text", data="Acme opens at nine.")
        tools = [ZepContextTool(zep_client=zep), ZepGraphSearchTool(zep_client=zep, name="own"), ZepGraphSearchTool(zep_client=zep, graph_id=graph, name="shared")]
        agent = Agent(name="helper", model=model, tools=tools)
        await converse(agent, user, thread, "I live in Lyon.")
        await known(zep, user)
        requests.since()
        return await converse(agent, user, thread, "Where do I live?")

    assert running(work) == ["In Lyon."]
    own, shared = answers_of_tools(model.asked[-1])
    assert "Lyon" in str(own) and "Acme opens at nine." in str(shared)
    assert requests.since() == [MESSAGES, SEARCH, SEARCH]


def test_zep_serves_as_the_kits_memory_service(running: Any, unique: Any, requests: Any) -> None:
    user, thread = unique("user"), unique("thread")
    model = Scripted(model="scripted", replies=[text("Noted."), call("load_memory", query="Where does Noor live?"), text("In Lyon.")])

    async def work(zep: AsyncZep) -> Any:
        await provision(zep, user, thread)
        agent = Agent(name="helper", model=model, tools=[ZepContextTool(zep_client=zep), load_memory])
        memory = ZepMemoryService(zep=zep, scope="edges")
        await converse(agent, user, thread, "I live in Lyon.", memory_service=memory)
        await known(zep, user)
        requests.since()
        return await converse(agent, user, unique("another"), "Where do I live?", memory_service=memory)

    assert running(work) == ["In Lyon."]
    [memories] = answers_of_tools(model.asked[-1])
    assert "Lyon" in str(memories)
    # The other conversation has no thread; the context tool notices this at each call of the model and continues.
    assert requests.since() == ["POST /api/v2/threads/*/messages 404", SEARCH, "POST /api/v2/threads/*/messages 404"]

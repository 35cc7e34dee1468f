"""zep-adk on API v4: an agent of Google's Agent Development Kit with Zep's context tool, search tool and memory service."""

from typing import Any, AsyncGenerator, Dict, List

from conftest import facts_of
from google.adk.agents import Agent
from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.adk.runners import Runner
from google.adk.sessions import InMemorySessionService
from google.adk.tools import load_memory
from google.genai import types
from zep_adk import ZepContextTool, ZepGraphSearchTool, ZepMemoryService, create_after_model_callback, create_thread, create_user
from zep_cloud.client import AsyncZep

MESSAGES = "POST /api/v4/threads/*/messages 202"
EDGES, EPISODES = "POST /api/v4/graphs/*/search/edges 200", "POST /api/v4/graphs/*/search/episodes 200"
PROVISIONED = ["POST /api/v4/users 201", "POST /api/v4/threads 201"]


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


async def provision(zep: AsyncZep) -> Dict[str, str]:
    """A user with a thread, as the state of a session."""
    user = await create_user(zep, first_name="Noor", last_name="Haddad")
    thread = await create_thread(zep, user_uuid=user.uuid_)
    return {"zep_user_uuid": user.uuid_, "zep_thread_uuid": thread.uuid_, "zep_graph_uuid": user.graph_uuid, "zep_first_name": "Noor", "zep_last_name": "Haddad"}


async def converse(agent: Agent, state: Dict[str, str], *turns: str, user: str = "user", **services: Any) -> List[str]:
    sessions = InMemorySessionService()
    runner = Runner(agent=agent, app_name="app", session_service=sessions, **services)
    session = await sessions.create_session(app_name="app", user_id=user, state=state)
    answers = []
    for turn in turns:
        content = types.Content(role="user", parts=[text(turn)])
        async for event in runner.run_async(user_id=user, session_id=session.id, new_message=content):
            if event.is_final_response():
                answers.append(event.content.parts[0].text)
    return answers


def answers_of_tools(request: LlmRequest) -> List[Dict[str, Any]]:
    parts = [part for content in request.contents for part in content.parts]
    return [part.function_response.response for part in parts if part.function_response]


def test_both_sides_of_a_conversation_are_stored_and_the_model_receives_the_context(running_v4: Any, requests: Any) -> None:
    model = Scripted(model="scripted", replies=[text("Noted."), text("In Lyon.")])

    async def work(zep: AsyncZep) -> Any:
        state = await provision(zep)
        agent = Agent(name="helper", model=model, instruction="Be kind.", tools=[ZepContextTool(zep_client=zep)], after_model_callback=create_after_model_callback(zep_client=zep))
        first = await converse(agent, state, "I live in Lyon.")
        seen = requests.since()
        assert await facts_of(zep, state["zep_graph_uuid"], "Noor")
        kept = (await zep.thread.list_messages(state["zep_thread_uuid"])).items
        return first + await converse(agent, state, "Where do I live?"), seen, kept

    answers, seen, kept = running_v4(work)
    assert answers == ["Noted.", "In Lyon."] and seen == [*PROVISIONED, MESSAGES, MESSAGES]
    instruction = str(model.asked[1].config.system_instruction)
    assert "Be kind." in instruction and "Lyon" in instruction.split("<ZEP_CONTEXT>")[1]
    assert [(message.role, message.content) for message in kept] == [("user", "I live in Lyon."), ("assistant", "Noted.")]
    assert kept[0].name == "Noor Haddad"


def test_the_model_searches_the_graph_of_its_user_and_a_shared_one(running_v4: Any, requests: Any) -> None:
    replies = [text("Noted."), call("own", query="Where does Noor live?"), call("shared", query="Acme", scope="episodes"), text("In Lyon.")]
    model = Scripted(model="scripted", replies=replies)

    async def work(zep: AsyncZep) -> Any:
        state = await provision(zep)
        graph = await zep.graph.create(name="company")
        await zep.graph.episode.add(graph.uuid_, data="Acme opens at nine.")
        tools = [ZepContextTool(zep_client=zep), ZepGraphSearchTool(zep_client=zep, name="own"), ZepGraphSearchTool(zep_client=zep, graph_uuid=graph.uuid_, name="shared")]
        agent = Agent(name="helper", model=model, tools=tools)
        await converse(agent, state, "I live in Lyon.")
        assert await facts_of(zep, state["zep_graph_uuid"], "Noor")
        requests.since()
        return await converse(agent, state, "Where do I live?")

    assert running_v4(work) == ["In Lyon."]
    own, shared = answers_of_tools(model.asked[-1])
    assert "Lyon" in str(own) and "Acme opens at nine." in str(shared)
    assert requests.since() == [MESSAGES, EDGES, EPISODES]


def test_zep_serves_as_the_kits_memory_service(running_v4: Any, requests: Any) -> None:
    model = Scripted(model="scripted", replies=[text("Noted."), call("load_memory", query="Where does Noor live?"), text("In Lyon.")])

    async def work(zep: AsyncZep) -> Any:
        state = await provision(zep)
        agent = Agent(name="helper", model=model, tools=[ZepContextTool(zep_client=zep), load_memory])
        memory = ZepMemoryService(zep=zep, scope="edges", graph_uuid=state["zep_graph_uuid"])
        await converse(agent, state, "I live in Lyon.", memory_service=memory)
        assert await facts_of(zep, state["zep_graph_uuid"], "Noor")
        requests.since()
        return await converse(agent, state, "Where do I live?", memory_service=memory)

    assert running_v4(work) == ["In Lyon."]
    [memories] = answers_of_tools(model.asked[-1])
    assert "Lyon" in str(memories)
    assert EDGES in requests.since()

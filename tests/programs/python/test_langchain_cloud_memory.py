"""langchain-community's ZepCloudMemory, which needs a type that was removed from the SDK after 1.0.5."""

from typing import Any

from langchain_classic.chains import ConversationChain
from langchain_community.memory.zep_cloud_memory import ZepCloudMemory
from langchain_core.language_models import FakeListChatModel
from zep_cloud.client import Zep

MEMORY = "/api/v2/sessions/*/memory"


def test_a_chain_remembers_through_its_memory(monkeypatch: Any, url: str, key: str, unique: Any, requests: Any) -> None:
    monkeypatch.setenv("ZEP_API_URL", url)
    session = unique("session")
    Zep(api_key=key).memory.add_session(session_id=session)
    memory = ZepCloudMemory(session_id=session, api_key=key, memory_key="history")
    chain = ConversationChain(llm=FakeListChatModel(responses=["Hello Jim.", "You are Jim."]), memory=memory)
    assert chain.predict(input="I am Jim.") == "Hello Jim."
    assert chain.predict(input="Who am I?") == "You are Jim."
    assert "human: I am Jim.\nai: Hello Jim.\nhuman: Who am I?\nai: You are Jim." in memory.load_memory_variables({})["history"]
    memory.save_context({"input": "Bye."}, {"output": "Bye, Jim."}, metadata={"channel": "phone"})
    assert [message.metadata["channel"] for message in memory.chat_memory.zep_messages[-2:]] == ["phone", "phone"]
    memory.clear()
    assert memory.chat_memory.zep_messages == []
    seen = requests.since()
    assert seen.count(f"POST {MEMORY} 201") == 6
    assert seen[-2:] == [f"DELETE {MEMORY} 200", f"GET {MEMORY} 200"]

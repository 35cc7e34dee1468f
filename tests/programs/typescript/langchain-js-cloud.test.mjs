// @langchain/community's modules for Zep Cloud: memory, history, retriever and vector store.
//
// The modules that create their own client accept no address, so the tests set it in that client; the others
// receive a client.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ZepClient } from "@getzep/zep-cloud";
import { ConversationChain } from "@langchain/classic/chains";
import { ZepCloudMemory } from "@langchain/community/memory/zep_cloud";
import { ZepCloudRetriever } from "@langchain/community/retrievers/zep_cloud";
import { ZepCloudChatMessageHistory } from "@langchain/community/stores/message/zep_cloud";
import { ZepCloudVectorStore } from "@langchain/community/vectorstores/zep_cloud";
import { Document } from "@langchain/core/documents";
import { FakeEmbeddings, FakeListChatModel } from "@langchain/core/utils/testing";

import { apiKey, eventually, requests, unique, url } from "./shared.mjs";

const environment = `${url}/api/v2`;
const client = new ZepClient({ apiKey, environment });
const MEMORY = "/api/v2/sessions/*/memory";
const COLLECTION = "/api/v2/collections/*";

function memoryOf(sessionId, fields = {}) {
  const memory = new ZepCloudMemory({ sessionId, apiKey, ...fields });
  memory.zepClient._options.environment = environment;
  return memory;
}

function retrieverOf(sessionId, fields = {}) {
  const retriever = new ZepCloudRetriever({ sessionId, apiKey, topK: 2, ...fields });
  retriever.client._options.environment = environment;
  return retriever;
}

/** A session of a user, which the application makes before it hands the session to LangChain. */
async function session() {
  const [userId, sessionId] = [unique("user"), unique("session")];
  await client.user.add({ userId, firstName: "Noor" });
  await client.memory.addSession({ sessionId, userId });
  return sessionId;
}

test("a chain remembers through its memory", async () => {
  const memory = memoryOf(await session(), { memoryKey: "history", returnMessages: true, separateMessages: true });
  const seen = requests();
  const chain = new ConversationChain({ llm: new FakeListChatModel({ responses: ["Hello Jim.", "You are Jim."] }), memory });
  assert.equal((await chain.invoke({ input: "I am Jim." })).response, "Hello Jim.");
  assert.equal((await chain.invoke({ input: "Who am I?" })).response, "You are Jim.");
  const { history } = await memory.loadMemoryVariables({});
  const said = history.filter((message) => message.type !== "system").map((message) => message.content);
  assert.deepEqual(said, ["I am Jim.", "Hello Jim.", "Who am I?", "You are Jim."]);
  await memory.clear();
  const turn = [`GET ${MEMORY} 200`, `POST ${MEMORY} 201`];
  assert.deepEqual(seen(), [...turn, ...turn, `GET ${MEMORY} 200`, `DELETE ${MEMORY} 200`]);
});

test("a memory returns facts of the user and the messages as one text", async () => {
  const memory = memoryOf(await session());
  await memory.saveContext({ input: "I live in Lyon." }, { output: "Noted." });
  const load = async () => (await memory.loadMemoryVariables({})).history;
  const history = await eventually(async () => (await load()).match(/Lyon[^]*\nHuman: I live in Lyon\.\nAI: Noted\.$/) && (await load()));
  assert.match(history, /Noor[^\n]*Lyon/);
});

test("a history stores messages", async () => {
  const sessionId = await session();
  const seen = requests();
  const history = new ZepCloudChatMessageHistory({ client, sessionId, memoryType: "perpetual", separateMessages: true });
  await history.addUserMessage("I live in Lyon.");
  await history.addAIChatMessage("Noted.");
  const said = (await history.getMessages()).filter((message) => message.type !== "system");
  assert.deepEqual(said.map((message) => message.content), ["I live in Lyon.", "Noted."]);
  assert.deepEqual(seen(), [`POST ${MEMORY} 201`, `POST ${MEMORY} 201`, `GET ${MEMORY} 200`]);
  const { messages } = await client.memory.get(sessionId);
  assert.deepEqual(messages.map((message) => message.roleType), ["user", "assistant"]);
});

for (const search of [{}, { searchType: "mmr", mmrLambda: 0.5 }]) {
  test(`a retriever finds messages by ${search.searchType ?? "similarity"}`, async () => {
    const sessionId = await session();
    const memory = memoryOf(sessionId);
    await memory.saveContext({ input: "I live in Lyon and keep two cats." }, { output: "Lyon is lovely." });
    await memory.saveContext({ input: "The invoice of the dentist is due in March." }, { output: "I see." });
    const seen = requests();
    const found = await retrieverOf(sessionId, search).invoke("when is the dentist's invoice due?");
    assert.equal(found[0].pageContent, "The invoice of the dentist is due in March.");
    assert.equal(found.length, 2);
    assert.ok(found[0].metadata.score > 0 && found[0].metadata.score <= 1);
    assert.deepEqual(seen(), ["POST /api/v2/sessions/*/search 200"]);
  });
}

test("a retriever of an unknown session finds nothing", async () => {
  const seen = requests();
  assert.deepEqual(await retrieverOf(unique("session")).invoke("anything"), []);
  assert.deepEqual(seen(), ["POST /api/v2/sessions/*/search 404"]);
});

const DOCUMENTS = [
  new Document({ pageContent: "red roses in the garden", metadata: { kind: "flower" } }),
  new Document({ pageContent: "the tax return of last year", metadata: { kind: "paper", of: [1, { deep: null }] } }),
  new Document({ pageContent: "a storm on the blue sea", metadata: { kind: "weather" } }),
];
const texts = (documents) => documents.map((document) => document.pageContent);

test("a store finds the nearest text with its metadata", async () => {
  const seen = requests();
  const store = await ZepCloudVectorStore.fromDocuments(DOCUMENTS, new FakeEmbeddings(), { client, collectionName: unique("c") });
  const [[nearest, score]] = await store.similaritySearchWithScore("taxes", 1);
  assert.deepEqual([nearest.pageContent, nearest.metadata], [DOCUMENTS[1].pageContent, DOCUMENTS[1].metadata]);
  assert.ok(score > 0 && score <= 1);
  const where = { where: { jsonpath: '$[*] ? (@.kind == "weather")' } };
  assert.deepEqual(texts(await store.similaritySearch("flowers", 3, where)), [DOCUMENTS[2].pageContent]);
  const search = `POST ${COLLECTION}/search 200`;
  assert.deepEqual(seen(), [`GET ${COLLECTION} 404`, `POST ${COLLECTION} 200`, `POST ${COLLECTION}/documents 200`, search, search]);
});

test("a store returns similar but diverse texts, and deletes by uuid", async () => {
  const seen = requests();
  const store = await ZepCloudVectorStore.init({ client, collectionName: unique("c") });
  const uuids = await store.addDocuments(["blue sea", "blue sea", "the sea at night"].map((pageContent) => new Document({ pageContent })));
  const found = await store.maxMarginalRelevanceSearch("blue sea", { k: 2, lambda: 0.1 });
  assert.deepEqual(texts(found), ["blue sea", "the sea at night"]);
  await store.delete({ uuids: uuids.slice(0, 2) });
  assert.deepEqual(texts(await store.similaritySearch("blue sea", 3)), ["the sea at night"]);
  assert.ok(seen().includes(`DELETE ${COLLECTION}/documents/uuid/* 200`));
});

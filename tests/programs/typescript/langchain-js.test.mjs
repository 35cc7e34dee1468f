// @langchain/community's modules for open-source Zep: memory, retriever and vector store.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ConversationChain } from "@langchain/classic/chains";
import { ZepMemory } from "@langchain/community/memory/zep";
import { ZepRetriever } from "@langchain/community/retrievers/zep";
import { ZepVectorStore } from "@langchain/community/vectorstores/zep";
import { Document } from "@langchain/core/documents";
import { Embeddings } from "@langchain/core/embeddings";
import { FakeEmbeddings, FakeListChatModel } from "@langchain/core/utils/testing";

import { apiKey, requests, unique, url } from "./shared.mjs";

const HEALTH = "GET /healthz 200";
const MEMORY = "/api/v1/sessions/*/memory";
const COLLECTION = "/api/v1/collection/*";

const memoryOf = (sessionId, fields = {}) => new ZepMemory({ sessionId, baseURL: url, apiKey, ...fields });

test("a chain remembers through its memory", async () => {
  const seen = requests();
  const memory = memoryOf(unique("session"), { memoryKey: "history", returnMessages: true });
  const chain = new ConversationChain({ llm: new FakeListChatModel({ responses: ["Hello Jim.", "You are Jim."] }), memory });
  assert.equal((await chain.invoke({ input: "I am Jim." })).response, "Hello Jim.");
  assert.equal((await chain.invoke({ input: "Who am I?" })).response, "You are Jim.");
  const { history } = await memory.loadMemoryVariables({});
  assert.deepEqual(
    history.map((message) => [message.type, message.content]),
    [["human", "I am Jim."], ["ai", "Hello Jim."], ["human", "Who am I?"], ["ai", "You are Jim."]],
  );
  assert.deepEqual((await memory.loadMemoryVariables({ lastN: 1 })).history.map((message) => message.content), ["You are Jim."]);
  await memory.clear();
  assert.deepEqual((await memory.loadMemoryVariables({})).history, []);
  const turn = [`GET ${MEMORY} 200`, `POST ${MEMORY} 200`];
  assert.deepEqual(seen(), [HEALTH, ...turn, ...turn, `GET ${MEMORY} 200`, `GET ${MEMORY} 200`, `DELETE ${MEMORY} 200`, `GET ${MEMORY} 200`]);
});

test("a memory returns the conversation as text", async () => {
  const memory = memoryOf(unique("session"));
  assert.equal((await memory.loadMemoryVariables({})).history, "");
  await memory.saveContext({ input: "I am Jim." }, { output: "Hello Jim." });
  assert.equal((await memory.loadMemoryVariables({})).history, "Human: I am Jim.\nAI: Hello Jim.");
  memory.separateMessages = false;
  assert.equal((await memory.loadMemoryVariables({})).history, "Human: I am Jim.\nAI: Hello Jim.");
});

for (const search of [{}, { searchType: "mmr", mmrLambda: 0.5 }]) {
  test(`a retriever finds messages by ${search.searchType ?? "similarity"}`, async () => {
    const seen = requests();
    const sessionId = unique("session");
    const memory = memoryOf(sessionId);
    await memory.saveContext({ input: "I live in Lyon and keep two cats." }, { output: "Lyon is lovely." });
    await memory.saveContext({ input: "The invoice of the dentist is due in March." }, { output: "I see." });
    const retriever = new ZepRetriever({ sessionId, url, apiKey, topK: 2, ...search });
    const found = await retriever.invoke("when is the dentist's invoice due?");
    assert.equal(found[0].pageContent, "The invoice of the dentist is due in March.");
    assert.equal(found.length, 2);
    assert.ok(found[0].metadata.score > 0);
    assert.deepEqual(seen(), [HEALTH, `POST ${MEMORY} 200`, `POST ${MEMORY} 200`, HEALTH, "POST /api/v1/sessions/*/search 200"]);
  });
}

test("a retriever of an unknown session finds nothing", async () => {
  const seen = requests();
  const retriever = new ZepRetriever({ sessionId: unique("session"), url, apiKey });
  assert.deepEqual(await retriever.invoke("anything"), []);
  assert.deepEqual(seen(), [HEALTH, "POST /api/v1/sessions/*/search 404"]);
});

/** Vectors of the caller's own: how often a text names each colour. */
class Colours extends Embeddings {
  constructor() {
    super({});
  }

  async embedQuery(text) {
    const colours = ["red", "green", "blue", "pink", "gold", "grey", "teal", "lime"];
    return colours.map((colour) => 0.1 + text.toLowerCase().split(colour).length - 1);
  }

  async embedDocuments(texts) {
    return Promise.all(texts.map((text) => this.embedQuery(text)));
  }
}

const DOCUMENTS = [
  new Document({ pageContent: "red roses", metadata: { kind: "flower" } }),
  new Document({ pageContent: "green grass", metadata: { kind: "plant", of: [1, { deep: null }] } }),
  new Document({ pageContent: "blue sky, blue sea", metadata: { kind: "weather" } }),
];
const texts = (documents) => documents.map((document) => document.pageContent);

// With fake embeddings, the package lets the server compute the vectors.
for (const [source, embeddings, embeddingDimensions] of [["the caller", new Colours(), 8], ["the server", new FakeEmbeddings(), 768]]) {
  const config = () => ({ apiUrl: url, apiKey, collectionName: unique("c"), embeddingDimensions, description: "colours" });

  test(`a store with vectors from ${source} finds the nearest text with its metadata`, async () => {
    const seen = requests();
    const store = await ZepVectorStore.fromDocuments(DOCUMENTS, embeddings, config());
    const [[nearest, score]] = await store.similaritySearchWithScore("green grass", 1);
    assert.deepEqual([nearest.pageContent, nearest.metadata], [DOCUMENTS[1].pageContent, DOCUMENTS[1].metadata]);
    assert.ok(score > 0.5 && score <= 1.0001);
    assert.deepEqual(texts(await store.similaritySearch("red roses", 1)), ["red roses"]);
    const where = { where: { jsonpath: '$[*] ? (@.kind == "weather")' } };
    assert.deepEqual(texts(await store.similaritySearch("red roses", 3, where)), ["blue sky, blue sea"]);
    const search = `POST ${COLLECTION}/search 200`;
    assert.deepEqual(seen(), [HEALTH, `GET ${COLLECTION} 404`, `POST ${COLLECTION} 200`, `GET ${COLLECTION} 200`, `POST ${COLLECTION}/document 200`, search, search, search]);
  });

  test(`a store with vectors from ${source} returns similar but diverse texts`, async () => {
    const store = await ZepVectorStore.fromTexts(["blue sea", "blue sea", "red and blue dusk"], {}, embeddings, config());
    const found = await store.maxMarginalRelevanceSearch("blue sea", { k: 2, lambda: 0.1 });
    assert.deepEqual(texts(found), ["blue sea", "red and blue dusk"]);
  });

  test(`a store with vectors from ${source} deletes by uuid`, async () => {
    const seen = requests();
    const store = new ZepVectorStore(embeddings, config());
    const uuids = await store.addDocuments(DOCUMENTS);
    await store.delete({ uuids: uuids.slice(0, 1) });
    assert.deepEqual(texts(await store.similaritySearch("red roses", 3)).sort(), ["blue sky, blue sea", "green grass"]);
    assert.ok(seen().includes(`DELETE ${COLLECTION}/document/uuid/* 200`));
  });
}

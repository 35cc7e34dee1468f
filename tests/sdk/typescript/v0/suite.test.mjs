// The open-source generation through its official JavaScript SDK: every method.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import sdk from "zep-js-v0";

const { ZepClient, Memory, Message, Session, NotFoundError, APIError, AuthenticationError } = sdk;
const url = process.env.ERSTWHILE_URL;

const rows = JSON.parse(readFileSync(new URL("../../../contract/contract_oss_v0.json", import.meta.url), "utf8"));
const known = new Set(rows.flatMap((row) => (row.sdk_method_ts ?? "").split(" / ").filter(Boolean)).map((name) => (name.includes(".") ? name : `DocumentCollection.${name}`)));
const called = new Set();

after(() => {
  const passed = [...known].filter((name) => called.has(name)).length;
  console.log(`methods: v0 | @getzep/zep-js 0.10.0 | required ${passed}/${known.size} | all ${passed}/${known.size}`);
  if (passed < known.size) console.log(`missing: ${[...known].filter((name) => !called.has(name)).join(", ")}`);
});

/** A part of the client whose calls are noted. */
function noted(part, prefix) {
  return new Proxy(part, {
    get(object, name) {
      const value = object[name];
      if (typeof value !== "function") return value;
      return (...given) => {
        const result = value.apply(object, given);
        const note = (answer) => {
          called.add(`${prefix}.${name}`);
          return answer?.constructor?.name === "DocumentCollection" ? noted(answer, "DocumentCollection") : answer;
        };
        if (result instanceof Promise) return result.then(note);
        return note(result);
      };
    },
  });
}

const client = await ZepClient.init(url, process.env.ERSTWHILE_KEY);
called.add("ZepClient.init (health check)");
const zep = Object.fromEntries(["memory", "message", "user", "document"].map((part) => [part, noted(client[part], part)]));
const otherProject = await ZepClient.init(url, process.env.ERSTWHILE_OTHER_KEY);

const unique = (kind = "id") => `${kind}-${randomUUID().slice(0, 20)}`;
const says = (role, content, more = {}) => new Message({ role, content, ...more });

async function gathered(generator) {
  const all = [];
  for await (const chunk of await generator) all.push(...chunk);
  return all;
}

test("users", async () => {
  const userId = unique("user");
  const user = await zep.user.add({ user_id: userId, email: "a@example.org", first_name: "Ann", last_name: "Lee", metadata: { snake_key: 1 } });
  assert.equal(user.user_id, userId);
  assert.deepEqual((await zep.user.get(userId)).metadata, { snake_key: 1 });
  const changed = await zep.user.update({ user_id: userId, email: "b@example.org", first_name: "Bea", last_name: "Ray", metadata: { seats: 3 } });
  assert.deepEqual([changed.first_name, changed.metadata], ["Bea", { snake_key: 1, seats: 3 }]);
  assert.ok((await zep.user.list(5, 0)).length >= 1);
  await zep.user.list();
  assert.ok((await gathered(zep.user.listChunked(2))).some((one) => one.user_id === userId));
  assert.deepEqual(await zep.user.getSessions(userId), []);
  await assert.rejects(zep.user.add({ user_id: userId }), (error) => error instanceof APIError && /already exists/.test(`${error.message} ${JSON.stringify(error)}`));
  await assert.rejects(otherProject.user.get(userId), NotFoundError);
  await zep.user.delete(userId);
  await assert.rejects(zep.user.get(userId), NotFoundError);
});

test("a wrong key is refused", async () => {
  const unauthorized = await ZepClient.init(url, "wrong");
  await assert.rejects(unauthorized.user.get("anybody"), AuthenticationError);
});

test("sessions and their memory", async () => {
  const sessionId = unique("session");
  await zep.memory.addSession(new Session({ session_id: sessionId, metadata: { topic: "trip" } }));
  assert.deepEqual((await zep.memory.updateSession(new Session({ session_id: sessionId, metadata: { a: 1 } }))).metadata, { topic: "trip", a: 1 });
  assert.equal((await zep.memory.getSession(sessionId)).session_id, sessionId);
  assert.ok((await zep.memory.listSessions(5, 0)).length >= 1);
  await zep.memory.listSessions();
  assert.ok((await gathered(zep.memory.listSessionsChunked(2))).some((one) => one.session_id === sessionId));
  const messages = [says("Human", "My cat Miso sleeps all day.", { metadata: { about: "cat" } }), says("AI", "How lovely!"), says("Human", "The car needs tyres.", { metadata: { about: "car" } })];
  assert.equal(await zep.memory.addMemory(sessionId, new Memory({ messages })), "OK");
  const memory = await zep.memory.getMemory(sessionId, 10);
  assert.deepEqual(memory.messages.map((one) => [one.role, one.content]), messages.map((one) => [one.role, one.content]));
  await zep.memory.getMemory(sessionId);
  const page = await zep.message.getSessionMessages(sessionId, 1, 2);
  assert.equal(page[0].content, "How lovely!");
  await zep.message.getSessionMessages(sessionId);
  const { uuid } = memory.messages[0];
  assert.equal((await zep.message.getSessionMessage(sessionId, uuid)).content, messages[0].content);
  assert.equal((await zep.message.updateSessionMessageMetadata(sessionId, uuid, { seen: true })).metadata.seen, true);
  const found = await zep.memory.searchMemory(sessionId, { text: "a sleepy animal", meta: {} });
  assert.match(found[0].message.content, /Miso/);
  const cars = await zep.memory.searchMemory(sessionId, { text: "wheels", metadata: { where: { jsonpath: '$.about ? (@ == "car")' } }, search_scope: "messages", search_type: "mmr", mmr_lambda: 0.5 }, 5);
  assert.deepEqual(cars.map((one) => one.message.metadata.about), ["car"]);
  assert.equal(await zep.memory.deleteMemory(sessionId), "OK");
  await assert.rejects(zep.memory.getSession(sessionId), NotFoundError);
});

test("documents", async () => {
  const name = unique("lib").replaceAll("-", "_");
  const texts = ["Bread is baked from flour, water and yeast.", "A violin has four strings.", "Trains to Lyon leave every hour."];
  const collection = await zep.document.addCollection({ name, description: "texts", metadata: { kind: "test" }, embeddingDimensions: 384, isAutoEmbedded: true });
  const uuids = await collection.addDocuments(texts.map((content, number) => ({ content, document_id: `d${number}`, metadata: { number } })));
  assert.equal(uuids.length, 3);
  assert.equal((await zep.document.getCollection(name)).document_count, 3);
  assert.equal((await collection.getDocument(uuids[1])).content, texts[1]);
  assert.equal((await collection.getDocuments(uuids.slice(0, 2))).length, 2);
  assert.equal((await collection.search({ text: "how do I make a loaf?" }))[0].content, texts[0]);
  const [found, vector] = await collection.searchReturnQueryVector({ text: "music", metadata: { where: { jsonpath: "$.number ? (@ >= 1)" } }, searchType: "mmr", mmrLambda: 0.5 }, 2);
  assert.equal(found[0].content, texts[1]);
  assert.ok(vector.length > 8);
  await collection.updateDocument({ uuid: uuids[0], document_id: "bread", metadata: { warm: true } });
  assert.deepEqual((await collection.getDocument(uuids[0])).metadata, { number: 0, warm: true });
  await collection.deleteDocument(uuids[0]);
  await assert.rejects(collection.getDocument(uuids[0]), NotFoundError);
  await collection.createIndex(true);
  await zep.document.updateCollection({ name, description: "books", metadata: { shelf: 2 } });
  assert.equal((await zep.document.getCollection(name)).description, "books");
  assert.ok((await zep.document.listCollections()).some((one) => one.name === name));
  await zep.document.deleteCollection(name);
  await assert.rejects(zep.document.getCollection(name), NotFoundError);
});

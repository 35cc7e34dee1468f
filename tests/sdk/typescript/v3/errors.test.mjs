import assert from "node:assert/strict";
import { test } from "node:test";
import { randomUUID } from "node:crypto";
import { Zep, ZepError } from "@getzep/zep-cloud";
import { client, newTalk, unauthorized, readOnly, say, otherProject, unique } from "./support.mjs";

/** A check for assert.rejects: the class, the status and what the message says. */
const raises = (type, status, text) => (error) => {
  assert.equal(error.constructor, type, `${error}`);
  assert.equal(error.statusCode, status);
  assert.match(error.body.message, text);
  return true;
};

test("unknown ids are not found", async () => {
  const uuid = randomUUID();
  const notFound = raises(Zep.NotFoundError, 404, /not found/);
  await assert.rejects(client.user.get("nobody"), notFound);
  await assert.rejects(client.thread.get("nothing"), notFound);
  await assert.rejects(client.graph.get("nothing"), notFound);
  await assert.rejects(client.graph.edge.get(uuid), notFound);
  await assert.rejects(client.graph.node.get(uuid), notFound);
  await assert.rejects(client.task.get(uuid), notFound);
  await assert.rejects(client.thread.addMessages("nothing", { messages: [{ role: "user", content: "Hello." }] }), raises(ZepError, 404, /not found/));
});

test("a duplicate says that it already exists", async () => {
  const { userId, threadId } = await newTalk();
  const graphId = unique("graph");
  await client.graph.create({ graphId });
  const duplicate = raises(Zep.BadRequestError, 400, /already exists/);
  await assert.rejects(client.user.add({ userId }), duplicate);
  await assert.rejects(client.thread.create({ userId, threadId }), duplicate);
  await assert.rejects(client.graph.create({ graphId }), duplicate);
});

test("requests beyond the limits are refused", async () => {
  const { userId, threadId } = await newTalk();
  const post = (messages) => client.thread.addMessages(threadId, { messages });
  await assert.rejects(post([{ role: "user", content: "x".repeat(4097) }]), raises(ZepError, 400, /content.*4096/));
  await assert.rejects(post(Array(31).fill({ role: "user", content: "x" })), raises(ZepError, 400, /messages.*30/));
  await assert.rejects(client.graph.add({ userId, type: "text", data: "x".repeat(10_001) }), raises(Zep.BadRequestError, 400, /data.*10000/));
  await assert.rejects(client.graph.add({ userId, type: "text", data: "x".repeat(6_000_000) }), raises(ZepError, 413, /5242880/));
  assert.equal((await client.thread.get(threadId)).totalCount, 0);
});

test("an invalid value is refused with the field name", async () => {
  const { userId, threadId } = await newTalk();
  await assert.rejects(client.graph.search({ userId, query: "x", limit: 51 }), raises(Zep.BadRequestError, 400, /limit/));
  await assert.rejects(client.thread.addMessages(threadId, { messages: [{ role: "user", content: "x", createdAt: "soon" }] }), raises(ZepError, 400, /created_at/));
});

test("a wrong key is unauthorized", async () => {
  await assert.rejects(unauthorized.user.get("anybody"), raises(ZepError, 401, /./));
});

test("a read-only key can read and cannot write", async () => {
  const talk = await newTalk();
  const uuid = await say(talk, "I live in Lyon.");
  assert.equal((await readOnly.thread.get(talk.threadId)).totalCount, 1);
  assert.equal((await readOnly.graph.search({ userId: talk.userId, query: "Lyon" })).edges.length, 1);
  await assert.rejects(readOnly.user.update(talk.userId, { firstName: "Mallory" }), raises(ZepError, 403, /read/));
  await assert.rejects(readOnly.graph.episode.update(uuid, { metadata: { a: 1 } }), raises(Zep.ForbiddenError, 403, /read/));
});

test("another project finds nothing", async () => {
  const talk = await newTalk();
  const uuid = await say(talk, "I live in Lyon.");
  const hidden = (error) => error instanceof ZepError && error.statusCode === 404;
  await assert.rejects(otherProject.user.get(talk.userId), hidden);
  await assert.rejects(otherProject.thread.get(talk.threadId), hidden);
  await assert.rejects(otherProject.graph.episode.get(uuid), hidden);
  await assert.rejects(otherProject.graph.search({ userId: talk.userId, query: "Lyon" }), hidden);
});

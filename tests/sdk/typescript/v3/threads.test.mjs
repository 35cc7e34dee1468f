import assert from "node:assert/strict";
import { test } from "node:test";
import { Zep } from "@getzep/zep-cloud";
import { client, instant, newTalk, processed, say, unique } from "./support.mjs";

test("messages are added, read in pages and updated", async () => {
  const { threadId, userId } = await newTalk();
  const added = await client.thread.addMessages(threadId, {
    messages: [
      { role: "user", name: "Jane", content: "I live in Lyon.", createdAt: "2025-01-01T00:00:00Z", metadata: { some_key: "kept" } },
      { role: "assistant", content: "How nice." },
      { role: "user", content: "I work at Atelier Bleu." },
    ],
    ignoreRoles: ["assistant"],
  });
  assert.equal((await processed(added.taskId)).type, "add_messages");

  const all = await client.thread.get(threadId);
  assert.deepEqual(all.messages.map((message) => message.uuid), added.messageUuids);
  assert.deepEqual([all.totalCount, all.rowCount, all.userId], [3, 3, userId]);
  const [first] = all.messages;
  assert.deepEqual([first.role, first.name, first.content], ["user", "Jane", "I live in Lyon."]);
  assert.equal(instant(first.createdAt), instant("2025-01-01T00:00:00Z"));
  assert.deepEqual(first.metadata, { some_key: "kept" });
  assert.equal(first.processed, true);

  const page = await client.thread.get(threadId, { limit: 1, cursor: 1 });
  assert.deepEqual(page.messages.map((message) => message.content), ["How nice."]);
  const last = await client.thread.get(threadId, { lastn: 2 });
  assert.deepEqual(last.messages.map((message) => message.uuid), added.messageUuids.slice(1));

  const { episodes } = await client.thread.getEpisodes(threadId);
  assert.deepEqual(episodes.map((episode) => episode.uuid), [added.messageUuids[0], added.messageUuids[2]]);

  const updated = await client.thread.message.update(added.messageUuids[0], { metadata: { seen: true } });
  assert.deepEqual(updated.metadata, { some_key: "kept", seen: true });
});

test("a posted message is immediately found among episodes", async () => {
  const { threadId, userId } = await newTalk();
  const content = "The zeppelin landed at dawn.";
  const { messageUuids } = await client.thread.addMessages(threadId, { messages: [{ role: "user", content }] });
  const { episodes } = await client.graph.search({ userId, query: content, scope: "episodes" });
  assert.deepEqual(episodes.map((episode) => episode.uuid), messageUuids);
});

test("messages are added in a batch", async () => {
  const { threadId } = await newTalk();
  const messages = [{ role: "user", content: "One." }, { role: "user", content: "Two." }];
  const added = await client.thread.addMessagesBatch(threadId, { messages });
  await processed(added.taskId);
  assert.deepEqual((await client.thread.get(threadId)).messages.map((message) => message.content), ["One.", "Two."]);
});

test("every thread of the project is listed once", async () => {
  const { threadId, userId } = await newTalk();
  const second = unique("thread");
  await client.thread.create({ threadId: second, userId });
  const listed = [];
  for (let pageNumber = 1; ; pageNumber++) {
    const { threads } = await client.thread.listAll({ pageNumber, pageSize: 50, orderBy: "created_at", asc: true });
    if (threads.length === 0) break;
    listed.push(...threads.map((thread) => thread.threadId));
  }
  assert.equal(new Set(listed).size, listed.length);
  assert.deepEqual(listed.filter((id) => id === threadId || id === second), [threadId, second]);
});

test("a context contains dated facts and can be returned when adding a message", async () => {
  const talk = await newTalk({ firstName: "Noor" });
  await say(talk, "I live in Lyon.", "2025-01-01T00:00:00Z");
  const { context } = await client.thread.getUserContext(talk.threadId);
  assert.match(context, /<FACTS>[^]*Lyon.* \(Date range: 2025-01-01 00:00:00 - present\)[^]*<\/FACTS>/);
  const messages = [{ role: "user", content: "Where do I live?" }];
  const added = await client.thread.addMessages(talk.threadId, { messages, returnContext: true });
  assert.match(added.context, /Lyon/);
});

test("deleting a thread deletes its facts", async () => {
  const talk = await newTalk();
  const other = { ...talk, threadId: unique("thread") };
  await client.thread.create(other);
  await say(talk, "I work at Atelier Bleu.");
  await say(other, "I live in Lyon.");
  assert.deepEqual(await client.thread.delete(talk.threadId), { message: "OK" });
  await assert.rejects(client.thread.get(talk.threadId), Zep.NotFoundError);
  const edges = await client.graph.edge.getByUserId(talk.userId, {});
  assert.deepEqual(edges.map((edge) => edge.targetNodeName), ["Lyon"]);
});

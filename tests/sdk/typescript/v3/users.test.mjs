import assert from "node:assert/strict";
import { test } from "node:test";
import { Zep } from "@getzep/zep-cloud";
import { client, newTalk, say, unique } from "./support.mjs";

test("a user is added, read, updated and deleted", async () => {
  const userId = unique("user");
  const added = await client.user.add({
    userId,
    email: "jane@example.com",
    firstName: "Jane",
    lastName: "Smith",
    timeZone: "Europe/Paris",
    metadata: { snake_case: 1, camelCase: { inside: true } },
  });
  assert.equal(added.userId, userId);
  assert.deepEqual(await client.user.get(userId), added);
  // Keys of free-form maps are not converted.
  assert.deepEqual(added.metadata, { snake_case: 1, camelCase: { inside: true } });

  const updated = await client.user.update(userId, { firstName: "Janet", metadata: { more: 2 } });
  assert.equal(updated.firstName, "Janet");
  assert.equal(updated.lastName, "Smith");
  assert.deepEqual(updated.metadata, { snake_case: 1, camelCase: { inside: true }, more: 2 });
  assert.equal((await client.user.update(userId, { timeZone: null })).timeZone ?? null, null);

  assert.deepEqual(await client.user.delete(userId), { message: "OK" });
  await assert.rejects(client.user.get(userId), Zep.NotFoundError);
});

test("users are listed on numbered pages", async () => {
  const family = unique("family");
  for (let at = 0; at < 5; at++) await client.user.add({ userId: `${family}-${at}` });
  const listed = [];
  for (const pageNumber of [1, 2, 3]) {
    const page = await client.user.listOrdered({ pageNumber, pageSize: 2, search: family, orderBy: "user_id", asc: true });
    assert.equal(page.totalCount, 5);
    assert.equal(page.rowCount, page.users.length);
    listed.push(...page.users.map((user) => user.userId));
  }
  assert.deepEqual(listed, [0, 1, 2, 3, 4].map((at) => `${family}-${at}`));
});

test("a user has threads and a node with a summary", async () => {
  const talk = await newTalk({ firstName: "Noor", lastName: "Haddad" });
  await say(talk, "I live in Lyon.");
  const threads = await client.user.getThreads(talk.userId);
  assert.deepEqual(threads.map((thread) => thread.threadId), [talk.threadId]);
  const { node } = await client.user.getNode(talk.userId);
  assert.equal(node.name, "Noor Haddad");
  assert.match(node.summary, /Lyon/);
  assert.deepEqual(await client.user.warm(talk.userId), { message: "OK" });
});

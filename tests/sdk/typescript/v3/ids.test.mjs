import assert from "node:assert/strict";
import { test } from "node:test";
import { Zep } from "@getzep/zep-cloud";
import { client, processed, unique } from "./support.mjs";

const STRANGE = {
  "spaces": (id) => `two words ${id}`,
  "other scripts": (id) => `東京-Ñandú-${id}`,
  "emoji": (id) => `👩‍🚀${id}`,
  "five hundred characters": (id) => id.padEnd(500, "x"),
};

for (const [name, make] of Object.entries(STRANGE)) {
  test(`users, threads and graphs may have an id with ${name}`, async () => {
    const id = make(unique());
    assert.equal((await client.user.add({ userId: id })).userId, id);
    assert.equal((await client.user.get(id)).userId, id);
    await client.thread.create({ threadId: id, userId: id });
    const added = await client.thread.addMessages(id, { messages: [{ role: "user", content: "I live in Lyon." }] });
    await processed(added.taskId);
    assert.deepEqual((await client.thread.get(id)).messages.map((message) => message.uuid), added.messageUuids);
    assert.deepEqual((await client.user.getThreads(id)).map((thread) => thread.threadId), [id]);
    assert.deepEqual((await client.graph.edge.getByUserId(id, {})).map((edge) => edge.targetNodeName), ["Lyon"]);
    assert.equal((await client.graph.search({ userId: id, query: "Lyon" })).edges.length, 1);

    assert.equal((await client.graph.create({ graphId: id })).graphId, id);
    assert.equal((await client.graph.get(id)).graphId, id);
    assert.deepEqual(await client.graph.edge.getByGraphId(id, {}), []);

    await client.graph.delete(id);
    await client.thread.delete(id);
    await client.user.delete(id);
    await assert.rejects(client.user.get(id), Zep.NotFoundError);
    await assert.rejects(client.thread.get(id), Zep.NotFoundError);
    await assert.rejects(client.graph.get(id), Zep.NotFoundError);
  });
}

// This SDK escapes ids, but the Python SDK does not: what has one of these could be created, but never read there.
const REFUSED = ["org/team", "/a/", "what?a=1", "#1", "100%2F", "../a"];

for (const id of REFUSED) {
  test(`the id ${id} is refused`, async () => {
    await assert.rejects(client.user.add({ userId: id }), Zep.BadRequestError);
    await assert.rejects(client.thread.create({ threadId: id, userId: unique() }), Zep.BadRequestError);
    await assert.rejects(client.graph.create({ graphId: id }), Zep.BadRequestError);
  });
}

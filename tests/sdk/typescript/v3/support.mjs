// What the tests share: clients, ids and waiting.

import { randomUUID } from "node:crypto";
import { ZepClient } from "@getzep/zep-cloud";

const baseUrl = `${process.env.ERSTWHILE_URL}/api/v2`;

const official = (apiKey) => new ZepClient({ apiKey, baseUrl });

export const client = official(process.env.ERSTWHILE_KEY);
export const stranger = official(process.env.ERSTWHILE_OTHER_KEY);
export const reader = official(process.env.ERSTWHILE_READ_KEY);
export const nobody = official("wrong");

// How long the server may take to understand what it was given; only a broken one takes that long.
const DEADLINE_MS = 60_000;

/** An id that no other test uses. */
export const unique = (kind = "id") => `${kind}-${randomUUID()}`;

/** Waits until a task has succeeded. */
export async function processed(taskId) {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const task = await client.task.get(taskId);
    if (task.status === "succeeded") return task;
    if (task.status === "failed" || Date.now() > deadline) throw new Error(`the task is ${JSON.stringify(task)}`);
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

/** A new user with a new thread. */
export async function newTalk(user = {}) {
  const userId = unique("user");
  const threadId = unique("thread");
  await client.user.add({ userId, ...user });
  await client.thread.create({ threadId, userId });
  return { userId, threadId };
}

/** Posts a message of the user, waits until it is in the graph, and returns its uuid. */
export async function say({ threadId }, content, createdAt) {
  const added = await client.thread.addMessages(threadId, { messages: [{ role: "user", content, createdAt }] });
  await processed(added.taskId);
  return added.messageUuids[0];
}

/** What two times say, however they are written. */
export const instant = (text) => (text == null ? null : new Date(text).getTime());

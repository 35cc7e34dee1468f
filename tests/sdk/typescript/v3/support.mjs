// Shared helpers: clients, ids and polling.

import { randomUUID } from "node:crypto";
import { ZepClient } from "@getzep/zep-cloud";

const baseUrl = `${process.env.ERSTWHILE_URL}/api/v2`;

const official = (apiKey) => new ZepClient({ apiKey, baseUrl });

export const client = official(process.env.ERSTWHILE_KEY);
export const otherProject = official(process.env.ERSTWHILE_OTHER_KEY);
export const readOnly = official(process.env.ERSTWHILE_READ_KEY);
export const unauthorized = official("wrong");

// Deadline for ingestion; only a broken server takes this long.
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

/** Creates a user with a thread. */
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

/** Parses a time, so that different notations compare equal. */
export const instant = (text) => (text == null ? null : new Date(text).getTime());

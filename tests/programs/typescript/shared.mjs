// Shared helpers: the server's address, its request log, unique names, and polling.

import { randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";

const LOG = process.env.ERSTWHILE_LOG;

export const url = process.env.ERSTWHILE_URL;
export const apiKey = process.env.ERSTWHILE_KEY;
export const unique = (kind) => `${kind}${randomUUID().replaceAll("-", "").slice(0, 20)}`;

/** Returns a function that returns the requests in the server's log since its last call, or since its creation. */
export function requests() {
  let seen = statSync(LOG).size;
  return () => {
    const text = readFileSync(LOG).subarray(seen);
    seen += text.length;
    const lines = text.toString().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
    const completed = lines.filter((line) => line.fields.message === "request completed");
    return completed.map(({ span, fields }) => `${span.method} ${fields.route.replace(/\{[^}]*\}/g, "*")} ${fields.status}`);
  };
}

/** Polls until the result is truthy, because facts are available shortly after their messages. */
export async function eventually(read, seconds = 30) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await read();
    if (answer || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

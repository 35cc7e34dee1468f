// What the suites share: where the server is, which requests it answered, fresh names, and patience.

import { randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";

const LOG = process.env.ERSTWHILE_LOG;

export const url = process.env.ERSTWHILE_URL;
export const apiKey = process.env.ERSTWHILE_KEY;
export const unique = (kind) => `${kind}${randomUUID().replaceAll("-", "").slice(0, 20)}`;

/** The requests that the server has answered since this was made, or since they were read last, by its own log. */
export function requests() {
  let seen = statSync(LOG).size;
  return () => {
    const text = readFileSync(LOG).subarray(seen);
    seen += text.length;
    const lines = text.toString().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
    const answered = lines.filter((line) => line.fields.message === "answered");
    return answered.map(({ span, fields }) => `${span.method} ${fields.route.replace(/\{[^}]*\}/g, "*")} ${fields.status}`);
  };
}

/** Asks again until there is something: facts follow their messages within moments. */
export async function eventually(question, seconds = 30) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await question();
    if (answer || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

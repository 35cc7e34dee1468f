// Shared helpers: the SDK of the generation, ids, and polling.

import { randomUUID } from "node:crypto";
import { after } from "node:test";
import { Methods } from "../shared/methods.mjs";

// ce, v1 or v2.
export const generation = process.env.ERSTWHILE_GENERATION;
const url = process.env.ERSTWHILE_URL;

const SDKS = {
  ce: { module: "zep-js-ce", title: "ce | @getzep/zep-js 2.0.2", contract: "contract_ce.json" },
  v1: { module: "zep-cloud-v1", title: "v1 | @getzep/zep-cloud 1.0.12", contract: "contract_v1_cloud.json" },
  v2: { module: "zep-cloud-v2", title: "v2 | @getzep/zep-cloud 2.22.0", contract: "contract_v2.json" },
};
const { module, title, contract } = SDKS[generation];

export const sdk = await import(module);
// Version 1 exports its client and errors in another place.
const named = sdk.ZepClient ? sdk : sdk.default;
const { ZepClient, ZepError } = named;
const errors = named.Zep ?? {};

const official = (apiKey) => {
  const where = generation === "ce" ? { baseUrl: url } : { environment: `${url}/api/v2` };
  return new ZepClient({ apiKey, ...where });
};

const methods = new Methods(contract);
/** The official client. */
export const zep = methods.recorded(official(process.env.ERSTWHILE_KEY));
export const otherProject = official(process.env.ERSTWHILE_OTHER_KEY);
export const unauthorized = official("wrong");

after(() => {
  for (const line of methods.lines(title)) console.log(line);
});

const DEADLINE_MS = 60_000;

/** An id that no other test uses. */
export const unique = (kind = "id") => `${kind}-${randomUUID().slice(0, 24)}`;

/** Polls `read` until `holds` accepts its value. */
export async function eventually(read, holds) {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)}`);
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

/** Returns a check that an error has this status and, if the SDK has such a class, this class. */
export const fails = (status, name) => (error) => {
  if (!(error instanceof ZepError) || error.statusCode !== status) throw error;
  if (name && errors[name] && !(error instanceof errors[name])) throw error;
  return true;
};

export const rating = (what) => ({ instruction: `rate facts by ${what}`, examples: { high: `${what} very much`, medium: `${what} a little`, low: "the weather is fine" } });

export const says = (roleType, content, more = {}) => ({ role: "Ann", roleType, content, ...more });

/** Creates a user. */
export async function newUser() {
  const userId = unique("user");
  await zep.user.add({ userId, firstName: "Ann", lastName: "Lee", email: `${userId}@example.org`, metadata: { plan: "gold" } });
  return userId;
}

/** Creates a user with a session. */
export async function newSession() {
  const userId = await newUser();
  const sessionId = unique("session");
  await zep.memory.addSession({ sessionId, userId });
  return { userId, sessionId };
}

/** Creates a session with messages. */
export async function newTalk() {
  const talk = await newSession();
  await zep.memory.add(talk.sessionId, { messages: [says("user", "I live in Lyon. I love hiking in the Alps."), says("assistant", "Lyon is lovely!", { role: "Bot" })] });
  await zep.memory.add(talk.sessionId, { messages: [says("user", "My sister Salma works at Nordlys Studio. Where should we eat in Lyon?")] });
  return talk;
}

/** Flattens a list; those of cloud v2 are lists of lists. */
export const flat = (list) => list.flat();

// Counts which methods of an SDK a suite has called successfully, with only the required arguments and with all
// arguments. The arguments of each method are taken from the contract.

import { readFileSync } from "node:fs";

// A call names exactly one owner of a graph, so the other owner arguments may be missing. FREE lists arguments
// that the API requires although they are optional in the SDK.
const OWNERS = /^(source|target)?_?(user|group|graph)_?ids?$/i;
const FREE = new Set(["sessionIds", "text", "uuids", "sourceNodeName", "targetNodeName"]);

// Helpers of the SDKs that take positional arguments and build the body themselves.
const HELPERS = new Set(["memory.extract", "graph.setEntityTypes", "graph.setOntology"]);

const camel = (name) => name.replace(/_+([a-z0-9])/g, (_, letter) => letter.toUpperCase()).replace(/_$/, "");

/** Returns the methods of a client by their qualified names. */
function methodsOf(client, prefix = "", known = new Map()) {
  for (let level = client; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const name of Object.getOwnPropertyNames(level)) {
      if (name.startsWith("_") || name === "constructor") continue;
      const value = client[name];
      if (typeof value === "function" && prefix !== "") known.set(prefix + name, true);
      else if (value && typeof value === "object" && /^(?!Object|Array)/.test(value.constructor?.name ?? "Object")) {
        if (!known.has(`${prefix}${name}.`)) {
          known.set(`${prefix}${name}.`, false);
          methodsOf(value, `${prefix}${name}.`, known);
        }
      }
    }
  }
  return known;
}

export class Methods {
  constructor(contract) {
    const file = new URL(`../../../contract/${contract}`, import.meta.url);
    this.rows = new Map();
    for (const row of JSON.parse(readFileSync(file, "utf8"))) {
      if (row.sdk_method_ts && row.until == null) this.rows.set(row.sdk_method_ts, row);
    }
    this.known = new Set();
    this.required = new Set();
    this.all = new Set();
  }

  /** Wraps a client so that its calls are recorded. */
  recorded(client) {
    for (const [name, isMethod] of methodsOf(client)) if (isMethod) this.known.add(name);
    return this.wrap(client, "");
  }

  wrap(target, prefix) {
    return new Proxy(target, {
      get: (object, name) => {
        const value = object[name];
        if (typeof name !== "string" || name.startsWith("_") || value == null) return value;
        if (typeof value === "object") return this.wrap(value, `${prefix}${name}.`);
        if (typeof value !== "function") return value;
        return (...given) => {
          const result = value.apply(object, given);
          const record = (answer) => (this.called(prefix + name, given), answer);
          return result instanceof Promise ? result.then(record) : record(result);
        };
      },
    });
  }

  called(name, given) {
    if (HELPERS.has(name)) {
      this.required.add(name);
      this.all.add(name);
      return;
    }
    const row = this.rows.get(name);
    const fields = row ? [...row.query_params, ...row.body_fields].filter((field) => !field.name.startsWith("[]")) : [];
    const body = given.findLast((one) => one && typeof one === "object" && !Array.isArray(one)) ?? {};
    const keys = new Set([...Object.keys(body), ...Object.keys(body.body ?? {})]);
    const optional = fields.filter((field) => !field.required).map((field) => camel(field.name));
    const isFree = (key) => OWNERS.test(key) || FREE.has(key);
    if (optional.every((key) => !keys.has(key) || isFree(key))) this.required.add(name);
    const missing = optional.filter((key) => !keys.has(key));
    if (missing.every((key) => OWNERS.test(key)) && (missing.length === 0 || [...keys].some((key) => OWNERS.test(key)))) this.all.add(name);
  }

  /** Returns the counts and the missing methods. */
  lines(title) {
    const total = this.known.size;
    const missing = (called) => [...this.known].filter((name) => !called.has(name)).sort();
    const lines = [`methods: ${title} | required ${total - missing(this.required).length}/${total} | all ${total - missing(this.all).length}/${total}`];
    for (const [what, called] of [["required", this.required], ["all", this.all]]) {
      if (missing(called).length) lines.push(`missing with ${what} arguments: ${missing(called).join(", ")}`);
    }
    return lines;
  }
}

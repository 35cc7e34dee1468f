// The official TypeScript client over HTTP and on stdio.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const { ERSTWHILE_URL: url, ERSTWHILE_KEY: key, ERSTWHILE_BIN: binary } = process.env;

function overHttp(secret = key) {
  const headers = { Authorization: `Bearer ${secret}` };
  return new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } });
}

async function withClient(transport, work) {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  try {
    await work(client);
  } finally {
    await client.close();
  }
}

// Listing the tools first lets the client check every result against the tool's output schema.
async function call(client, name, args) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, JSON.stringify(result));
  return result.structuredContent;
}

async function remembers(client, graph) {
  const { tools } = await client.listTools();
  assert.ok(tools.every((tool) => tool.outputSchema && tool.annotations));
  await call(client, "add_memory", { name: "n", episode_body: "Ada Lovelace lives in London.", group_id: graph });
  let facts = [];
  for (let tries = 0; tries < 600 && facts.length === 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    ({ facts } = await call(client, "search_memory_facts", { query: "Where does Ada live?", group_ids: graph }));
  }
  assert.equal(facts[0].target_node_name, "London");
  const why = await call(client, "why", { uuid: facts[0].uuid });
  assert.equal(why.claims[0].words, "Ada Lovelace lives in London.");
  await call(client, "clear_graph", { group_ids: [graph] });
  const wrong = await client.callTool({ name: "get_node", arguments: { uuid: "Ada" } });
  assert.ok(wrong.isError);
  await assert.rejects(client.callTool({ name: "search_everything", arguments: {} }));
}

test("over HTTP", () =>
  withClient(overHttp(), async (client) => {
    await remembers(client, "typescript-http");
    const { prompts } = await client.listPrompts();
    assert.equal(prompts.length, 2);
    await client.listResources();
  }));

test("an unknown key is refused", async () => {
  await assert.rejects(withClient(overHttp("a-key-that-nobody-has"), (client) => client.listTools()));
});

test("on stdio", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "erstwhile-mcp-"));
  try {
    const transport = new StdioClientTransport({ command: binary, args: ["mcp", "--data", folder], stderr: "ignore" });
    await withClient(transport, (client) => remembers(client, "typescript-stdio"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

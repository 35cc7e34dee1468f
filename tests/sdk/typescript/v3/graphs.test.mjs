import assert from "node:assert/strict";
import { test } from "node:test";
import { Zep, composeContextString } from "@getzep/zep-cloud";
import { client, instant, newTalk, processed, say, unique } from "./support.mjs";

const uuids = (things) => things.map((thing) => thing.uuid);

async function newGraph() {
  const graphId = unique("graph");
  await client.graph.create({ graphId });
  return graphId;
}

/** A hub that owns things; what was added, oldest first. */
async function star(graphId, rays) {
  const added = [];
  for (let at = 0; at < rays; at++) {
    const fact = `Hub owns thing ${at}`;
    added.push(await client.graph.addFactTriple({
      graphId,
      fact,
      factName: "OWNS",
      sourceNodeName: "Hub",
      targetNodeName: `thing ${at}`,
      validAt: `202${at}-01-01T00:00:00Z`,
      edgeAttributes: { number_of: at },
    }));
  }
  return added;
}

test("a graph is created, read, updated, listed, warmed and deleted", async () => {
  const graphId = unique("graph");
  const created = await client.graph.create({ graphId, name: "Catalogue", description: "All", timeZone: "Asia/Tokyo" });
  assert.deepEqual(await client.graph.get(graphId), created);
  const updated = await client.graph.update(graphId, { name: "Products" });
  assert.deepEqual([updated.name, updated.description, updated.timeZone], ["Products", "All", "Asia/Tokyo"]);
  const listed = await client.graph.listAll({ search: graphId, pageNumber: 1, pageSize: 10 });
  assert.deepEqual([listed.totalCount, listed.rowCount, listed.graphs[0].graphId], [1, 1, graphId]);
  assert.deepEqual(await client.graph.warm(graphId), { message: "OK" });
  assert.deepEqual(await client.graph.delete(graphId), { message: "OK" });
  await assert.rejects(client.graph.get(graphId), Zep.NotFoundError);
});

test("text, JSON and messages become facts", async () => {
  const graphId = await newGraph();
  const text = await client.graph.add({ graphId, type: "text", data: "Alice Chen works at Initech.", metadata: { some_key: 1 } });
  const batch = await client.graph.addBatch({
    graphId,
    episodes: [
      { type: "json", data: JSON.stringify({ name: "Robert Smith", employer: "Globex" }) },
      { type: "message", data: "Carla Diaz: I live in Oslo." },
    ],
  });
  for (const episode of [text, ...batch]) await processed(episode.taskId);
  const edges = await client.graph.edge.getByGraphId(graphId, {});
  const told = edges.map((edge) => `${edge.sourceNodeName} → ${edge.targetNodeName}`);
  for (const fact of ["Alice Chen → Initech", "Robert Smith → Globex", "Carla Diaz → Oslo"]) assert.ok(told.includes(fact), fact);

  const { nodes, edges: own } = await client.graph.episode.getNodesAndEdges(text.uuid);
  assert.deepEqual(nodes.map((node) => node.name).sort(), ["Alice Chen", "Initech"]);
  assert.deepEqual(own.map((edge) => edge.targetNodeName), ["Initech"]);
  assert.deepEqual((await client.graph.episode.get(text.uuid)).metadata, { some_key: 1 });
  const { episodes } = await client.graph.episode.getByGraphId(graphId, { lastn: 10 });
  assert.deepEqual(new Set(uuids(episodes)), new Set(uuids([text, ...batch])));
});

test("an added fact has the given nodes, validity and attributes", async () => {
  const graphId = await newGraph();
  const [{ edge, sourceNode, targetNode }] = await star(graphId, 1);
  const stored = await client.graph.edge.get(edge.uuid);
  assert.deepEqual([stored.sourceNodeUuid, stored.targetNodeUuid], [sourceNode.uuid, targetNode.uuid]);
  assert.equal(instant(stored.validAt), instant("2020-01-01T00:00:00Z"));
  assert.equal(stored.invalidAt ?? null, null);
  assert.deepEqual(stored.attributes, { number_of: 0 });
});

test("edges are listed with both kinds of cursor", async () => {
  const graphId = await newGraph();
  const wanted = uuids((await star(graphId, 5)).map((added) => added.edge)).sort();
  const byUuid = [];
  for (let page; page === undefined || page.length > 0; byUuid.push(...uuids(page))) {
    page = await client.graph.edge.getByGraphId(graphId, { limit: 2, uuidCursor: byUuid.at(-1) });
  }
  assert.deepEqual([...byUuid].sort(), wanted);
  const byHeader = [];
  for (let cursor, more = true; more; more = Boolean(cursor)) {
    const { data, rawResponse } = await client.graph.edge.getByGraphId(graphId, { limit: 2, cursor }).withRawResponse();
    byHeader.push(...uuids(data));
    cursor = rawResponse.headers.get("zep-next-cursor");
  }
  assert.deepEqual([...byHeader].sort(), wanted);
});

test("nodes and edges are updated, their attributes merged, and deleted", async () => {
  const graphId = await newGraph();
  const [{ edge, sourceNode, targetNode }] = await star(graphId, 1);
  await client.graph.node.update(sourceNode.uuid, { attributes: { a: 1, b_key: 2 } });
  const node = await client.graph.node.update(sourceNode.uuid, { summary: "The middle.", attributes: { a: null } });
  assert.deepEqual([node.summary, node.attributes], ["The middle.", { b_key: 2 }]);
  const changed = await client.graph.edge.update(edge.uuid, { fact: "Hub sold thing 0", name: "SOLD", attributes: { price: 3 } });
  assert.deepEqual([changed.fact, changed.name, changed.attributes], ["Hub sold thing 0", "SOLD", { number_of: 0, price: 3 }]);
  assert.deepEqual(uuids(await client.graph.node.getEdges(targetNode.uuid)), [edge.uuid]);
  const neighbours = await client.graph.node.getNeighbors(sourceNode.uuid);
  assert.deepEqual(neighbours.map((found) => [found.node.uuid, uuids(found.edges)]), [[targetNode.uuid, [edge.uuid]]]);
  await client.graph.edge.delete(edge.uuid);
  await assert.rejects(client.graph.edge.get(edge.uuid), Zep.NotFoundError);
  await client.graph.node.delete(sourceNode.uuid);
  await assert.rejects(client.graph.node.get(sourceNode.uuid), Zep.NotFoundError);
});

test("a search has scopes, rerankers and filters", async () => {
  const graphId = await newGraph();
  const added = await star(graphId, 4);
  const hub = added[0].sourceNode.uuid;
  const episode = await client.graph.add({ graphId, type: "text", data: "The zeppelin landed.", metadata: { team: "red" } });
  const search = (request) => client.graph.search({ graphId, query: "thing", ...request });

  for (const reranker of ["rrf", "mmr", "node_distance", "episode_mentions", "cross_encoder"]) {
    const { edges } = await search({ reranker, centerNodeUuid: hub, limit: 50 });
    assert.deepEqual(new Set(uuids(edges)), new Set(uuids(added.map((each) => each.edge))), reranker);
  }
  assert.equal((await search({ scope: "nodes", query: "thing 2" })).nodes[0].name, "thing 2");
  assert.deepEqual(uuids((await search({ scope: "episodes", query: "zeppelin" })).episodes), [episode.uuid]);
  assert.match((await search({ scope: "auto" })).context, /Hub owns thing/);

  const late = { validAt: [[{ comparisonOperator: ">=", date: "2022-06-01T00:00:00Z" }], [{ comparisonOperator: "=", date: "2020-01-01T00:00:00Z" }]] };
  const { edges } = await search({ searchFilters: late });
  assert.deepEqual(edges.map((edge) => edge.fact).sort(), ["Hub owns thing 0", "Hub owns thing 3"]);
  const numbers = { propertyFilters: [{ propertyName: "number_of", comparisonOperator: ">", propertyValue: 2 }] };
  assert.deepEqual((await search({ searchFilters: numbers })).edges.map((edge) => edge.fact), ["Hub owns thing 3"]);
  const blue = { episodeMetadataFilters: { type: "and", filters: [{ propertyName: "team", comparisonOperator: "=", propertyValue: "blue" }] } };
  assert.deepEqual((await search({ scope: "episodes", query: "zeppelin", searchFilters: blue })).episodes, []);
});

test("a move closes the earlier fact, and deleting its message reopens it", async () => {
  const talk = await newTalk();
  const homes = async () => {
    const edges = await client.graph.edge.getByUserId(talk.userId, { filters: { edgeTypes: ["LIVES_IN"] } });
    return Object.fromEntries(edges.map((edge) => [edge.targetNodeName, instant(edge.invalidAt)]));
  };
  await say(talk, "I live in Lyon.", "2024-01-01T00:00:00Z");
  const move = await say(talk, "I moved to Oslo.", "2025-01-01T00:00:00Z");
  assert.deepEqual(await homes(), { Lyon: instant("2025-01-01T00:00:00Z"), Oslo: null });
  await client.graph.episode.delete(move);
  assert.deepEqual(await homes(), { Lyon: null });
});

test("the SDK composes a context from search results", async () => {
  const talk = await newTalk({ firstName: "Noor" });
  await say(talk, "I live in Lyon.", "2025-01-01T00:00:00Z");
  const query = "Where does Noor live?";
  const { edges } = await client.graph.search({ userId: talk.userId, query, scope: "edges" });
  const { nodes } = await client.graph.search({ userId: talk.userId, query, scope: "nodes" });
  const { episodes } = await client.graph.search({ userId: talk.userId, query, scope: "episodes" });
  const composed = composeContextString(edges, nodes, episodes);
  assert.match(composed, /<FACTS>[^]*lives in Lyon[^]*present[^]*<\/FACTS>/);
  assert.match(composed, /<ENTITIES>[^]*Name: Lyon[^]*<\/ENTITIES>/);
  assert.match(composed, /<EPISODES>[^]*I live in Lyon\.[^]*<\/EPISODES>/);
});

test("a project is read", async () => {
  const { userId } = await newTalk();
  const { project } = await client.project.get();
  assert.equal(project.uuid, (await client.user.get(userId)).projectUuid);
});

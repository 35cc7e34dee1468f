// Every method of the third generation, with its required arguments and with all arguments.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Methods } from "../shared/methods.mjs";
import { client, instant, processed, unique } from "./support.mjs";

const methods = new Methods("contract_v3.json");
const zep = methods.recorded(client);
const keyed = { cursor: "", direction: "asc", filters: {}, limit: 10, orderBy: "created_at", uuidCursor: "" };

after(() => {
  for (const line of methods.lines("v3 | @getzep/zep-cloud 3.30.0")) console.log(line);
});

async function newUser(fields = {}) {
  const userId = unique("user");
  const user = await zep.user.add({ userId, ...fields });
  return { userId, uuid: user.uuid };
}

async function newThread() {
  const { userId } = await newUser();
  const threadId = unique("thread");
  await zep.thread.create({ threadId, userId });
  return { userId, threadId };
}

async function newGraph(fields = {}) {
  const graphId = unique("graph");
  await zep.graph.create({ graphId, ...fields });
  return graphId;
}

/** Waits until a batch is over. */
async function finished(batchId) {
  for (;;) {
    const batch = await zep.batch.get(batchId);
    if (!["queued", "processing"].includes(batch.status)) return batch;
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

/** Waits until every episode of a graph is understood. */
async function understood(graphId) {
  for (;;) {
    const { episodes } = await zep.graph.episode.getByGraphId(graphId);
    if (episodes.every((one) => one.processed)) return episodes;
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

test("users and threads", async () => {
  const fields = { email: "a@example.org", firstName: "Ann", lastName: "Lee", timeZone: "Europe/Paris", metadata: { snake_key: 1 }, disableDefaultOntology: false };
  const { userId } = await newUser(fields);
  assert.deepEqual((await zep.user.get(userId)).metadata, { snake_key: 1 });
  assert.equal((await zep.user.update(userId, { ...fields, firstName: "Bea" })).firstName, "Bea");
  assert.equal((await zep.user.update(userId, {})).firstName, "Bea");
  assert.equal((await zep.user.listOrdered({ pageNumber: 1, pageSize: 1, search: userId, orderBy: "user_id", asc: true })).users[0].userId, userId);
  assert.ok((await zep.user.listOrdered()).totalCount >= 1);
  assert.equal((await zep.user.warm(userId)).message, "OK");
  const threadId = unique("thread");
  await zep.thread.create({ threadId, userId });
  assert.deepEqual((await zep.user.getThreads(userId)).map((one) => one.threadId), [threadId]);
  assert.ok((await zep.thread.listAll({ pageNumber: 1, pageSize: 1, orderBy: "created_at", asc: false })).totalCount >= 1);
  await zep.thread.listAll();
  const messages = [{ role: "user", content: "I live in Lyon.", name: "Bea" }, { role: "assistant", content: "That is nice." }];
  const options = { ignoreRoles: ["assistant"], returnContext: true, strictOntology: false };
  const added = await zep.thread.addMessages(threadId, { messages, ...options });
  assert.ok(added.context);
  await processed(added.taskId);
  await zep.thread.addMessages(threadId, { messages: [messages[0]] });
  await zep.thread.addMessagesBatch(threadId, { messages, ...options });
  await processed((await zep.thread.addMessagesBatch(threadId, { messages })).taskId);
  assert.equal((await zep.task.get(added.taskId)).status, "succeeded");
  assert.equal((await zep.thread.get(threadId)).messages.length, 7);
  assert.equal((await zep.thread.get(threadId, { limit: 1, cursor: 0, lastn: 2 })).messages.length, 2);
  assert.equal((await zep.thread.getEpisodes(threadId)).episodes[0].content, "I live in Lyon.");
  assert.deepEqual((await zep.thread.message.update(added.messageUuids[0], { metadata: { k: 1 } })).metadata, { k: 1 });
  assert.match((await zep.thread.getUserContext(threadId)).context, /Lyon/);
  const templateId = unique("template");
  await zep.context.createContextTemplate({ templateId, template: "Known: %{edges}" });
  assert.match((await zep.thread.getUserContext(threadId, { templateId })).context, /^Known: [^]*Lyon/);
  assert.equal((await zep.context.updateContextTemplate(templateId, { template: "%{edges}" })).template, "%{edges}");
  assert.equal((await zep.context.getContextTemplate(templateId)).templateId, templateId);
  assert.ok((await zep.context.listContextTemplates()).templates.some((one) => one.templateId === templateId));
  await zep.context.deleteContextTemplate(templateId);
  const summary = await zep.thread.getSummary(threadId);
  assert.match(summary.summary, /Lyon/);
  assert.equal((await zep.graph.threadSummary.getByUserId(userId, {})).length, 1);
  assert.equal((await zep.graph.threadSummary.getByUserId(userId, keyed))[0].uuid, summary.uuid);
  assert.equal((await zep.user.getNode(userId)).node.name, "Bea Lee");
  await zep.thread.delete(threadId);
  await zep.user.delete(userId);
});

test("graphs and their data", async () => {
  const graphId = await newGraph({ name: "Team", description: "a team", timeZone: "Europe/Paris" });
  const { userId } = await newThread();
  await newGraph();
  assert.equal((await zep.graph.update(graphId, { name: "Crew", description: "a crew", timeZone: "Europe/Oslo" })).name, "Crew");
  assert.equal((await zep.graph.update(graphId, {})).name, "Crew");
  assert.equal((await zep.graph.get(graphId)).description, "a crew");
  assert.equal((await zep.graph.listAll({ pageNumber: 1, pageSize: 5, search: graphId, orderBy: "name", asc: true })).totalCount, 1);
  await zep.graph.listAll();
  await zep.graph.warm(graphId);
  const data = "Salma works at Nordlys Studio. Omar lives in Copenhagen.";
  const episode = await zep.graph.add({ graphId, type: "text", data, createdAt: "2025-01-01T00:00:00Z", documentId: "notes", metadata: { k: 1 }, sourceDescription: "notes", strictOntology: false });
  await zep.graph.add({ userId, type: "text", data: "Omar lives in Oslo." });
  await zep.graph.addBatch({ graphId, documentId: "more", strictOntology: false, episodes: [{ data: "Ann likes tea.", type: "text" }] });
  await zep.graph.addBatch({ userId, episodes: [{ data: "Ann likes tea.", type: "text" }] });
  await understood(graphId);
  assert.equal((await zep.graph.episode.getByGraphId(graphId, { lastn: 1 })).episodes.length, 1);
  assert.equal((await zep.graph.episode.getByUserId(userId, { lastn: 1 })).episodes.length, 1);
  await zep.graph.episode.getByUserId(userId);
  const nodes = await zep.graph.node.getByGraphId(graphId, keyed);
  await zep.graph.node.getByGraphId(graphId, {});
  const omar = nodes.find((one) => one.name === "Omar");
  const episodeMetadataFilters = { type: "and", filters: [{ propertyName: "k", comparisonOperator: "=", propertyValue: 1 }] };
  const listing = { cursor: "", direction: "desc", limit: 5, orderBy: "created_at", episodeMetadataFilters, mentionedNodeUuids: [omar.uuid] };
  assert.deepEqual((await zep.graph.episode.listByGraphId(graphId, listing)).map((one) => one.uuid), [episode.uuid]);
  assert.equal((await zep.graph.episode.listByGraphId(graphId, {})).length, 2);
  assert.deepEqual(await zep.graph.episode.listByUserId(userId, listing), []);
  assert.equal((await zep.graph.episode.listByUserId(userId, {})).length, 2);
  assert.deepEqual((await zep.graph.episode.update(episode.uuid, { metadata: { k: 2 } })).metadata, { k: 2 });
  assert.equal((await zep.graph.episode.get(episode.uuid)).content, data);
  assert.ok((await zep.graph.episode.getNodesAndEdges(episode.uuid)).edges.length >= 2);
  assert.equal((await zep.graph.getEpisodesForDocument("notes", { graphId })).episodes.length, 1);
  assert.equal((await zep.graph.documentSummary.getByGraphId(graphId, {})).length, 2);
  await zep.graph.documentSummary.getByGraphId(graphId, keyed);
  assert.deepEqual(await zep.graph.threadSummary.getByGraphId(graphId, {}), []);
  await zep.graph.threadSummary.getByGraphId(graphId, keyed);
  assert.ok((await zep.graph.edge.getByGraphId(graphId, {})).length >= 2);
  await zep.graph.edge.getByGraphId(graphId, keyed);
  await zep.graph.edge.getByUserId(userId, {});
  await zep.graph.edge.getByUserId(userId, keyed);
  await zep.graph.node.getByUserId(userId, {});
  await zep.graph.node.getByUserId(userId, keyed);
  const neighbours = await zep.graph.node.getNeighbors(omar.uuid, { cursor: "", direction: "both", directionSort: "asc", filters: {}, limit: 5, orderBy: "created_at" });
  assert.deepEqual(neighbours.map((one) => one.node.name), ["Copenhagen"]);
  await zep.graph.node.getNeighbors(omar.uuid, {});
  const [edge] = await zep.graph.node.getEdges(omar.uuid);
  assert.equal((await zep.graph.node.getEpisodes(omar.uuid)).episodes.length, 1);
  const edited = await zep.graph.edge.update(edge.uuid, { fact: "Omar has a home.", name: "HAS_HOME_IN", attributes: { k: 1 }, validAt: "2020-01-01T00:00:00Z", invalidAt: "2030-01-01T00:00:00Z", expiredAt: "2030-01-01T00:00:00Z" });
  assert.equal(edited.name, "HAS_HOME_IN");
  await zep.graph.edge.update(edge.uuid, {});
  assert.equal((await zep.graph.edge.get(edge.uuid)).fact, "Omar has a home.");
  assert.deepEqual((await zep.graph.node.update(omar.uuid, { name: "Omar B.", summary: "a friend", labels: ["Friend"], attributes: { k: 1 } })).labels, ["Entity", "Friend"]);
  await zep.graph.node.update(omar.uuid, {});
  assert.equal((await zep.graph.node.get(omar.uuid)).name, "Omar B.");
  const search = { graphId, query: "Salma", scope: "edges", limit: 5, reranker: "node_distance", centerNodeUuid: omar.uuid, bfsOriginNodeUuids: [omar.uuid], mmrLambda: 0.5, maxCharacters: 1000, returnRawResults: false, searchFilters: {} };
  assert.ok((await zep.graph.search(search)).edges.length >= 1);
  assert.ok((await zep.graph.search({ userId, query: "Omar" })).edges.length >= 1);
  await zep.graph.edge.delete(edge.uuid);
  await zep.graph.node.delete(omar.uuid);
  await zep.graph.episode.delete(episode.uuid);
  await zep.graph.delete(graphId);
});

test("data derived from a graph", async () => {
  const graphId = await newGraph();
  const { userId } = await newThread();
  let stated;
  for (const place of ["Lyon", "Oslo", "Rome", "Bern"]) {
    stated = await zep.graph.addFactTriple({ graphId, fact: `Ann visited ${place}.`, factName: "VISITED", sourceNodeName: "Ann", targetNodeName: place });
  }
  const times = { createdAt: "2024-01-01T00:00:00Z", validAt: "2020-01-01T00:00:00Z", invalidAt: "2021-01-01T00:00:00Z", expiredAt: "2021-02-01T00:00:00Z" };
  const source = { sourceNodeAttributes: { k: 1 }, sourceNodeLabels: ["Person"], sourceNodeName: "Ann", sourceNodeSummary: "a person", sourceNodeUuid: stated.sourceNode.uuid };
  const target = { targetNodeAttributes: { k: 1 }, targetNodeLabels: ["City"], targetNodeName: "Lima", targetNodeSummary: "a city", targetNodeUuid: "" };
  const whole = await zep.graph.addFactTriple({ graphId, fact: "Ann lived in Lima.", factName: "LIVED_IN", edgeAttributes: { k: 1 }, metadata: { source: "crm" }, ...times, ...source, ...target });
  assert.equal(instant(whole.edge.validAt), instant("2020-01-01T00:00:00Z"));
  const familyId = await newGraph();
  for (const child of ["Mia", "Leo"]) {
    await zep.graph.addFactTriple({ graphId: familyId, fact: `Ann has a child, ${child}.`, factName: "HAS_CHILD", sourceNodeName: "Ann", targetNodeName: child });
  }
  const [observation] = await zep.graph.observation.getByGraphId(familyId, {});
  assert.equal((await zep.graph.observation.get(observation.uuid)).summary, observation.summary);
  await zep.graph.observation.getByGraphId(graphId, keyed);
  await zep.graph.observation.getByUserId(userId, {});
  await zep.graph.observation.getByUserId(userId, keyed);
  const patterns = await zep.graph.detectPatterns({ graphId });
  assert.ok(patterns.patterns.some((one) => one.type === "relationship" && one.occurrences === 4));
  const everything = { detect: { hubs: { minDegree: 3 } }, edgeLimit: 2, limit: 5, minOccurrences: 1, query: "", queryLimit: 5, recencyWeight: "30_days", searchFilters: {}, seeds: { nodeUuids: [stated.sourceNode.uuid] } };
  assert.deepEqual((await zep.graph.detectPatterns({ graphId, ...everything })).patterns.map((one) => one.type), ["hub"]);
  const seedNodeUuids = [stated.targetNode.uuid];
  assert.deepEqual((await zep.graph.getSubgraph({ graphId, seedNodeUuids })).nodes.map((one) => one.name), ["Bern", "Ann"]);
  assert.ok((await zep.graph.getSubgraph({ graphId, seedNodeUuids, depth: 2, direction: "both", maxEdges: 10, maxNodes: 3, searchFilters: {} })).truncated);
  const added = await zep.graph.addNodes({ graphId, nodes: [{ name: "Nantes", label: "City", metadata: { k: 1 } }] });
  assert.equal((await zep.graph.node.get(added.nodes[0].uuid)).name, "Nantes");
  const targetGraphId = unique("copy");
  const cloned = await zep.graph.clone({ sourceGraphId: graphId, targetGraphId });
  await processed(cloned.taskId);
  assert.equal((await zep.graph.edge.getByGraphId(targetGraphId, {})).length, 5);
});

test("batches", async () => {
  const graphId = await newGraph();
  const batch = await zep.batch.create({ ignoreRoles: ["system"], metadata: { k: 1 }, strictOntology: false });
  assert.equal((await zep.batch.create()).status, "draft");
  const [item] = await zep.batch.add(batch.batchId, { items: [{ type: "graph_episode", graphId, data: "Omar lives in Oslo." }] });
  assert.equal((await zep.batch.listItems(batch.batchId, { limit: 1, cursor: 0, status: "pending" })).items[0].itemId, item.itemId);
  assert.equal((await zep.batch.listItems(batch.batchId)).items.length, 1);
  assert.ok((await zep.batch.list({ limit: 5, cursor: 0, status: "draft" })).batches.length >= 2);
  await zep.batch.list();
  await zep.batch.process(batch.batchId);
  assert.equal((await finished(batch.batchId)).status, "succeeded");
  await zep.batch.delete((await zep.batch.create()).batchId);
});

test("declarations of an application", async () => {
  const { userId } = await newThread();
  const graphId = await newGraph();
  const scope = { userIds: [userId], graphIds: [graphId] };
  const name = unique("instruction");
  const instructions = [{ name, text: "Dates are British." }];
  await zep.graph.addCustomInstructions({ instructions });
  await zep.graph.addCustomInstructions({ instructions, ...scope });
  assert.equal((await zep.graph.listCustomInstructions({ userId })).instructions[0].text, "Dates are British.");
  assert.ok((await zep.graph.listCustomInstructions()).instructions.some((one) => one.name === name));
  await zep.graph.deleteCustomInstructions({ instructionNames: [name], ...scope });
  await zep.graph.deleteCustomInstructions();
  await zep.user.addUserSummaryInstructions({ instructions });
  await zep.user.addUserSummaryInstructions({ instructions, userIds: [userId] });
  assert.equal((await zep.user.listUserSummaryInstructions({ userId })).instructions.length, 1);
  await zep.user.listUserSummaryInstructions();
  await zep.user.deleteUserSummaryInstructions({ instructionNames: [name], userIds: [userId] });
  await zep.user.deleteUserSummaryInstructions();
  const { entityFields } = await import("@getzep/zep-cloud");
  const Studio = { description: "A place where artists work.", fields: { style: entityFields.text("its style") } };
  const WorksAt = { description: "Where somebody works.", fields: {}, sourceTargets: [{ source: "User", target: "Studio" }] };
  await zep.graph.setOntology({ Studio }, { WORKS_AT: WorksAt }, scope);
  await zep.graph.setEntityTypes({ Studio }, { WORKS_AT: WorksAt }, scope);
  const types = await zep.graph.listEntityTypes({ userId });
  assert.deepEqual([types.entityTypes[0].name, types.edgeTypes[0].name], ["Studio", "WORKS_AT"]);
  await zep.graph.setEntityTypesInternal({ entityTypes: [], edgeTypes: [], ...scope });
  await zep.graph.setEntityTypesInternal(scope);
  assert.deepEqual((await zep.graph.listEntityTypes({ userId })).entityTypes, []);
  await zep.graph.listEntityTypes();
  const steering = { instruction: "habits", types: [{ name: "Habit", description: "again and again" }] };
  await zep.project.setObservationSteering({ userId, body: steering });
  assert.equal((await zep.project.getObservationSteering({ userId })).instruction, "habits");
  await zep.project.setObservationSteering({ body: {} });
  await zep.project.getObservationSteering();
  await zep.project.update({ defaultTimeZone: "Europe/Paris" });
  await zep.project.update({ defaultTimeZone: null });
  await zep.project.update();
  assert.equal((await zep.project.get()).project.name, "default");
});

test("groups of users", async () => {
  const projectId = (await zep.project.get()).project.uuid;
  const group = await zep.userGroup.create({ projectId, name: unique("group"), description: "a group" });
  await zep.userGroup.create({ projectId, name: unique("group") });
  const { uuid: userUuid, userId } = await newUser();
  const { uuid: otherUuid } = await newUser();
  const page = { projectId, pageNumber: 1, pageSize: 10 };
  assert.equal((await zep.userGroup.addMembers(group.uuid, { projectId, body: { userUuids: [userUuid, otherUuid] } })).addedCount, 2);
  assert.equal((await zep.userGroup.listMembers(group.uuid, page)).totalCount, 2);
  assert.equal((await zep.userGroup.listMembers(group.uuid, { ...page, search: userId })).users[0].userId, userId);
  assert.equal((await zep.userGroup.listForUser(userUuid, { projectId })).userGroups[0].uuid, group.uuid);
  assert.equal((await zep.userGroup.removeMembers(group.uuid, { projectId, body: { userUuids: [otherUuid] } })).removedCount, 1);
  assert.equal((await zep.userGroup.removeMember(group.uuid, userUuid, { projectId })).removedCount, 1);
  assert.equal((await zep.userGroup.listMemberCandidates(group.uuid, { ...page, search: userId })).totalCount, 1);
  await zep.userGroup.listMemberCandidates(group.uuid, page);
  const policySetUuid = "11111111-1111-4111-8111-111111111111";
  // No method of the SDK defines policy sets.
  const defined = await fetch(`${process.env.ERSTWHILE_URL}/api/v2/abac/policy-sets/${policySetUuid}`, {
    method: "PUT",
    headers: { Authorization: `Api-Key ${process.env.ERSTWHILE_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify({ name: "shared", grants: [] }),
  });
  assert.equal(defined.status, 200);
  await zep.userGroup.attachPolicySet(group.uuid, { projectId, policySetUuid });
  assert.equal((await zep.userGroup.listPolicySets(group.uuid, { projectId })).policySets[0].uuid, policySetUuid);
  await zep.userGroup.detachPolicySet(group.uuid, policySetUuid, { projectId });
  const { version } = await zep.userGroup.get(group.uuid, { projectId });
  const renamed = await zep.userGroup.update(group.uuid, { projectId, expectedVersion: version, name: unique("group"), description: "other" });
  await zep.userGroup.update(group.uuid, { projectId, expectedVersion: renamed.version });
  assert.equal((await zep.userGroup.list({ ...page, search: renamed.name })).totalCount, 1);
  await zep.userGroup.list(page);
  await zep.userGroup.delete(group.uuid, { projectId });
});

// The session generations through their official TypeScript SDKs: every method with its required
// arguments and with all arguments.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, fails, flat, generation, newSession, newTalk, newUser, unauthorized, rating, says, otherProject, unique, zep } from "./support.mjs";

const cloud = generation !== "ce";
const v2 = generation === "v2";

test("a user is added, read, updated, listed and deleted", async () => {
  const userId = unique("user");
  const more = v2 ? { factRatingInstruction: rating("travel") } : {};
  const user = await zep.user.add({ userId, email: "jane@example.org", firstName: "Jane", lastName: "Smith", metadata: { snake_key: { camelKey: 1 } }, ...more });
  assert.deepEqual([user.userId, user.email, user.firstName], [userId, "jane@example.org", "Jane"]);
  assert.deepEqual(user.metadata, { snake_key: { camelKey: 1 } });
  assert.equal((await zep.user.get(userId)).uuid, user.uuid);
  const changed = await zep.user.update(userId, { email: "new@example.org", firstName: "Bea", lastName: "Ray", metadata: { seats: 3 }, ...(v2 ? { factRatingInstruction: rating("food") } : {}) });
  assert.deepEqual([changed.firstName, changed.metadata], ["Bea", { snake_key: { camelKey: 1 }, seats: 3 }]);
  assert.equal((await zep.user.update(userId, {})).firstName, "Bea");
  assert.equal((await zep.user.listOrdered({ pageNumber: 1, pageSize: 1 })).users[0].userId, userId);
  assert.ok((await zep.user.listOrdered()).totalCount >= 1);
  assert.equal((await zep.user.delete(userId)).message, "OK");
  await assert.rejects(zep.user.get(userId), fails(404, "NotFoundError"));
});

test("a user needs only an id, which must be unique", async () => {
  const userId = unique("user");
  await zep.user.add({ userId });
  await assert.rejects(zep.user.add({ userId }), fails(400, "BadRequestError"));
  await assert.rejects(zep.user.add({ userId: "" }), fails(400, "BadRequestError"));
});

test("the sessions of a user are listed", async () => {
  const { userId, sessionId } = await newSession();
  const sessions = (await zep.user.getSessions(userId)).flat();
  assert.deepEqual(sessions.map((one) => one.sessionId ?? one.session_id), [sessionId]);
});

test("a wrong key is refused and another project sees nothing", async () => {
  const { userId, sessionId } = await newTalk();
  await assert.rejects(unauthorized.user.get(userId), fails(401));
  await assert.rejects(otherProject.user.get(userId), fails(404, "NotFoundError"));
  await assert.rejects(otherProject.memory.getSession(sessionId), fails(404, "NotFoundError"));
});

test("a session is added, read, updated and listed", async () => {
  const userId = await newUser();
  const sessionId = unique("session");
  const session = await zep.memory.addSession({ sessionId, userId, metadata: { topic: "trip" }, factRatingInstruction: rating("travel") });
  assert.deepEqual([session.sessionId, session.userId, session.metadata], [sessionId, userId, { topic: "trip" }]);
  await zep.memory.updateSession(sessionId, { metadata: { a: { x: 1 } } });
  await zep.memory.updateSession(sessionId, { metadata: { a: { y: 2 } }, factRatingInstruction: rating("food") });
  const read = await zep.memory.getSession(sessionId);
  assert.deepEqual(read.metadata, { topic: "trip", a: { x: 1, y: 2 } });
  assert.equal(read.factRatingInstruction.instruction, "rate facts by food");
  const page = await zep.memory.listSessions({ pageNumber: 1, pageSize: 1, orderBy: "created_at", asc: false });
  assert.deepEqual([page.sessions[0].sessionId, page.responseCount], [sessionId, 1]);
  assert.ok((await zep.memory.listSessions()).totalCount >= 1);
  await assert.rejects(zep.memory.addSession({ sessionId, userId }), fails(400, "BadRequestError"));
  await assert.rejects(zep.memory.addSession({ sessionId: unique(), userId: "nobody" }), fails(400, "BadRequestError"));
  await assert.rejects(zep.memory.getSession("nothing"), fails(404, "NotFoundError"));
});

test("messages are returned in order and unchanged", async () => {
  const { sessionId } = await newSession();
  const messages = [says("user", "I live in Lyon.", { metadata: { snake_key: [1] }, createdAt: "2025-03-03T10:00:00Z" }), says("assistant", "Lovely!", { role: "Bot" })];
  const more = v2 ? { ignoreRoles: ["assistant"], returnContext: true } : {};
  const added = await zep.memory.add(sessionId, { messages, factInstruction: "none", summaryInstruction: "none", ...more });
  assert.ok(v2 ? added.context.includes("<FACTS>") : added.message === "OK");
  const memory = await zep.memory.get(sessionId, { lastn: 10, minRating: 0, ...(generation === "v1" ? { memoryType: "perpetual" } : {}) });
  assert.deepEqual(memory.messages.map((one) => [one.role, one.roleType, one.content]), [["Ann", "user", "I live in Lyon."], ["Bot", "assistant", "Lovely!"]]);
  assert.deepEqual(memory.messages[0].metadata, { snake_key: [1] });
  // The SDK rejects an unknown role; the server rejects what the SDK accepts.
  await assert.rejects(zep.memory.add(sessionId, { messages: [says("king", "hello")] }));
  await assert.rejects(zep.memory.add(sessionId, { messages: [says("user", "")] }), fails(400));
  await assert.rejects(zep.memory.get(sessionId, { lastn: -1 }), fails(400));
});

test("memory contains facts and a summary of omitted messages", async () => {
  const { sessionId } = await newTalk();
  const memory = await eventually(() => zep.memory.get(sessionId), (one) => one.relevantFacts?.some((fact) => fact.fact.includes("Lyon")));
  assert.deepEqual(memory.facts.toSorted(), memory.relevantFacts.map((fact) => fact.fact).toSorted());
  const short = await zep.memory.get(sessionId, { lastn: 1 });
  assert.match(short.summary.content, /Lyon/);
});

test("a session is created by its first message and deleted with its memory", async () => {
  const sessionId = unique("session");
  await zep.memory.add(sessionId, { messages: [says("user", "I live in Oslo.")] });
  assert.equal((await zep.memory.getSession(sessionId)).sessionId, sessionId);
  assert.equal((await zep.memory.delete(sessionId)).message, "OK");
  await assert.rejects(zep.memory.getSession(sessionId), fails(404, "NotFoundError"));
});

test("messages are listed and read and their metadata updated", async () => {
  const { sessionId } = await newSession();
  await zep.memory.add(sessionId, { messages: Array.from({ length: 5 }, (_, number) => says("user", `message ${number}`)) });
  const page = await zep.memory.getSessionMessages(sessionId, { limit: 2, cursor: 2 });
  assert.deepEqual(page.messages.map((one) => one.content), ["message 2", "message 3"]);
  const everything = await zep.memory.getSessionMessages(sessionId);
  const { uuid } = everything.messages[0];
  assert.equal((await zep.memory.getSessionMessage(sessionId, uuid)).content, "message 0");
  const changed = await zep.memory.updateMessageMetadata(sessionId, uuid, { metadata: { a: 1 } });
  assert.deepEqual(changed.metadata, { a: 1 });
  await assert.rejects(zep.memory.getSessionMessage(sessionId, "00000000-0000-4000-8000-000000000000"), fails(404, "NotFoundError"));
});

test("a fact is read and deleted", async () => {
  const { sessionId } = await newTalk();
  const memory = await eventually(() => zep.memory.get(sessionId), (one) => one.relevantFacts?.some((fact) => fact.fact.includes("Lyon")));
  const { uuid } = memory.relevantFacts[0];
  assert.equal((await zep.memory.getFact(uuid)).fact.uuid, uuid);
  const answer = await zep.memory.deleteFact(uuid);
  assert.equal(v2 ? answer.message : answer, "OK");
  await assert.rejects(zep.memory.getFact(uuid), fails(404, "NotFoundError"));
});

test("sessions are searched", async () => {
  const { userId, sessionId } = await newSession();
  const about = (content, what) => says("user", content, { metadata: { about: what } });
  await zep.memory.add(sessionId, { messages: [about("My cat Miso sleeps all day.", "cat"), about("My dog Rex chases balls.", "dog"), about("The car needs tyres.", "car")] });
  const found = await zep.memory.searchSessions({
    limit: 2,
    text: "an animal that sleeps",
    userId,
    sessionIds: [sessionId],
    searchScope: "messages",
    searchType: "mmr",
    mmrLambda: 0.5,
    minScore: 0,
    minFactRating: 0,
    recordFilter: { where: { jsonpath: '$.about ? (@ == "dog" || @ == "cat")' } },
  });
  assert.deepEqual(new Set(found.results.map((one) => one.message.metadata.about)), new Set(["cat", "dog"]));
  assert.ok(Array.isArray((await zep.memory.searchSessions({ text: "Miso", userId })).results));
  await assert.rejects(zep.memory.searchSessions({ text: "", userId }), fails(400));
  if (!cloud) return;
  assert.match((await zep.memory.search(sessionId, { text: "a sleepy animal" }))[0].message.content, /Miso/);
  const cars = await zep.memory.search(sessionId, {
    limit: 5,
    text: "wheels",
    metadata: { where: { jsonpath: '$.about ? (@ == "car")' } },
    searchScope: "messages",
    searchType: "similarity",
    mmrLambda: 0.7,
    minScore: 0,
    minFactRating: 0,
  });
  assert.deepEqual(cars.map((one) => one.message.metadata.about), ["car"]);
});

test("an ended session is classified and cannot be changed", { skip: !cloud }, async () => {
  const { userId, sessionId } = await newTalk();
  const ended = await zep.memory.endSession(sessionId, { classify: { name: "place", classes: ["Oslo", "Lyon"] }, instruction: "be brief" });
  assert.equal(ended.classification.class, "Lyon");
  assert.ok(ended.session.endedAt);
  assert.ok((await zep.memory.endSession(sessionId)).session.endedAt);
  await assert.rejects(zep.memory.add(sessionId, { messages: [says("user", "more")] }), fails(409));
  const other = unique("session");
  await zep.memory.addSession({ sessionId: other, userId });
  assert.equal((await zep.memory.endSessions({ sessionIds: [other], instruction: "be brief" })).sessions[0].sessionId, other);
  assert.equal((await zep.memory.endSessions({ sessionIds: [other, sessionId] })).sessions.length, 2);
});

test("a session is classified, data is extracted and a question synthesized", { skip: !cloud }, async () => {
  const { sessionId } = await newTalk();
  const simple = await zep.memory.classifySession(sessionId, { name: "place", classes: ["Oslo", "Lyon"] });
  assert.equal(simple.class, "Lyon");
  await zep.memory.classifySession(sessionId, { name: "other", classes: ["Oslo", "Lyon"], instruction: "where?", lastN: 3, persist: false });
  assert.deepEqual((await zep.memory.getSession(sessionId)).classifications, { place: "Lyon" });
  await zep.memory.add(sessionId, { messages: [says("user", "My shoe size is 42.")] });
  const modelSchema = '{"shoe_size": {"type": "ZepNumber", "description": "the shoe size"}}';
  assert.deepEqual(await zep.memory.extractData(sessionId, { lastN: 3, modelSchema }), { shoe_size: "42" });
  const everything = { lastN: 3, modelSchema, currentDateTime: "2025-01-01T00:00:00Z", validate: true };
  assert.deepEqual(await zep.memory.extractData(sessionId, everything), { shoe_size: "42" });
  assert.match((await zep.memory.synthesizeQuestion(sessionId, { lastNMessages: 4 })).question, /\?$/);
  assert.match((await zep.memory.synthesizeQuestion(sessionId)).question, /\?$/);
});

test("facts are added and listed, and summaries listed", { skip: !cloud }, async () => {
  const { userId, sessionId } = await newTalk();
  assert.equal((await zep.memory.addSessionFacts(sessionId, { facts: [{ fact: "Ann prefers window seats." }] })).message, "OK");
  if (!v2) await zep.memory.addSessionFacts(sessionId, {});
  const facts = (await zep.memory.getSessionFacts(sessionId)).facts.map((one) => one.fact);
  assert.ok(facts.includes("Ann prefers window seats."));
  assert.ok((await zep.memory.getSessionFacts(sessionId, { minRating: 0 })).facts.length >= 1);
  assert.match((await zep.memory.getSummaries(sessionId)).summaries[0].content, /Lyon/);
  if (!v2) return;
  assert.ok((await zep.user.getFacts(userId)).facts.length >= 1);
  assert.equal((await zep.user.getNode(userId)).node.name, "Ann Lee");
});

test("documents are stored, updated, found and deleted", { skip: !cloud }, async () => {
  const name = unique("lib");
  const texts = ["Bread is baked from flour, water and yeast.", "A violin has four strings.", "Trains to Lyon leave every hour."];
  await zep.document.addCollection(name, { description: "texts", metadata: { kind: "test" } });
  await zep.document.addCollection(unique("lib"), {});
  await zep.document.updateCollection(name, { description: "books", metadata: { shelf: 2 } });
  await zep.document.updateCollection(name, {});
  assert.deepEqual((await zep.document.getCollection(name)).metadata, { kind: "test", shelf: 2 });
  assert.ok(flat(await zep.document.listCollections()).some((one) => one.name === name));
  const uuids = flat(await zep.document.addDocuments(name, texts.map((content, number) => ({ content, documentId: `d${number}`, metadata: { number } }))));
  assert.equal(uuids.length, 3);
  assert.equal((await zep.document.getsADocumentFromADocumentCollectionByUuid(name, uuids[1])).content, texts[1]);
  assert.equal(flat(await zep.document.batchGetDocuments(name, { uuids: [uuids[0]], documentIds: ["d2"] })).length, 2);
  await zep.document.batchGetDocuments(name, {});
  const found = await zep.document.search(name, { text: "how do I make a loaf?" });
  assert.equal(found.results[0].content, texts[0]);
  const music = await zep.document.search(name, { limit: 2, text: "music", metadata: { where: { jsonpath: "$.number ? (@ >= 1)" } }, searchType: "mmr", mmrLambda: 0.5, minScore: -1 });
  assert.equal(music.results[0].documentId, "d1");
  await zep.document.updatesADocument(name, uuids[0], { documentId: "bread", metadata: { warm: true } });
  await zep.document.updatesADocument(name, uuids[0], {});
  assert.equal((await zep.document.getsADocumentFromADocumentCollectionByUuid(name, uuids[0])).documentId, "bread");
  await zep.document.batchUpdateDocuments(name, [{ uuid: uuids[1], documentId: "violin" }]);
  await zep.document.deleteDocument(name, uuids[0]);
  await zep.document.batchDeleteDocuments(name, uuids.slice(1));
  assert.equal((await zep.document.getCollection(name)).documentCount, 0);
  await zep.document.deleteCollection(name);
  await assert.rejects(zep.document.getCollection(name), fails(404, "NotFoundError"));
});

test("a model class of the SDK is filled in", { skip: !cloud }, async () => {
  const { sessionId } = await newSession();
  await zep.memory.add(sessionId, { messages: [says("user", "My home town is Lyon.")] });
  const module = await import(v2 ? "zep-cloud-v2" : "zep-cloud-v1");
  const { zepFields } = module.zepFields ? module : module.default;
  const schema = { home_town: zepFields.text("the home town"), age: zepFields.number("the age") };
  const told = await zep.memory.extract(sessionId, schema, { lastN: 3, validate: false, currentDateTime: "2025-01-01T00:00:00Z" });
  assert.deepEqual([told.home_town, told.age ?? null], ["Lyon", null]);
  assert.equal((await zep.memory.extract(sessionId, schema, { lastN: 3 })).home_town, "Lyon");
});

test("groups are standalone graphs", { skip: !v2 }, async () => {
  const groupId = unique("group");
  await zep.group.add({ groupId, name: "Team", description: "a team", factRatingInstruction: rating("work") });
  await zep.group.add({ groupId: unique("group") });
  assert.equal((await zep.group.getGroup(groupId)).name, "Team");
  assert.equal((await zep.group.update(groupId, { name: "Crew", description: "a crew", factRatingInstruction: rating("play") })).name, "Crew");
  await zep.group.update(groupId, {});
  assert.ok((await zep.group.getAllGroups({ pageNumber: 1, pageSize: 5 })).groups.length >= 1);
  assert.ok((await zep.group.getAllGroups()).totalCount >= 1);
  await zep.graph.add({ groupId, type: "text", data: "Salma works at Nordlys Studio." });
  const { facts } = await eventually(() => zep.group.getFacts(groupId), (one) => one.facts.length > 0);
  assert.match(facts[0].fact, /Nordlys/);
  await zep.group.delete(groupId);
  await assert.rejects(zep.group.getGroup(groupId), fails(404, "NotFoundError"));
});

test("the graph is filled, read and searched", { skip: !v2 }, async () => {
  const userId = await newUser();
  const groupId = unique("group");
  await zep.group.add({ groupId });
  const episode = await zep.graph.add({ userId, type: "text", data: "Salma works at Nordlys Studio. Omar lives in Copenhagen.", createdAt: "2025-01-01T00:00:00Z", sourceDescription: "notes" });
  await zep.graph.add({ userId, type: "text", data: "Ann likes tea." });
  await eventually(() => zep.graph.episode.get(episode.uuid), (one) => one.processed);
  await zep.graph.addBatch({ groupId, episodes: [{ data: "Omar lives in Copenhagen.", type: "text" }] });
  await eventually(() => zep.graph.edge.getByGroupId(groupId, {}), (edges) => edges.length > 0);
  assert.equal((await zep.graph.edge.getByGroupId(groupId, { limit: 1, uuidCursor: "" })).length, 1);
  assert.ok((await zep.graph.edge.getByUserId(userId, {})).length >= 2);
  assert.equal((await zep.graph.edge.getByUserId(userId, { limit: 1, uuidCursor: "" })).length, 1);
  assert.ok((await zep.graph.node.getByGroupId(groupId, {})).length >= 2);
  assert.equal((await zep.graph.node.getByGroupId(groupId, { limit: 1, uuidCursor: "" })).length, 1);
  const nodes = await zep.graph.node.getByUserId(userId, {});
  await zep.graph.node.getByUserId(userId, { limit: 1, uuidCursor: "" });
  const omar = nodes.find((one) => one.name === "Omar");
  assert.equal((await zep.graph.node.get(omar.uuid)).name, "Omar");
  const [edge] = await zep.graph.node.getEdges(omar.uuid);
  assert.match(edge.fact, /Copenhagen/);
  assert.equal((await zep.graph.node.getEpisodes(omar.uuid)).episodes[0].uuid, episode.uuid);
  assert.equal((await zep.graph.edge.get(edge.uuid)).fact, edge.fact);
  assert.equal((await zep.graph.episode.getByUserId(userId, { lastn: 1 })).episodes.length, 1);
  assert.equal((await zep.graph.episode.getByUserId(userId)).episodes.length, 2);
  assert.equal((await zep.graph.episode.getByGroupId(groupId, { lastn: 1 })).episodes.length, 1);
  await zep.graph.episode.getByGroupId(groupId);
  assert.ok((await zep.graph.episode.getNodesAndEdges(episode.uuid)).edges.length >= 2);
  assert.match((await zep.graph.search({ userId, query: "Where does Omar live?" })).edges[0].fact, /Copenhagen/);
  const found = await zep.graph.search({
    userId,
    query: "Omar",
    scope: "edges",
    limit: 5,
    reranker: "node_distance",
    centerNodeUuid: omar.uuid,
    bfsOriginNodeUuids: [omar.uuid],
    minFactRating: 0,
    minScore: 0,
    mmrLambda: 0.5,
    searchFilters: { createdAt: [[{ comparisonOperator: ">=", date: "2024-01-01T00:00:00Z" }]] },
  });
  assert.match(found.edges[0].fact, /Copenhagen/);
  const small = await zep.graph.addFactTriple({ userId, fact: "Ann visited Oslo.", factName: "VISITED", sourceNodeName: "Ann", targetNodeName: "Oslo" });
  const times = { createdAt: "2024-01-01T00:00:00Z", validAt: "2020-01-01T00:00:00Z", invalidAt: "2021-01-01T00:00:00Z", expiredAt: "2021-02-01T00:00:00Z" };
  const ends = { sourceNodeName: "Ann", sourceNodeSummary: "a person", sourceNodeUuid: small.sourceNode.uuid, targetNodeName: "Rome", targetNodeSummary: "a city", targetNodeUuid: small.targetNode.uuid };
  const whole = await zep.graph.addFactTriple({ userId, fact: "Ann worked in Rome.", factName: "WORKED_IN", factUuid: "11111111-1111-4111-8111-111111111111", ...times, ...ends });
  assert.match(whole.edge.validAt, /^2020-01-01/);
  await zep.graph.edge.delete(whole.edge.uuid);
  const target = unique("clone");
  await zep.graph.clone({ sourceGroupId: groupId, targetGroupId: target });
  assert.ok((await zep.graph.edge.getByGroupId(target, {})).length >= 1);
  await zep.graph.episode.delete(episode.uuid);
  await assert.rejects(zep.graph.episode.get(episode.uuid), fails(404));
});

test("types are declared", { skip: !v2 }, async () => {
  const { entityFields } = (await import("zep-cloud-v2/wrapper/ontology.js")).default;
  const Studio = { description: "A place where artists work.", fields: { style: entityFields.text("its style") } };
  const WorksAt = { description: "Where somebody works.", fields: {}, sourceTargets: [] };
  await zep.graph.setEntityTypes({ Studio }, {});
  await zep.graph.setOntology({ Studio }, {});
  await zep.graph.setEntityTypes({ Studio }, { WORKS_AT: WorksAt });
  await zep.graph.setOntology({ Studio }, { WORKS_AT: WorksAt });
  const types = await zep.graph.listEntityTypes();
  assert.deepEqual(types.entityTypes.map((one) => [one.name, one.properties[0].name]), [["Studio", "style"]]);
  assert.deepEqual(types.edgeTypes.map((one) => one.name), ["WORKS_AT"]);
  await zep.graph.setEntityTypesInternal({ entityTypes: [], edgeTypes: [] });
  await zep.graph.setEntityTypesInternal({});
  assert.deepEqual((await zep.graph.listEntityTypes()).entityTypes, []);
});

"""What an episode added to its graph, and what was read and not kept."""

from support import Talk, unique


def test_traces_tell_each_step(talk: Talk) -> None:
    zep, graph = talk.zep, talk.user.graph_uuid
    assert zep.debug_log.enable(idempotency_key=unique()).ingestion_trace_enabled
    assert zep.debug_log.enable().duration_seconds > 0
    message = talk.say("I live in Lyon.")
    traces = zep.graph.episode.list_ingestion_traces(graph, message.uuid_).items
    assert [(one.step, one.status) for one in traces] == [("combined_extraction", "recorded"), ("resolve_nodes", "recorded"), ("resolve_edges", "recorded")]
    edge = traces[0].output.extracted_edges[0]
    assert edge.fact == "Noor Haddad lives in Lyon." and "“I live in Lyon.”" in edge.explanation
    first = zep.graph.episode.list_ingestion_traces(graph, message.uuid_, page_size=1, cursor="").items
    assert first[0] == traces[0]

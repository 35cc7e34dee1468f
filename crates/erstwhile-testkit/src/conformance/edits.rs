//! What every driver must do: edits are removed with the objects that they edit.

use uuid::Uuid;

use super::{assertion, batch, mention, message, with_thread};
use erstwhile::store::Store;
use erstwhile_core::change::Change;
use erstwhile_core::model::{EntityId, EntityPatch, FactEdit, GraphId};

/// A message with a claim whose fact and entity the operator has edited.
fn edited(graph: GraphId, number: u128) -> Vec<Change> {
    let said = message(graph, "t", number);
    let claim = assertion(graph, &said);
    let edit = FactEdit { statement: Some("edited".to_owned()), ..FactEdit::default() };
    let patch = EntityPatch { summary: Some("edited".to_owned()), ..EntityPatch::default() };
    vec![
        Change::AddEpisodes(vec![said.clone()]),
        Change::AddMention(mention(&said)),
        Change::PutFactEdit(claim.id, edit),
        Change::PutEntityEdit(claim.subject, patch),
        Change::AddAssertion(claim),
    ]
}

/// An edit of a fact is removed with the assertion, episode, thread or name from which the fact was derived, and an
/// edit of an entity with its name; other edits are kept.
pub async fn edits_are_removed_with_their_objects(store: &Store) {
    let graph = with_thread(store).await;
    for number in 101..=104 {
        store.apply(&batch(number, graph, edited(graph, number))).await.unwrap();
    }
    let of = |number: u128| message(graph, "t", number);
    let removals = [
        // Each change, and the number of remaining edits of facts and entities together.
        (Change::RemoveAssertion(assertion(graph, &of(101)).id), 7),
        (Change::RemoveEpisode(of(102).id), 6),
        (Change::RemoveName(EntityId(of(103).id.0)), 4),
        (Change::RemoveThread("t".to_owned()), 3),
    ];
    for (number, (removal, left)) in (1..).zip(removals) {
        store.apply(&batch(number + 20, graph, vec![removal.clone()])).await.unwrap();
        let evidence = store.evidence_since(graph, 0).await.unwrap().unwrap();
        assert_eq!(evidence.edits.len(), left, "after {removal:?}");
    }
    // It is the object of every claim, so no claim remains.
    let everywhere = EntityId(graph.within(Uuid::from_u128(3)));
    store.apply(&batch(30, graph, vec![new_claim(graph), Change::RemoveName(everywhere)])).await.unwrap();
    let evidence = store.evidence_since(graph, 0).await.unwrap().unwrap();
    assert_eq!((evidence.assertions.len(), evidence.edits.len()), (0, 3));
}

fn new_claim(graph: GraphId) -> Change {
    Change::AddAssertion(erstwhile_core::model::Assertion {
        episode: None,
        ..assertion(graph, &message(graph, "t", 109))
    })
}

//! What of the reading of the rules stays beside an answer.

use super::*;

#[tokio::test]
async fn a_model_that_says_much_less_than_the_rules_found_adds_to_it() {
    let text = "I live in Oslo, I work at Acme, my sister is called Berta, I have a dog, and I am allergic to peanuts.";
    let rules = OFFLINE.read(&said(&[text])).remove(0).claims;
    let asserted = rules.iter().filter(|claim| claim.kind == ClaimKind::Asserts).count();
    assert_eq!(asserted, 6, "{rules:?}");
    let one = claim(1, "my sister is called Berta", "Berta", "FROM", "Oslo");
    let other = claim(1, "I work at Acme", "Berta", "WORKS_AT", "Acme");
    let kept = claims(said(&[text]), vec![one.clone(), other.clone()]).await;
    assert_eq!(kept.len(), rules.len() + 2, "{kept:#?}");
    let third = claim(1, "allergic to peanuts", "Berta", "ALLERGIC_TO", "peanuts");
    let replaced = claims(said(&[text]), vec![one, other, third]).await;
    assert!(rules.iter().all(|rule| !replaced.contains(rule)), "half of them replace: {replaced:#?}");
    let none = claims(said(&["I like tea."]), Vec::new()).await;
    assert!(none.is_empty(), "silence about little is an answer: {none:?}");
}

#[tokio::test]
async fn an_answer_of_which_claims_were_dropped_loses_no_fact_that_it_says_nothing_about() {
    let text = "I live in Oslo and I work at Acme.";
    let rules: Vec<Claim> = OFFLINE.read(&said(&[text])).remove(0).claims;
    let works = ("Ann Lee", "WORKS_AT", "Acme");
    assert_eq!(rules.iter().map(triple).collect::<Vec<_>>(), [("Ann Lee", "LIVES_IN", "Oslo"), works]);
    let home = claim(1, "I live in Oslo", "user", "LIVES_IN", "Oslo");
    let read = async |answered: &[Value]| claims(said(&[text]), answered.to_vec()).await;
    let kept = |read: &[Claim]| read.iter().any(|claim| triple(claim) == works);
    assert!(!kept(&read(std::slice::from_ref(&home)).await), "a whole answer replaces what the rules found");
    for bad in [
        claim(1, "I love working at Acme", "user", "WORKS_AT", "Acme"),
        claim(7, "I work at Acme", "user", "WORKS_AT", "Acme"),
        json!({ "turn": "one", "predicate": "WORKS_AT" }),
    ] {
        let read = read(&[home.clone(), bad.clone()]).await;
        assert!(kept(&read), "{bad}: {read:#?}");
        let homes = read.iter().filter(|claim| claim.predicate == "LIVES_IN").count();
        assert_eq!(homes, 1, "what it restates is not kept twice: {read:#?}");
    }
    let work = claim(1, "I work at Acme", "user", "WORKS_AT", "Acme");
    let bad = claim(1, "I have a boat", "user", "OWNS", "boat");
    for answer in [
        claim(1, "I live in Oslo and I work at Acme", "user", "LIVES_IN", "Acme"),
        with(home, &json!({ "kind": "denies" })),
    ] {
        let read = read(&[answer.clone(), work.clone(), bad.clone()]).await;
        assert!(!read.contains(&rules[0]), "what it contradicts is not kept: {answer}: {read:#?}");
    }
}

fn instructed(instruction: &str, texts: &[&str]) -> ExtractionRequest {
    ExtractionRequest { instructions: vec![instruction.to_owned()], ..said(texts) }
}

#[tokio::test]
async fn silence_under_an_instruction_removes_nothing_that_the_rules_read() {
    let texts = ["I live in Oslo and I work at Acme.", "I like tea."];
    for instruction in ["Dates are British.", "Remember nothing about work."] {
        let read = read(instructed(instruction, &texts), json!({ "claims": [], "left_out": [] })).await;
        let kept: Vec<_> = read.iter().flat_map(|extraction| &extraction.claims).map(triple).collect();
        for rule in [("Ann Lee", "LIVES_IN", "Oslo"), ("Ann Lee", "WORKS_AT", "Acme"), ("Ann Lee", "LIKES", "tea")] {
            assert!(kept.contains(&rule), "{instruction} {kept:?}");
        }
    }
    // What a model says about one turn is no answer about another.
    let home = claim(1, "I live in Oslo", "user", "LIVES_IN", "Oslo");
    let work = claim(1, "I work at Acme", "user", "WORKS_AT", "Acme");
    let read = read(instructed("Dates are British.", &texts), json!({ "claims": [home, work] })).await;
    assert!(read[1].claims.iter().any(|claim| triple(claim) == ("Ann Lee", "LIKES", "tea")), "{read:#?}");
}

#[tokio::test]
async fn a_fact_that_an_instruction_excludes_is_left_out_if_the_model_names_it_with_the_words_of_the_instruction() {
    let texts = ["I like tea.", "I live in Oslo and I work at Acme."];
    let model = Arc::new(Scripted::default());
    let extractor = ModelExtractor::new(model, OFFLINE.clone(), PromptOverrides::default());
    let request = || instructed("Dates are British. Remember nothing about work.", &texts);
    let prompt = extractor.prompts(&request()).remove(0);
    let line = prompt.data.lines().find(|line| line.ends_with("\"Ann Lee\" WORKS_AT \"Acme\"")).expect("the fact");
    let (number, rest) = line.split_once(". ").expect("a number");
    assert!(rest.starts_with("in turn 2: "), "{line}");
    assert!(prompt.schema.unwrap().pointer("/properties/left_out").is_some());
    let fact: i64 = number.parse().unwrap();
    let left_out = async |turn: i64, fact: i64, instruction: &str| {
        let named = json!({ "turn": turn, "fact": fact, "instruction": instruction });
        let read = read(request(), json!({ "claims": [], "left_out": [named] })).await;
        let works = read[1].claims.iter().any(|claim| claim.object.as_deref() == Some("Acme"));
        assert!(read[0].claims.iter().any(|claim| triple(claim) == ("Ann Lee", "LIKES", "tea")));
        assert!(read[1].claims.iter().any(|claim| triple(claim) == ("Ann Lee", "LIVES_IN", "Oslo")));
        assert_eq!(read[1].mentions.iter().any(|mention| mention.name == "Acme"), works, "{read:#?}");
        assert_eq!(read[1].dropped.len(), usize::from(!works), "what is left out is counted");
        !works
    };
    assert!(left_out(2, fact, "remember nothing about work").await);
    assert!(!left_out(2, fact, "remember nothing about people").await, "the instructions do not say that");
    assert!(!left_out(2, fact, "").await, "no reason");
    assert!(!left_out(1, fact, "remember nothing about work").await, "the fact is of another turn");
    assert!(!left_out(2, 99, "remember nothing about work").await, "there is no such fact");
}

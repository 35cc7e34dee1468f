//! The commands that look into a database: what it holds, and why.
//!
//! They need no server, and one may be running. They create nothing.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use erstwhile::engine::{Claim, FactClosing, FactOrigin, GraphRef, GraphSize, Listing, ProjectHandle, SortBy};
use erstwhile::model::{AssertionId, parse_timestamp};
use erstwhile::search::filter::Filter;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::DataArgs;
use super::facts::{Ids, day, json_of, print_fact, print_facts, print_facts_as_json};
use super::output::{print_data, print_status};
use crate::serve::{DEFAULT_PROJECT, database_bytes, open_existing_engine};
use crate::settings::Settings;

/// Where to look, and how to print.
#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Project to look into
    #[arg(long, default_value = DEFAULT_PROJECT)]
    project: String,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(super) json: bool,
}

impl InspectArgs {
    pub(super) async fn open(&self, mut settings: Settings) -> anyhow::Result<ProjectHandle> {
        self.data.apply(&mut settings);
        let engine = open_existing_engine(&settings).await?;
        let project = engine.find_project(&self.project).await?;
        let project = project.with_context(|| format!("there is no project `{}`", self.project))?;
        Ok(engine.project(project.id))
    }
}

/// Show what is known about a user, in the order of time.
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    args: InspectArgs,
    /// The user
    #[arg(required_unless_present = "graph", conflicts_with = "graph")]
    user: Option<String>,
    /// A standalone graph, instead of a user
    #[arg(long, value_name = "ID")]
    graph: Option<String>,
    /// Only facts that were true at this time, RFC 3339 or a date
    #[arg(long, value_name = "TIME", value_parser = time)]
    as_of: Option<Timestamp>,
}

impl Show {
    pub(super) async fn run(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let project = self.args.open(settings).await?;
        let graph = match (self.user, self.graph) {
            (Some(user), _) => GraphRef::User(user),
            (None, graph) => GraphRef::Graph(graph.unwrap_or_default()),
        };
        let mut facts = project.graph(&graph).facts(&Filter::default()).await?;
        facts.retain(|triple| self.as_of.is_none_or(|as_of| triple.fact.holds_at(as_of)));
        if self.args.json { print_facts_as_json(facts) } else { print_facts(facts, Ids::Shown) }?;
        Ok(ExitCode::SUCCESS)
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    parse_timestamp(text).ok_or_else(|| "not an RFC 3339 time or a date".to_owned())
}

/// Show why a fact is held: the words that it rests on, what read them, and what ended it.
#[derive(Debug, Args)]
pub(super) struct Why {
    #[command(flatten)]
    args: InspectArgs,
    /// Id of the fact, as `show` prints it
    fact: uuid::Uuid,
}

impl Why {
    pub(super) async fn run(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let project = self.args.open(settings).await?;
        let origin = project.fact_origin(AssertionId(self.fact)).await?;
        if self.args.json {
            print_data(&json_of_origin(&origin).to_string())?;
            return Ok(ExitCode::SUCCESS);
        }
        print_fact(&origin.fact, Ids::Hidden)?;
        for claim in &origin.claims {
            print_claim("because", claim)?;
        }
        match &origin.closing {
            Some(FactClosing::Claim(claim)) => print_claim("it ended because", claim)?,
            Some(FactClosing::Edit) => print_data("\nit was ended by an edit through the API")?,
            None => {}
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print_claim(lead: &str, claim: &Claim) -> std::io::Result<()> {
    let Claim { assertion, words, episode } = claim;
    let said = day(assertion.reference_time);
    let Some(episode) = episode else {
        return print_data(&format!("\n{lead} it was stated through the API on {said}: {}", assertion.statement));
    };
    let speaker = speaker_of(claim).unwrap_or_else(|| episode.kind.as_str().to_owned());
    let place = episode.thread.as_ref().map(|thread| format!(" in the thread {thread}")).unwrap_or_default();
    print_data(&format!("\n{lead} of the words of {speaker}{place} on {said}:"))?;
    print_data(&format!("  “{words}”"))?;
    let (read_by, confidence) = (&assertion.extractor, assertion.confidence);
    print_data(&format!("  read by {read_by} as: {}  (confidence {confidence})", assertion.statement))
}

fn speaker_of(claim: &Claim) -> Option<String> {
    let episode = claim.episode.as_ref()?;
    episode.name.clone().or_else(|| episode.role.map(|role| format!("the {}", role.as_str())))
}

fn json_of_origin(origin: &FactOrigin) -> Value {
    let claim = |claim: &Claim| {
        json!({
            "claim": claim.assertion.statement,
            "words": claim.words,
            "speaker": claim.episode.as_ref().and_then(|episode| {
                episode.name.clone().or_else(|| episode.role.map(|role| role.as_str().to_owned()))
            }),
            "episode_uuid": claim.assertion.episode.map(|id| id.0),
            "thread_id": claim.episode.as_ref().and_then(|episode| episode.thread.clone()),
            "said_at": claim.assertion.reference_time,
            "recorded_at": claim.assertion.recorded_at,
            "read_by": claim.assertion.extractor,
            "confidence": claim.assertion.confidence,
        })
    };
    json!({
        "fact": json_of(&origin.fact),
        "claims": origin.claims.iter().map(claim).collect::<Vec<_>>(),
        "ended_by": match &origin.closing {
            Some(FactClosing::Claim(ending)) => claim(ending),
            Some(FactClosing::Edit) => json!("edit"),
            None => Value::Null,
        },
    })
}

/// A part of a list.
#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    args: InspectArgs,
    /// Only those whose id or name contains this text
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    search: String,
    /// Maximum number, the newest first
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
}

impl ListArgs {
    fn listing(&self) -> Listing {
        Listing {
            page_number: 1,
            page_size: self.limit,
            search: self.search.clone(),
            sort_by: SortBy::CreatedAt,
            ascending: false,
        }
    }
}

/// Prints how many are not listed.
fn print_rest(listed: usize, total: i64) {
    let rest = total - i64::try_from(listed).unwrap_or(i64::MAX);
    if rest > 0 {
        print_status(&format!("and {rest} more; --limit or --search shows them"));
    }
}

/// List users with the sizes of their graphs.
#[derive(Debug, Args)]
pub(super) struct Users {
    #[command(flatten)]
    list: ListArgs,
}

impl Users {
    pub(super) async fn run(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let list = self.list;
        let project = list.args.open(settings).await?;
        let (users, total) = project.list_users(&list.listing()).await?;
        for user in &users {
            let size = project.user(&user.user_id).graph().size().await?;
            print_data(&if list.args.json {
                json!({
                    "user_id": user.user_id, "name": user.display_name(), "created_at": user.created_at,
                    "threads": user.thread_count, "episodes": size.episodes, "entities": size.entities,
                    "facts": size.facts,
                })
                .to_string()
            } else {
                let threads = user.thread_count;
                let created = day(user.created_at);
                format!("{created}  {threads:>5} threads  {}  {}  {}", line_of(size), user.user_id, user.display_name())
            })?;
        }
        if total == 0 {
            print_status("there are no users");
        }
        print_rest(users.len(), total);
        Ok(ExitCode::SUCCESS)
    }
}

/// List standalone graphs with their sizes.
#[derive(Debug, Args)]
pub(super) struct Graphs {
    #[command(flatten)]
    list: ListArgs,
}

impl Graphs {
    pub(super) async fn run(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let list = self.list;
        let project = list.args.open(settings).await?;
        let (graphs, total) = project.list_graphs(&list.listing()).await?;
        for graph in &graphs {
            let size = project.graph(&graph.own_id).size().await?;
            print_data(&if list.args.json {
                json!({
                    "graph_id": graph.own_id, "name": graph.name, "created_at": graph.created_at,
                    "episodes": size.episodes, "entities": size.entities, "facts": size.facts,
                })
                .to_string()
            } else {
                let name = graph.name.as_deref().unwrap_or_default();
                format!("{}  {}  {}  {name}", day(graph.created_at), line_of(size), graph.own_id)
            })?;
        }
        if total == 0 {
            print_status("there are no standalone graphs; the command users lists the users, each with a graph");
        }
        print_rest(graphs.len(), total);
        Ok(ExitCode::SUCCESS)
    }
}

fn line_of(size: GraphSize) -> String {
    format!("{:>6} episodes  {:>6} entities  {:>6} facts", size.episodes, size.entities, size.facts)
}

/// List projects.
#[derive(Debug, Args)]
pub(super) struct Projects {
    #[command(flatten)]
    data: DataArgs,
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
}

impl Projects {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        let engine = open_existing_engine(&settings).await?;
        for project in engine.projects().await? {
            let handle = engine.project(project.id);
            let (_, users) = handle.list_users(&only_the_number()).await?;
            let (_, graphs) = handle.list_graphs(&only_the_number()).await?;
            print_data(&if self.json {
                json!({
                    "name": project.name, "uuid": project.id.0, "created_at": project.created_at, "users": users,
                    "graphs": graphs,
                })
                .to_string()
            } else {
                format!("{}  {users:>6} users  {graphs:>6} graphs  {}", day(project.created_at), project.name)
            })?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn only_the_number() -> Listing {
    Listing { page_number: 1, page_size: 1, search: String::new(), sort_by: SortBy::CreatedAt, ascending: true }
}

/// Show how much the database holds, in all projects.
#[derive(Debug, Args)]
pub(super) struct Stats {
    #[command(flatten)]
    data: DataArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Stats {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        let engine = open_existing_engine(&settings).await?;
        let size = engine.store_size().await?;
        let projects = i64::try_from(engine.projects().await?.len()).unwrap_or(i64::MAX);
        let waiting = engine.queue_depth().await?.episodes;
        let bytes = database_bytes(&settings.store);
        let counts = [
            ("projects", Some(projects)),
            ("users", Some(size.users)),
            ("threads", Some(size.threads)),
            ("episodes", Some(size.episodes)),
            ("episodes_waiting", Some(waiting)),
            ("assertions", Some(size.assertions)),
            ("documents", Some(size.documents)),
            ("bytes", bytes),
        ];
        if self.json {
            let object: serde_json::Map<String, Value> =
                counts.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
            print_data(&Value::Object(object).to_string())?;
            return Ok(ExitCode::SUCCESS);
        }
        for (name, count) in counts {
            if let Some(count) = count {
                print_data(&format!("{:<18}{count:>16}", name.replace('_', " ")))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

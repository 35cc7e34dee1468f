//! The domain types: plain data with public fields.
//!
//! These types are neither the wire format nor the storage format, which have types of their own.

mod assertion;
mod audit;
mod collection;
mod context_template;
mod episode;
mod fact;
mod graph;
mod ids;
mod import_job;
mod link;
mod metadata;
mod model_reading;
mod model_usage;
mod partition;
mod policy_set;
mod project;
mod setting;
mod summary;
mod task;
mod timestamp;
mod user_group;
mod webhook;
mod written_summary;

pub use assertion::{
    Assertion, ClaimKind, HEARSAY_CONFIDENCE, Holding, Precision, STATEMENT, Span, TimePoint, VALUE_TYPE,
};
pub use audit::{Actor, AuditAction, AuditEntry, AuditRecord, AuditTargetKind};
pub use collection::{Collection, Document};
pub use context_template::ContextTemplate;
pub use episode::{Episode, EpisodeKind, EpisodeState, Role};
pub use fact::{Closing, Fact, FactEdit};
pub use graph::{Entity, EntityPatch, Mention, NodeId, OPERATOR, Thread, User};
pub use ids::{
    ApiKeyId, AssertionId, BatchId, CollectionId, CollectionUuid, DocumentUuid, EntityId, EpisodeId, GraphId, GroupId,
    ImportJobId, LinkId, PartitionId, ProjectId, TaskId, ThreadUuid, UserUuid, tag_of,
};
pub use import_job::{ImportCounts, ImportItem, ImportItemState, ImportJob, ImportState, ImportTarget};
pub use link::{Link, LinkKind};
pub use metadata::{Metadata, metadata_size};
pub use model_reading::{ModelReading, ModelReadingState, ModelReport};
pub use model_usage::{ModelPrices, ModelUsage};
pub use partition::{Graph, Partition, PartitionOwner};
pub use policy_set::{Grant, GraphAction, PolicyMode, PolicySet};
pub use project::{ApiKey, KeyRole, Project};
pub use setting::{Precondition, Setting, SettingKind};
pub use summary::Summary;
pub use task::{Task, TaskState};
pub use timestamp::parse_timestamp;
pub use user_group::UserGroup;
pub use webhook::{Delivery, Notification, Webhook, WebhookEvent};
pub use written_summary::{SummarySubject, WrittenSummary};

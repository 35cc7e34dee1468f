//! stub
use crate::error::Result;
/// stub
#[derive(Debug, Clone)]
pub struct MetadataFilter;
impl MetadataFilter {
    /// stub
    pub fn parse(_: &serde_json::Value) -> Result<Self> {
        Ok(Self)
    }
    /// stub
    pub fn matches(&self, _: &crate::model::Metadata, _: jiff::Timestamp) -> bool {
        true
    }
}

//! The two spaces of vectors of an index. Vectors of different spaces are never compared.

/// A space of vectors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VectorSpace {
    /// That of the quick embedder: every text has its vector as soon as it is indexed.
    #[default]
    Quick,
    /// That of an embedding model: vectors arrive later, and long texts have one for each passage.
    Model,
}

/// The vector of a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueryVector {
    /// Its space.
    pub space: VectorSpace,
    /// Its components; empty for a search by words alone.
    pub components: Vec<f32>,
}

impl QueryVector {
    /// A vector of an embedding model.
    pub fn of_model(components: Vec<f32>) -> Self {
        Self { space: VectorSpace::Model, components }
    }

    /// Whether there is no vector.
    pub fn is_empty(&self) -> bool {
        self.components.is_empty()
    }
}

impl From<Vec<f32>> for QueryVector {
    /// A vector of the quick embedder; zeros, which it has for a text that it does not know, are none.
    fn from(components: Vec<f32>) -> Self {
        let known = components.iter().any(|component| *component != 0.0);
        Self { space: VectorSpace::Quick, components: if known { components } else { Vec::new() } }
    }
}

//! The tagger: the tag with the highest score.

use crate::labels::Tag;
use crate::matrix::{Buffers, Matrix};
use crate::tok2vec::WIDTH;
use crate::weights::{LoadError, Reader};

/// The weights of the tags.
#[derive(Debug)]
pub(crate) struct Tagger {
    matrix: Matrix,
}

/// Memory for one block of tokens.
#[derive(Debug, Default)]
pub(crate) struct TaggerScratch {
    scores: Vec<f32>,
    buffers: Buffers,
}

impl Tagger {
    pub(crate) fn read(reader: &mut Reader) -> Result<Self, LoadError> {
        let matrix = Matrix::read(reader)?;
        if matrix.inputs() != WIDTH || matrix.width() < Tag::ALL.len() {
            return Err(LoadError::Invalid("tagger"));
        }
        Ok(Self { matrix })
    }

    /// The tags of the tokens with these vectors.
    pub(crate) fn tag<'s>(
        &self,
        vectors: &[f32],
        scratch: &'s mut TaggerScratch,
    ) -> impl Iterator<Item = Tag> + use<'s> {
        self.matrix.multiply_all(vectors, &mut scratch.scores, &mut scratch.buffers);
        scratch.scores.chunks_exact(self.matrix.width()).map(|scores| {
            let mut best = (Tag::Xx, f32::NEG_INFINITY);
            for (tag, score) in Tag::ALL.iter().zip(scores) {
                if *score > best.1 {
                    best = (*tag, *score);
                }
            }
            best.0
        })
    }
}

//! The weights of a model, by their names in the file.

use erstwhile::{Error, Result};
use ndarray::{Array1, Array2};
use safetensors::{Dtype, SafeTensors};

/// The weights in a file, which are taken by name and shape.
pub(crate) struct Weights<'a> {
    tensors: SafeTensors<'a>,
    /// What stands before every name.
    prefix: &'static str,
}

impl<'a> Weights<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self> {
        let refuse = |error| refused(&format!("it is cut off, or no file of weights ({error})"));
        let tensors = SafeTensors::deserialize(bytes).map_err(refuse)?;
        let has = |prefix: &str| tensors.tensor(&format!("{prefix}embeddings.word_embeddings.weight")).is_ok();
        let prefix = if has("bert.") { "bert." } else { "" };
        Ok(Self { tensors, prefix })
    }

    /// The weights beside those of the encoder, such as a head's.
    pub(crate) fn of_head(self) -> Self {
        Self { prefix: "", ..self }
    }

    /// A matrix with this many rows and columns.
    pub(crate) fn matrix(&self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>> {
        let values = self.values(name, &[rows, columns])?;
        Array2::from_shape_vec((rows, columns), values).map_err(|error| refused(&error.to_string()))
    }

    /// A vector of this length.
    pub(crate) fn vector(&self, name: &str, length: usize) -> Result<Array1<f32>> {
        Ok(Array1::from_vec(self.values(name, &[length])?))
    }

    fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let tensor = self.tensors.tensor(&format!("{}{name}", self.prefix));
        let tensor = tensor.map_err(|_| refused(&format!("the weights `{name}` are missing")))?;
        if tensor.dtype() != Dtype::F32 {
            return Err(refused(&format!(
                "its weights are of the type {:?}, and only F32 is supported",
                tensor.dtype()
            )));
        }
        if tensor.shape() != shape {
            return Err(refused(&format!("`{name}` has the shape {:?}, not {shape:?}", tensor.shape())));
        }
        let (values, _) = tensor.data().as_chunks();
        Ok(values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }
}

fn refused(why: &str) -> Error {
    Error::invalid(format!("the model cannot be used: model.safetensors: {why}"))
}

//! The data file: weights and tables by name.

use foldhash::{HashMap, HashMapExt};

use crate::matrix::half_to_single;

/// The data file could not be read: it is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The file is not a data file, or ends too early.
    #[error("the data file is truncated or has another format")]
    Format,
    /// A section is missing.
    #[error("the data file has no section `{0}`")]
    Missing(String),
    /// A section has the wrong content.
    #[error("the section `{0}` of the data file has the wrong size or content")]
    Content(String),
}

/// The built-in data file.
pub(crate) static DATA: &[u8] = include_bytes!("../data/english.bin");

const MAGIC: &[u8] = b"erstwhile-nlp 1\n";

/// The sections of the data file.
#[derive(Debug)]
pub(crate) struct Data<'d> {
    tensors: HashMap<&'d str, &'d [u8]>,
    strings: HashMap<&'d str, &'d str>,
}

impl<'d> Data<'d> {
    pub(crate) fn parse(bytes: &'d [u8]) -> Result<Self, LoadError> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(LoadError::Format)?;
        let mut data = Self { tensors: HashMap::new(), strings: HashMap::new() };
        while !rest.is_empty() {
            let (kind, after) = rest.split_first().ok_or(LoadError::Format)?;
            let (length, after) = after.split_first().ok_or(LoadError::Format)?;
            let (name, after) = split(after, usize::from(*length))?;
            let (size, after) = after.split_first_chunk::<4>().ok_or(LoadError::Format)?;
            let (content, after) = split(after, u32::from_le_bytes(*size) as usize)?;
            let name = std::str::from_utf8(name).map_err(|_| LoadError::Format)?;
            match kind {
                b'T' => {
                    data.tensors.insert(name, content);
                }
                b'S' => {
                    data.strings.insert(name, std::str::from_utf8(content).map_err(|_| LoadError::Format)?);
                }
                _ => return Err(LoadError::Format),
            }
            rest = after;
        }
        Ok(data)
    }

    /// A tensor of `size` numbers.
    pub(crate) fn tensor(&self, name: &str, size: usize) -> Result<Vec<f32>, LoadError> {
        let bytes = self.tensors.get(name).ok_or_else(|| LoadError::Missing(name.to_owned()))?;
        if bytes.len() != size * 2 {
            return Err(LoadError::Content(name.to_owned()));
        }
        Ok(bytes.chunks_exact(2).map(|pair| half_to_single(u16::from_le_bytes([pair[0], pair[1]]))).collect())
    }

    /// A tensor of `size` numbers as it stands in the file: 16-bit floats.
    pub(crate) fn halves(&self, name: &str, size: usize) -> Result<&'d [u8], LoadError> {
        let bytes = self.tensors.get(name).ok_or_else(|| LoadError::Missing(name.to_owned()))?;
        if bytes.len() == size * 2 { Ok(bytes) } else { Err(LoadError::Content(name.to_owned())) }
    }

    /// The lines of a table.
    pub(crate) fn lines(&self, name: &str) -> Result<impl Iterator<Item = &'d str> + use<'d>, LoadError> {
        let text = self.strings.get(name).ok_or_else(|| LoadError::Missing(name.to_owned()))?;
        Ok(text.split('\n'))
    }
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), LoadError> {
    bytes.split_at_checked(at).ok_or(LoadError::Format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_an_error() {
        assert_eq!(Data::parse(b"").unwrap_err(), LoadError::Format);
        assert_eq!(Data::parse(b"erstwhile-nlp 1\nT\x05ab").unwrap_err(), LoadError::Format);
        let data = Data::parse(b"erstwhile-nlp 1\nS\x01a\x03\0\0\0x\ny").unwrap();
        assert_eq!(data.lines("a").unwrap().collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(data.tensor("b", 1).unwrap_err(), LoadError::Missing("b".to_owned()));
    }
}

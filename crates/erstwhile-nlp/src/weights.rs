//! Reads the data file of the weights and tables.

use crate::hash::murmur64;

/// The data file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file does not begin with the mark of this version of the format.
    #[error("the data file has another format")]
    Format,
    /// The checksum does not match: the file is damaged.
    #[error("the data file is damaged")]
    Damaged,
    /// A value is missing or invalid.
    #[error("the data file has no valid {0}")]
    Invalid(&'static str),
}

const MARK: &[u8; 8] = b"ENGLISH1";

/// Reads values one after the other.
#[derive(Debug)]
pub(crate) struct Reader<'d> {
    rest: &'d [u8],
}

impl<'d> Reader<'d> {
    /// Checks the mark and the checksum.
    pub(crate) fn open(data: &'d [u8]) -> Result<Self, LoadError> {
        let (mark, rest) = data.split_first_chunk::<8>().ok_or(LoadError::Format)?;
        if mark != MARK {
            return Err(LoadError::Format);
        }
        let (checksum, body) = rest.split_first_chunk::<8>().ok_or(LoadError::Damaged)?;
        if murmur64(body) != u64::from_le_bytes(*checksum) {
            return Err(LoadError::Damaged);
        }
        Ok(Self { rest: body })
    }

    /// Checks that everything was read.
    pub(crate) fn finish(&self) -> Result<(), LoadError> {
        if self.rest.is_empty() { Ok(()) } else { Err(LoadError::Invalid("end")) }
    }

    /// The next bytes.
    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'d [u8], LoadError> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(LoadError::Invalid("length"))?;
        self.rest = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], LoadError> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(LoadError::Invalid("length"))?;
        self.rest = rest;
        Ok(*bytes)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, LoadError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, LoadError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, LoadError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, LoadError> {
        self.array().map(u64::from_le_bytes)
    }

    /// A number of things that each take at least one byte.
    pub(crate) fn count(&mut self) -> Result<usize, LoadError> {
        let count = self.u32()? as usize;
        if count <= self.rest.len() { Ok(count) } else { Err(LoadError::Invalid("count")) }
    }

    pub(crate) fn text(&mut self) -> Result<&'d str, LoadError> {
        let length = usize::from(self.u8()?);
        std::str::from_utf8(self.bytes(length)?).map_err(|_| LoadError::Invalid("text"))
    }

    pub(crate) fn texts(&mut self) -> Result<Vec<&'d str>, LoadError> {
        (0..self.count()?).map(|_| self.text()).collect()
    }

    /// Single-precision numbers.
    pub(crate) fn singles(&mut self, count: usize) -> Result<Vec<f32>, LoadError> {
        let bytes = self.bytes(count.checked_mul(4).ok_or(LoadError::Invalid("count"))?)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect())
    }

    /// Half-precision numbers, as they are stored.
    pub(crate) fn halves(&mut self, count: usize) -> Result<&'d [[u8; 2]], LoadError> {
        let bytes = self.bytes(count.checked_mul(2).ok_or(LoadError::Invalid("count"))?)?;
        Ok(bytes.as_chunks::<2>().0)
    }
}

/// Converts a finite half-precision number. The factor moves the exponent, and thereby normalizes small numbers too.
pub(crate) fn single(half: [u8; 2]) -> f32 {
    let bits = u32::from(u16::from_le_bytes(half));
    let magnitude = f32::from_bits((bits & 0x7fff) << 13) * f32::from_bits((127 + 112) << 23);
    f32::from_bits(magnitude.to_bits() | (bits & 0x8000) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_numbers_are_converted() {
        for (bits, value) in
            [(0x3c00_u16, 1.0_f32), (0xc000, -2.0), (0x0001, 5.960_464_5e-8), (0x7bff, 65504.0), (0, 0.0)]
        {
            assert_eq!(single(bits.to_le_bytes()).to_bits(), value.to_bits());
        }
    }

    #[test]
    fn a_short_file_is_refused() {
        assert_eq!(Reader::open(b"ENG").map(|_| ()), Err(LoadError::Format));
        assert_eq!(Reader::open(b"ENGLISH2aaaaaaaa").map(|_| ()), Err(LoadError::Format));
        assert_eq!(Reader::open(b"ENGLISH1aaaaaaaa").map(|_| ()), Err(LoadError::Damaged));
    }
}

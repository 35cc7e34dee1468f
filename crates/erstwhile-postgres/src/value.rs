//! Converts values of the store to and from the types that the server expects.

use std::error::Error as StdError;
use std::fmt;

use bytes::BytesMut;
use erstwhile::store::sql::Value;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, WrongType, to_sql_checked};

/// A value that cannot be converted to or from the type that the server expects.
#[derive(Debug)]
pub(crate) struct ConversionError(Box<dyn StdError + Sync + Send>);

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for ConversionError {}

impl ConversionError {
    fn boxed(error: Box<dyn StdError + Sync + Send>) -> Box<dyn StdError + Sync + Send> {
        Box::new(Self(error))
    }

    /// Whether the cause of an error is a value that cannot be converted.
    pub(crate) fn is_cause_of(error: &tokio_postgres::Error) -> bool {
        error.source().is_some_and(|cause| cause.is::<Self>() || cause.is::<WrongType>())
    }
}

/// A statement parameter.
#[derive(Debug)]
pub(crate) struct Param<'a>(pub(crate) &'a Value);

/// A column of a result row.
#[derive(Debug)]
pub(crate) struct Column(pub(crate) Value);

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        let encoded = match self.0 {
            Value::Null => Ok(IsNull::Yes),
            // The server infers a 32-bit type for a parameter that is only compared with a small literal.
            Value::Int(value) if *ty == Type::INT4 => match i32::try_from(*value) {
                Ok(value) => value.to_sql(ty, out),
                Err(error) => Err(error.into()),
            },
            Value::Int(value) if *ty == Type::FLOAT8 => (*value as f64).to_sql(ty, out),
            Value::Int(value) => value.to_sql(ty, out),
            Value::Real(value) => value.to_sql(ty, out),
            Value::Text(value) => value.as_str().to_sql(ty, out),
            Value::Blob(value) => value.as_slice().to_sql(ty, out),
        };
        encoded.map_err(ConversionError::boxed)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Column {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        let decoded = match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Value::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|value| Value::Int(value.into())),
            Type::INT2 => i16::from_sql(ty, raw).map(|value| Value::Int(value.into())),
            Type::BOOL => bool::from_sql(ty, raw).map(|value| Value::Int(value.into())),
            Type::FLOAT8 => f64::from_sql(ty, raw).map(Value::Real),
            Type::BYTEA => Vec::<u8>::from_sql(ty, raw).map(Value::Blob),
            _ => String::from_sql(ty, raw).map(Value::Text),
        };
        decoded.map(Self).map_err(ConversionError::boxed)
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        let numbers = [Type::INT8, Type::INT4, Type::INT2, Type::BOOL, Type::FLOAT8, Type::BYTEA];
        numbers.contains(ty) || <String as FromSql>::accepts(ty)
    }
}

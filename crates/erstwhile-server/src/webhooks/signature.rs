//! Signatures in the manner of the Standard Webhooks specification.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The prefix of secrets, by which receivers' libraries recognise them.
const PREFIX: &str = "whsec_";

/// A secret of 32 random bytes.
pub fn new_secret(random: [u8; 32]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(random))
}

/// The value of the header `webhook-signature`.
///
/// # Errors
/// When the secret is malformed.
pub(super) fn sign(secret: &str, id: &str, timestamp: i64, body: &str) -> Result<String, String> {
    let malformed = || "the secret of the webhook is malformed".to_owned();
    let key = secret.strip_prefix(PREFIX).and_then(|key| STANDARD.decode(key).ok()).ok_or_else(malformed)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| malformed())?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn a_message_is_signed_as_the_specification_says() {
        let signature = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signature.as_deref(), Ok("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert!(sign("secret", "msg_1", 0, "{}").is_err());
        assert_eq!(new_secret([0; 32]).len(), PREFIX.len() + 44);
    }
}

//! The first line of an answer (RFC 1939 §3, RFC 5034 §4).

use otomo_domain::error::MailFault;

use super::refusal;

/// What the server says to a command, with its words as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    Ok(String),
    Err(String),
    /// A challenge of SASL, in base64.
    Challenge(String),
}

impl Reply {
    /// `None` if the line is none of these.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let line = String::from_utf8_lossy(line);
        let (word, rest) = line.split_once([' ', '\t']).unwrap_or((&line, ""));
        let rest = rest.trim().to_owned();
        match word.to_ascii_uppercase().as_str() {
            "+OK" => Some(Self::Ok(rest)),
            "-ERR" => Some(Self::Err(rest)),
            "+" => Some(Self::Challenge(rest)),
            _ => None,
        }
    }

    /// The words of `+OK`; anything else is the server's refusal of something harmless.
    pub fn or_fault(self) -> Result<String, MailFault> {
        match self {
            Self::Ok(words) => Ok(words),
            Self::Err(words) => Err(refusal::of_command(&words)),
            Self::Challenge(_) => Err(super::fault::protocol("the server wants an answer to nothing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<Reply>) {
        assert_eq!(Reply::parse(line.as_bytes()), expected, "{line:?}");
    }

    #[test]
    fn a_reply_is_told_by_its_first_word() {
        check("+OK", Some(Reply::Ok(String::new())));
        check("+ok 2 320", Some(Reply::Ok("2 320".into())));
        check("-ERR [IN-USE] locked", Some(Reply::Err("[IN-USE] locked".into())));
        check("+ ", Some(Reply::Challenge(String::new())));
        check("+", Some(Reply::Challenge(String::new())));
        check("+ eyJ9", Some(Reply::Challenge("eyJ9".into())));
        for other in ["", "* OK ready", "220 ready", "+OKAY", "HTTP/1.1 400"] {
            check(other, None);
        }
    }
}

//! Everybody who would disturb a sign-in, a row each: none of them gets in, and the rep is told what happened.
//!
//! | module | who |
//! |---|---|
//! | [`visitors`] | others at the door while the program waits |
//! | [`answers`] | answers with the right state that are wrong otherwise |
//! | [`tokens`] | token endpoints that lie |
//! | [`stories`] | what takes more than one step |

mod answers;
mod stories;
mod tokens;
mod visitors;

use otomo_domain::error::OAuthFault;

/// How an attack ended.
pub struct Row {
    name: String,
    /// What it met instead; `None` is an attack that got in.
    refused: Option<String>,
}

impl Row {
    pub fn new(name: impl Into<String>, refused: Option<String>) -> Self {
        Self { name: name.into(), refused }
    }

    /// Refused if the fault is of the kind it should be: the wrong words would send the rep the wrong way.
    pub fn fault<T>(name: impl Into<String>, outcome: Result<T, OAuthFault>, expected: &str) -> Self {
        let kind = outcome.err().map(|fault| format!("{:?}", fault.kind));
        Self::new(name, kind.filter(|kind| kind == expected).map(|kind| format!("refused as {kind}")))
    }

    /// The attack got in all the same unless this `holds`, too.
    pub fn and(self, holds: bool) -> Self {
        Self { refused: self.refused.filter(|_| holds), ..self }
    }

    /// Met `this` if it `holds`.
    pub fn holds(name: impl Into<String>, holds: bool, this: &str) -> Self {
        Self::new(name, holds.then(|| this.to_owned()))
    }
}

#[tokio::test]
async fn no_attack_on_a_sign_in_is_accepted() {
    let mut rows = visitors::rows().await;
    rows.extend(answers::rows().await);
    rows.extend(tokens::rows().await);
    rows.extend(stories::rows().await);
    for (number, row) in rows.iter().enumerate() {
        println!("{:>3} {:<56} {}", number + 1, row.name, row.refused.as_deref().unwrap_or("ACCEPTED"));
    }
    let accepted: Vec<_> = rows.iter().filter(|row| row.refused.is_none()).map(|row| &row.name).collect();
    println!("{} attacks, {} accepted", rows.len(), accepted.len());
    assert!(accepted.is_empty(), "{accepted:?}");
    assert!(rows.len() >= 40);
}

//! What a call carries to prove who asks: the service key, or an access token of the rep's sign-in.

use std::sync::{Arc, Mutex, PoisonError};

use otomo_domain::error::{CrmFault, CrmFaultKind, OAuthFault, OAuthFaultKind};
use otomo_domain::ports::AccessTokens;
use otomo_domain::secret::{ExposeSecret, SecretString};

use crate::registry::InvalidSettings;

pub struct Credential {
    /// `None` where the key is all.
    tokens: Option<Arc<dyn AccessTokens>>,
    /// What was shown last, to be kept out of whatever is said of the answer. The key, where there are no tokens.
    shown: Mutex<SecretString>,
}

impl Credential {
    /// The tokens where there was a sign-in, else the key.
    pub fn of(key: Option<SecretString>, tokens: Option<Arc<dyn AccessTokens>>) -> Result<Self, InvalidSettings> {
        let key = key.ok_or_else(|| InvalidSettings::new("key", "is missing"))?;
        let visible = key.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
        if !visible || key.expose_secret().is_empty() {
            return Err(InvalidSettings::new("key", "has characters that no key has"));
        }
        Ok(Self { tokens, shown: Mutex::new(key) })
    }

    /// What goes into the header now.
    pub async fn bearer(&self) -> Result<SecretString, CrmFault> {
        let Some(tokens) = &self.tokens else { return Ok(self.shown()) };
        Ok(self.show(tokens.token().await.map_err(fault)?))
    }

    /// Another one, because this one was refused; `None` where there is no other.
    pub async fn renewed(&self, refused: &SecretString) -> Result<Option<SecretString>, CrmFault> {
        let Some(tokens) = &self.tokens else { return Ok(None) };
        Ok(Some(self.show(tokens.renewed(refused).await.map_err(fault)?)))
    }

    /// What was shown last.
    pub fn shown(&self) -> SecretString {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, token: SecretString) -> SecretString {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = token.clone();
        token
    }
}

/// A sign-in that gives no token: nothing has been sent to the CRM.
fn fault(fault: OAuthFault) -> CrmFault {
    let kind = match fault.kind {
        OAuthFaultKind::Net(kind) => CrmFaultKind::Net(kind),
        _ if fault.is_temporary() => CrmFaultKind::Transient,
        _ => CrmFaultKind::SignInNeeded,
    };
    CrmFault::new(kind, fault.detail)
}

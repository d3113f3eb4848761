//! How accounts and connections are doing right now; made anew at every start.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::time::Timestamp;

use crate::fault::Fault;

/// What an account or connection is doing.
#[derive(Clone, Debug, Default)]
pub enum Doing {
    /// Not looked at yet since the start.
    #[default]
    Starting,
    Working,
    /// Everything that was there is here.
    InStep,
    /// Failed in a way that passes; tries again at this time.
    Waiting {
        fault: Arc<Fault>,
        until: Timestamp,
    },
    /// Only the rep can mend it.
    NeedsPerson {
        fault: Arc<Fault>,
    },
    Paused,
}

impl Doing {
    /// Whether a whole pass has been made, well or badly.
    pub fn had_its_turn(&self) -> bool {
        !matches!(self, Self::Starting | Self::Working)
    }
}

/// The board everything is written on.
#[derive(Default)]
pub struct Board {
    accounts: Mutex<HashMap<AccountId, Doing>>,
    connections: Mutex<HashMap<ConnectionId, Doing>>,
}

impl Board {
    pub fn account(&self, id: AccountId) -> Doing {
        read(&self.accounts, id)
    }

    pub fn set_account(&self, id: AccountId, doing: Doing) {
        write(&self.accounts, id, doing);
    }

    /// How the contact index of a connection is doing.
    pub fn connection(&self, id: ConnectionId) -> Doing {
        read(&self.connections, id)
    }

    pub fn set_connection(&self, id: ConnectionId, doing: Doing) {
        write(&self.connections, id, doing);
    }
}

fn read<K: Eq + Hash>(board: &Mutex<HashMap<K, Doing>>, id: K) -> Doing {
    board.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned().unwrap_or_default()
}

fn write<K: Eq + Hash>(board: &Mutex<HashMap<K, Doing>>, id: K, value: Doing) {
    board.lock().unwrap_or_else(PoisonError::into_inner).insert(id, value);
}

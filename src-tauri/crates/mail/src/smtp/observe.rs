//! The steps of a connection, told as one.

use std::sync::{Mutex, PoisonError};

use otomo_domain::step::{Observer, Step};

/// Keeps what a connection tells of its steps, for the one step that they are a part of.
#[derive(Default)]
pub struct AsOne {
    details: Mutex<Vec<String>>,
}

impl AsOne {
    /// What was told, in its order; the addresses of the name are left out, for the one that answered comes after them.
    pub fn details(&self) -> String {
        self.details.lock().unwrap_or_else(PoisonError::into_inner).join(", ")
    }
}

impl Observer for AsOne {
    fn begins(&self, _: Step) {}

    fn passed(&self, step: Step, detail: &str) {
        if step != Step::Name {
            self.details.lock().unwrap_or_else(PoisonError::into_inner).push(detail.to_owned());
        }
    }
}

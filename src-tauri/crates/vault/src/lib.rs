//! The one key: where the key that opens the databases is kept.
//!
//! | module | keeps it |
//! |---|---|
//! | [`os`] | in the credential store of the operating system |
//! | [`passphrase`] | in a file, wrapped by a passphrase the person remembers |
//! | [`memory`] | nowhere: for demonstrations and tests |
//!
//! This crate stores one value and answers whether it is there. It does not decide when a new key is made: a key that
//! can't be read now is never a reason to make another, because the databases would be lost with it.

mod key;
pub mod memory;
pub mod os;
pub mod passphrase;

pub use key::new_key;
pub use memory::MemoryVault;
pub use os::OsVault;
pub use passphrase::PassphraseVault;

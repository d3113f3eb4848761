//! What is true of the whole tree, whoever writes in it: the invariants of the architecture, as ordinary tests.
//!
//! | module | about |
//! |---|---|
//! | [`tree`] | the files that git knows or would add |
//! | [`crates`] | which crate may know which, and what a crate may not know at all |
//! | [`layout`] | where files stand and how long they may be |
//! | [`words`] | what no file says, and what both languages say |

mod crates;
mod layout;
mod tree;
mod words;

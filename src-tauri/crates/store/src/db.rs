//! One writer and a few read-only connections of one file, used off the async threads.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::task::spawn_blocking;

use crate::error::StoreFault;

/// How many reads may run beside each other.
pub(crate) const READERS: usize = 3;

/// A database file in use. Cloning gives another handle to the same connections.
#[derive(Clone)]
pub struct Db {
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Pool>,
}

/// The read-only connections nobody is using.
struct Pool {
    free: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl Db {
    pub(crate) fn new(writer: Connection, readers: Vec<Connection>) -> Self {
        let readers = Pool { free: Mutex::new(readers), returned: Condvar::new() };
        Self { writer: Arc::new(Mutex::new(writer)), readers: Arc::new(readers) }
    }

    /// Runs `work` in one immediate transaction: committed if it returns `Ok`, else as if it had never been.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreFault> + Send + 'static,
    {
        let writer = Arc::clone(&self.writer);
        off_thread(move || {
            // A panic inside `work` has rolled its transaction back: the connection is as good as before.
            let mut connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
        .await
    }

    /// Runs `work` on a read-only connection, seeing one state of the file throughout.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreFault> + Send + 'static,
    {
        let db = self.clone();
        off_thread(move || db.read_blocking(work)).await
    }

    /// As [`Self::read`], for callers that are off the async threads already.
    pub fn read_blocking<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        let mut reader = self.readers.take();
        let connection = reader.connection.as_mut().ok_or(StoreFault::Missing)?;
        let transaction = connection.transaction()?;
        work(&transaction)
    }
}

impl Pool {
    fn take(&self) -> Reader<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match free.pop() {
                Some(connection) => return Reader { pool: self, connection: Some(connection) },
                None => free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// A connection in use; goes back to its pool by itself, also after a panic.
struct Reader<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.pool.free.lock().unwrap_or_else(PoisonError::into_inner).extend(self.connection.take());
        self.pool.returned.notify_one();
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreFault> + Send + 'static,
) -> Result<T, StoreFault> {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(join) => Err(StoreFault::Damaged(format!("a database task ended early: {join}"))),
    }
}

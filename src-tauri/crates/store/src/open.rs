//! Opening the two files with their key, and never creating a new one over an old one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use otomo_domain::secret::{ExposeSecret, SecretString};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rusqlite_migration::Migrations;

use crate::db::{Db, READERS};
use crate::error::StoreFault;
use crate::migrate;
use crate::table::desk;

/// The two databases of a home folder.
#[derive(Clone)]
pub struct Store {
    /// Its connections see the ledger too, for reading, as the schema `ledger`. They close first: whoever only reads the
    /// ledger leaves its write-ahead log lying about.
    pub cache: Db,
    pub ledger: Db,
}

/// Whether a home folder has a database that some key must open.
pub fn exists(home: &Path) -> bool {
    home.join("ledger.db").exists()
}

impl Store {
    /// Opens both files in `home`, creating and migrating them as needed. `key` is 64 hex characters.
    ///
    /// A cache that this key does not open, or that is damaged, is set aside as `cache.db.damaged` and made anew: what it
    /// held is fetched again. A ledger is never set aside by itself.
    pub fn open(home: &Path, key: &SecretString) -> Result<Self, StoreFault> {
        let file = |name: &str| home.join(name);
        let ledger = File { path: file("ledger.db"), key, synchronous: "FULL" };
        let cache = File { path: file("cache.db"), key, synchronous: "NORMAL" };
        let ledger_writer = ledger.open_writer(&migrate::ledger())?;
        let cache_writer = match cache.open_writer(&migrate::cache()) {
            Err(StoreFault::WrongKey(_) | StoreFault::Damaged(_)) => {
                tracing::warn!("the cache does not open; it is set aside and made anew");
                cache.set_aside()?;
                cache.open_writer(&migrate::cache())?
            }
            other => other?,
        };
        let attached = |connection: Connection| {
            desk::attach_ledger(&connection, &ledger.path, &ledger.key_literal())?;
            Ok(connection)
        };
        Ok(Self {
            ledger: Db::new(ledger_writer, (0..READERS).map(|_| ledger.open_reader()).collect::<Result<_, _>>()?),
            cache: Db::new(
                attached(cache_writer)?,
                (0..READERS).map(|_| attached(cache.open_reader()?)).collect::<Result<_, StoreFault>>()?,
            ),
        })
    }
}

struct File<'a> {
    path: PathBuf,
    key: &'a SecretString,
    synchronous: &'static str,
}

impl File<'_> {
    /// The raw key in the form that skips SQLCipher's key derivation: it is 256 random bits already.
    fn key_literal(&self) -> String {
        format!("x'{}'", self.key.expose_secret())
    }

    fn open_writer(&self, migrations: &Migrations<'_>) -> Result<Connection, StoreFault> {
        self.make_private().map_err(|e| StoreFault::File(self.name(), e.to_string()))?;
        let mut connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", self.synchronous)?;
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
        migrations.to_latest(&mut connection).map_err(|error| match error {
            rusqlite_migration::Error::MigrationDefinition(_) => StoreFault::NewerSchema(self.name()),
            rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
            other => StoreFault::Damaged(other.to_string()),
        })?;
        Ok(connection)
    }

    /// Makes the file, empty, for nobody else to read. SQLite gives its companions the same mode.
    fn make_private(&self) -> std::io::Result<()> {
        let mut options = fs::File::options();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.path).map(drop)
    }

    fn open_reader(&self) -> Result<Connection, StoreFault> {
        let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    /// A connection that has proved its key. `key` must be the first statement on every connection.
    fn connect(&self, flags: OpenFlags) -> Result<Connection, StoreFault> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connection =
            Connection::open_with_flags(&self.path, flags).map_err(|e| StoreFault::File(self.name(), e.to_string()))?;
        // What is wrong is said by us, once; this one setting is not the file's and may come before the key.
        connection.pragma_update(None, "cipher_log_level", "NONE")?;
        connection.pragma_update(None, "key", self.key_literal())?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(64);
        let proof: rusqlite::Result<i64> = connection.pragma_query_value(None, "schema_version", |row| row.get(0));
        match proof {
            Ok(_) => Ok(connection),
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::NotADatabase) => Err(StoreFault::WrongKey(self.name())),
            Err(e) => Err(e.into()),
        }
    }

    fn set_aside(&self) -> Result<(), StoreFault> {
        for suffix in ["-wal", "-shm", ""] {
            let from = PathBuf::from(format!("{}{suffix}", self.path.display()));
            let to = PathBuf::from(format!("{}.damaged{suffix}", self.path.display()));
            match fs::rename(&from, &to) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreFault::File(self.name(), e.to_string()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;

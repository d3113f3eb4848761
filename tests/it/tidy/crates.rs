//! Dependencies point down, and each crate keeps to its own business.

use super::tree::{File, files, none, rust};

/// Which of our crates each crate may know. Whoever is not named here may know none.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("otomo-domain", &[]),
    ("otomo-mime", &["domain"]),
    ("otomo-store", &["domain"]),
    ("otomo-net", &["domain"]),
    ("otomo-vault", &["domain"]),
    ("otomo-mail", &["domain", "net"]),
    ("otomo-crm", &["domain", "net", "mime"]),
    ("otomo-engine", &["domain", "mime", "store"]),
    ("otomo-api", &["domain", "engine"]),
    ("otomo-boot", &["domain", "mime", "store", "net", "mail", "crm", "vault", "engine", "api"]),
    ("otomo-cli", &["domain", "api", "boot"]),
    ("otomo", &["domain", "api", "boot", "tests"]),
    ("otomo-tests", &["domain", "mime", "store", "net", "mail", "crm", "vault", "engine", "api", "boot"]),
];

/// A crate's manifest.
struct Manifest {
    path: &'static str,
    table: toml::Table,
}

impl Manifest {
    fn name(&self) -> &str {
        self.table["package"]["name"].as_str().expect("a package has a name")
    }

    /// The names under every kind of dependency, for every system.
    fn dependencies(&self) -> Vec<&str> {
        let systems = self.table.get("target").and_then(|t| t.as_table()).into_iter().flat_map(|t| t.values());
        let sections = std::iter::once(&self.table).chain(systems.filter_map(|s| s.as_table()));
        let kinds = sections.flat_map(|section| {
            ["dependencies", "dev-dependencies", "build-dependencies"].into_iter().filter_map(|k| section.get(k))
        });
        kinds.filter_map(|kind| kind.as_table()).flat_map(|kind| kind.keys().map(String::as_str)).collect()
    }
}

fn manifests() -> Vec<Manifest> {
    let manifest = |file: &'static File| Manifest {
        path: &file.path,
        table: file.text.parse().unwrap_or_else(|e| panic!("{}: {e}", file.path)),
    };
    files().iter().filter(|f| f.path.rsplit('/').next() == Some("Cargo.toml")).map(manifest).collect()
}

#[test]
fn dependencies_point_down() {
    none(manifests().iter().flat_map(|manifest| {
        let name = manifest.name();
        let may = MAY_KNOW.iter().find(|(own, _)| *own == name).map_or(&[][..], |(_, may)| may);
        let ours = manifest.dependencies().into_iter().filter_map(|d| d.strip_prefix("otomo-"));
        let wrong = ours.filter(|known| !may.contains(known));
        wrong.map(|known| format!("{name} must not know otomo-{known}")).collect::<Vec<_>>()
    }));
}

#[test]
fn only_the_root_package_names_tauri() {
    none(manifests().iter().filter(|m| m.path != "Cargo.toml").flat_map(|manifest| {
        let named = manifest.dependencies().into_iter().filter(|d| d.starts_with("tauri"));
        named.map(|d| format!("{} names {d}", manifest.path)).collect::<Vec<_>>()
    }));
    none(rust("src-tauri/crates/").flat_map(|file| file.lines_where(|line| line.contains("tauri::"))));
}

#[test]
fn only_the_host_of_the_user_interface_imports_tauri() {
    let interface = files().iter().filter(|f| f.is_below(&["ui/src/"]) && f.is(&["ts", "js", "svelte"]));
    let elsewhere = interface.filter(|f| !f.is_below(&["ui/src/host/"]));
    none(elsewhere.flat_map(|file| file.lines_where(|line| line.contains("@tauri-apps/"))));
}

#[test]
fn every_crate_inherits_the_lints() {
    none(manifests().iter().filter_map(|manifest| {
        let inherited = manifest.table.get("lints").and_then(|l| l.get("workspace")).and_then(|w| w.as_bool());
        (inherited != Some(true)).then(|| format!("{} lacks [lints] workspace = true", manifest.path))
    }));
}

/// Inputs and outputs that values have none of.
const OUTSIDE: &[&str] = &[
    "tokio",
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant",
    "Utc::now",
    "Local::now",
    "rand::",
    "File::open",
];

#[test]
fn the_domain_knows_no_file_no_clock_and_no_task() {
    let manifests = manifests();
    let domain = manifests.iter().find(|m| m.name() == "otomo-domain").expect("the domain crate");
    assert!(!domain.dependencies().contains(&"tokio"));
    none(rust("src-tauri/crates/domain/").flat_map(|f| f.lines_where(|line| OUTSIDE.iter().any(|o| line.contains(o)))));
}

const SOCKETS: &[&str] = &["TcpStream", "TcpListener", "TcpSocket", "UdpSocket", "UnixStream", "UnixListener"];

/// `net` is the one way out; `boot` has the local socket by which `otomoctl` reaches a running app.
const MAY_OPEN: &[&str] = &["src-tauri/crates/net/", "src-tauri/crates/boot/"];

#[test]
fn sockets_are_opened_only_in_net() {
    let elsewhere = rust("src-tauri/").filter(|file| !file.is_below(MAY_OPEN));
    none(elsewhere.flat_map(|f| f.lines_where(|line| SOCKETS.iter().any(|socket| line.contains(socket)))));
}

/// Where SQL may stand: a table's own file, and what makes and opens the two databases.
const MAY_SAY_SQL: &[&str] = &[
    "src-tauri/crates/store/src/table/",
    "src-tauri/crates/store/src/schema/",
    "src-tauri/crates/store/src/migrate.rs",
    "src-tauri/crates/store/src/open.rs",
];

fn is_sql(line: &str) -> bool {
    let statement = ["SELECT ", "INSERT INTO", "DELETE FROM", "CREATE TABLE", "PRAGMA "];
    let update = line.split_once("UPDATE ").is_some_and(|(_, rest)| rest.contains(" SET"));
    update || statement.iter().any(|words| line.contains(words))
}

#[test]
fn sql_stands_only_with_the_tables() {
    let sources =
        files().iter().filter(|f| f.is_below(&["src-tauri/", "ui/src/"]) && f.is(&["rs", "sql", "ts", "svelte"]));
    none(sources.filter(|f| !f.is_below(MAY_SAY_SQL)).flat_map(|f| f.lines_where(is_sql)));
}

#[test]
fn sql_is_told_from_other_words() {
    let check = |line: &str, expected: bool| assert_eq!(is_sql(line), expected, "{line}");
    check("UPDATE mail SET seen = 1", true);
    check("SELECT 1", true);
    check("an UPDATE of the app", false);
    check("the rep selects a mail", false);
}

/// CRMs that have, or will have, a folder of their own. Built by parts, so that this file names none.
fn crm_names() -> [String; 5] {
    [("hub", "spot"), ("por", "ters"), ("espo", "crm"), ("sales", "force"), ("pipe", "drive")]
        .map(|(a, b)| format!("{a}{b}"))
}

#[test]
fn a_crm_is_named_only_in_its_own_folder() {
    let names = crm_names();
    let named = |line: &str| names.iter().any(|name| line.to_lowercase().contains(name));
    let files = files().iter().filter(|f| f.is_below(&["src-tauri", "ui/src"]) && f.is(&["rs", "ts", "svelte"]));
    none(files.filter(|f| !f.is_below(&["src-tauri/crates/crm/src"])).flat_map(|f| f.lines_where(named)));
}

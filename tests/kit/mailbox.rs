//! Generated mail: `tests/mailbox/gen_mailbox.py` and the truth it tells about what it made.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// What the generator knows of one message.
#[derive(Clone, Debug, Deserialize)]
pub struct Truth {
    /// The file's name, without its folder.
    pub file: String,
    /// Bytes, with LF line ends.
    pub size: u64,
    /// When it came in, in seconds since 1970.
    pub epoch: i64,
    pub message_id: Option<String>,
    pub subject: String,
    #[serde(rename = "from_")]
    pub from: String,
    pub to: String,
    pub cc: Vec<String>,
    /// What is odd about it.
    pub weird: Option<String>,
    /// With `--canary`: the token of each place (`subject`, `text`, `html`, `inner`, `att1`…, `cc`).
    #[serde(default)]
    pub canaries: BTreeMap<String, String>,
}

/// Three mails to share: a large one and two ordinary ones, with a file and without, from somebody else.
pub fn three(truth: &[Truth]) -> Vec<&Truth> {
    let ordinary = |t: &&Truth| t.weird.is_none() && t.size < 1_000_000 && t.from.ends_with(".example.jp");
    let with_file = |t: &&Truth| t.canaries.contains_key("att1");
    let plain = |t: &&Truth| !t.canaries.contains_key("att1");
    let large = truth.iter().find(|t| t.size > 10_000_000 && t.size < 20_000_000);
    let file = truth.iter().filter(ordinary).find(with_file);
    let text = truth.iter().filter(ordinary).find(plain);
    [large, file, text].into_iter().map(|t| t.expect("such a mail was generated")).collect()
}

/// Runs the generator with `--out dir` and `options`, and gives the truth in the order of the messages.
pub fn generate(dir: &Path, options: &[&str]) -> Vec<Truth> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("mailbox/gen_mailbox.py");
    let truth = dir.with_extension("truth.jsonl");
    let mut python = Command::new("python3");
    python.arg(script).arg("--out").arg(dir).arg("--truth").arg(&truth).args(options);
    let status = python.status().expect("python3 can be run");
    assert!(status.success(), "the generator ends with {status}");
    let lines = fs::read_to_string(&truth).expect("a truth file");
    lines.lines().map(|line| serde_json::from_str(line).expect("a line of truth")).collect()
}

//! The window opens whatever keeps the program from starting, and a data folder has one window.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::desk::{Desk, Obstacle, app, words};

#[tokio::test]
async fn a_window_whose_key_store_is_locked_opens_and_says_so() {
    let desk = Desk::with(Obstacle::KeyStoreLocked).await;
    desk.sees(words("ja")["error_key_store_locked"].as_str().unwrap()).await;
    desk.sees(words("ja")["error_key_store_locked_hint"].as_str().unwrap()).await;
    desk.picture("window-locked-ja.png").await;
}

#[tokio::test]
async fn a_program_that_could_not_start_starts_once_the_obstacle_is_gone() {
    let mut desk = Desk::with(Obstacle::HomeInUse).await;
    let ja = words("ja");
    desk.sees(ja["error_home_in_use"].as_str().unwrap()).await;
    desk.free_home();
    desk.sees(ja["common_try_again"].as_str().unwrap()).await.click().await.unwrap();
    assert_eq!(desk.asks("app.status", json!({})).await["sample"], false);
}

/// The environment of the program on this desk: its screen and its message bus.
fn environment(desk: &Desk) -> BTreeMap<String, String> {
    let home = format!("OTOMO_HOME={}", desk.home.path().join("otomo").display());
    let program = app().canonicalize().unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    let here = |process: &Path| {
        let text = String::from_utf8(std::fs::read(process.join("environ")).ok()?).ok()?;
        let runs = std::fs::read_link(process.join("exe")).ok()? == program;
        (runs && text.split('\0').any(|variable| variable == home)).then_some(text)
    };
    let text = processes.into_iter().find_map(|process| here(&process)).expect("the program on this desk");
    text.split('\0').filter_map(|variable| variable.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect()
}

/// Starts the program once more on the desk's screen.
fn start_again(desk: &Desk, arguments: &[&str]) -> Child {
    let mut command = Command::new(app());
    command.args(arguments).env_clear().envs(environment(desk)).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// How it ended, if it does so soon.
async fn ends(process: &mut Child) -> Option<ExitStatus> {
    for _ in 0..50 {
        if let Some(status) = process.try_wait().unwrap() {
            return Some(status);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    None
}

#[tokio::test]
async fn a_second_start_on_the_same_data_gives_way_and_on_other_data_does_not() {
    let desk = Desk::with(Obstacle::Nothing).await;
    let mut again = start_again(&desk, &[]);
    assert_eq!(ends(&mut again).await.and_then(|status| status.code()), Some(0));
    desk.asks("app.status", json!({})).await;

    let other = desk.home.path().join("other");
    let mut beside = start_again(&desk, &["--home", other.to_str().unwrap()]);
    assert_eq!(ends(&mut beside).await, None);
    assert!(other.join("ledger.db").exists());
    beside.kill().unwrap();
    beside.wait().unwrap();
}

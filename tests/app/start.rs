//! The window opens, and says how the program is doing.

use serde_json::json;

use crate::desk::{Desk, Obstacle, words};

#[tokio::test]
async fn the_window_shows_the_status_in_japanese_and_in_english() {
    let desk = Desk::with(Obstacle::Nothing).await;
    let (ja, en) = (words("ja"), words("en"));

    desk.sees(ja["status_running"].as_str().unwrap()).await;
    desk.sees(&desk.home.path().join("otomo").display().to_string()).await;
    assert_eq!(desk.runs("document.documentElement.lang").await, json!({ "ok": "ja" }));
    desk.picture("window-ja.png").await;

    desk.sees("English").await.click().await.unwrap();
    desk.sees(en["status_running"].as_str().unwrap()).await;
    desk.sees(en["app_promise"].as_str().unwrap()).await;
    assert_eq!(desk.runs("document.documentElement.lang").await, json!({ "ok": "en" }));
    desk.sees(en["appearance_theme_dark"].as_str().unwrap()).await.click().await.unwrap();
    desk.picture("window-en-dark.png").await;
}

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
    desk.sees(ja["status_running"].as_str().unwrap()).await;
}

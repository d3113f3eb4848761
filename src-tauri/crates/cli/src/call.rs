//! One command of the table: by the process that has the data folder, or, where there is none, right here.

use std::io::{IsTerminal, Read};

use otomo_api::{ApiError, Code, Event};
use otomo_boot::home;
use otomo_boot::key::KeyPlace;
use otomo_boot::socket::{self, Outcome};
use otomo_boot::{Options, Running, StartFault, start};
use serde_json::Value;

use crate::{End, passphrase};

pub async fn call(options: Options, words: Vec<String>) -> End {
    let (name, args) = match read(&words) {
        Ok(read) => read,
        Err(why) => return End::BadUsage(why),
    };
    let (path, policy) = (options.home.clone(), options.policy.clone());
    let answer = match start(Options { work: false, ..options }).await {
        Ok(running) => here(running, &name, args).await,
        Err(StartFault::HomeInUse) => return forward(path, &name, args).await,
        Err(StartFault::PassphraseNeeded) => match passphrase::ask() {
            Some(passphrase) => {
                let key = KeyPlace::Passphrase(passphrase);
                match start(Options { home: path, policy, key, work: false, ..Options::default() }).await {
                    Ok(running) => here(running, &name, args).await,
                    Err(fault) => Err(fault.into()),
                }
            }
            None => Err(StartFault::PassphraseNeeded.into()),
        },
        Err(fault) => Err(fault.into()),
    };
    match answer {
        Ok(answer) => print(&answer),
        Err(error) => End::Failed(error),
    }
}

/// `NOUN.VERB`, then JSON, `-`, or nothing.
fn read(words: &[String]) -> Result<(String, Value), String> {
    let (name, rest) = words.split_first().ok_or("NOUN.VERB is missing")?;
    if name.split('.').count() != 2 {
        return Err(format!("{name:?} is not NOUN.VERB"));
    }
    let json = match rest {
        [] => return Ok((name.clone(), Value::Null)),
        [dash] if dash == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|e| e.to_string())?;
            text
        }
        [json] => json.clone(),
        _ => return Err("one JSON argument at most".into()),
    };
    let args = serde_json::from_str(&json).map_err(|e| format!("the argument is not JSON: {e}"))?;
    Ok((name.clone(), args))
}

/// Carries the command out in this process. An operation is waited for: it would end with us.
async fn here(running: Running, name: &str, args: Value) -> Result<Value, ApiError> {
    let mut events = running.api().events();
    let answer = running.api().dispatch(name, args).await;
    let ended = match answer.as_ref().ok().and_then(|a| a.get("op")).and_then(Value::as_u64) {
        Some(op) => loop {
            match events.next().await {
                Some(Event::Ended { op: ended, code }) if ended == op => break code,
                Some(_) => {}
                None => break None,
            }
        },
        None => None,
    };
    running.stop().await;
    match ended {
        Some(code) => Err(ApiError::new(Code::NotPossibleNow, code)),
        None => answer,
    }
}

async fn forward(path: Option<std::path::PathBuf>, name: &str, args: Value) -> End {
    let in_use = || ApiError::from(StartFault::HomeInUse);
    let Some(path) = home::locate(path) else { return End::Failed(in_use()) };
    match socket::forward(&path, name, args).await {
        Ok(Outcome::Ok(answer)) => print(&answer),
        Ok(Outcome::Err(error)) => {
            eprintln!("{error}");
            std::process::exit(1)
        }
        Err(_) => End::Failed(in_use()),
    }
}

fn print(answer: &Value) -> End {
    let pretty = std::io::stdout().is_terminal();
    let text = if pretty { serde_json::to_string_pretty(answer) } else { serde_json::to_string(answer) };
    println!("{}", text.unwrap_or_default());
    End::Done
}

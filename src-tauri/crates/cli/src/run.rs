//! `otomoctl run`: the workers without a window, until told to stop or until there is nothing left to do.

use clap::Args;
use otomo_api::ApiError;
use otomo_boot::{Options, start};
use serde_json::Value;

use crate::End;

#[derive(Args)]
pub struct RunArguments {
    /// End when every account and index is in step and nothing in the outbox can move.
    #[arg(long)]
    until_idle: bool,
    /// Let time run this many times faster; only in a data folder made with `otomoctl demo --test-home`.
    #[arg(long, value_name = "N", default_value_t = 1)]
    clock_rate: u32,
}

pub async fn run(options: Options, arguments: RunArguments) -> End {
    let running = match start(Options { clock_rate: arguments.clock_rate, ..options }).await {
        Ok(running) => running,
        Err(fault) => return End::Failed(fault.into()),
    };
    let engine = running.api().engine().clone();
    let idle = async { if arguments.until_idle { engine.until_idle().await } else { std::future::pending().await } };
    let done = tokio::select! {
        done = idle => done.map_err(ApiError::from),
        () = told_to_stop() => Ok(()),
    };
    let status = running.api().dispatch("app.status", Value::Null).await;
    running.stop().await;
    match done.and(status) {
        Ok(status) => {
            println!("{status}");
            End::Done
        }
        Err(error) => End::Failed(error),
    }
}

/// Ctrl-C, or the signal a system ends processes with.
async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    drop(tokio::signal::ctrl_c().await);
}

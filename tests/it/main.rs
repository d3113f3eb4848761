//! Journeys, contracts and invariants, against real servers.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "what tests stand on may end a test in any way"
)]

mod at_rest;
mod audit;
mod bad_input;
mod capture;
mod catalogue;
mod connect;
mod connectors;
mod crash;
mod day;
mod detect;
mod dovecot;
mod imap;
mod journey;
mod lab;
mod leak;
mod leaving;
mod oauth;
mod pop3;
mod program;
mod records;
mod rules;
mod secret_service;
mod send;
mod steps;
mod storm;
mod tidy;
mod tls;
mod traffic;

//! A figure, its peer and what was promised.

use std::fmt;

/// A line of the scoreboard.
#[derive(Debug)]
pub struct Line {
    pub number: u8,
    pub name: &'static str,
    pub unit: &'static str,
    pub value: f64,
    /// The same measurement on the empty window, where there is one.
    pub peer: Option<f64>,
    pub limit: Limit,
}

/// What is held against the limit.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// The value itself.
    Value(f64),
    /// How many times the peer it is.
    Ratio(f64),
    /// How much more than the peer it is.
    Above(f64),
}

impl Line {
    fn ratio(&self) -> Option<f64> {
        self.peer.filter(|peer| *peer > 0.0).map(|peer| self.value / peer)
    }

    /// A limit that stands against a peer is missed without one.
    fn pass(&self) -> bool {
        match self.limit {
            Limit::Value(limit) => self.value <= limit,
            Limit::Ratio(limit) => self.ratio().is_some_and(|ratio| ratio <= limit),
            Limit::Above(limit) => self.peer.is_some_and(|peer| self.value - peer <= limit),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, name, unit, value, .. } = self;
        let peer = self.peer.map_or_else(|| "-".into(), |peer| format!("{peer:.2}{unit}"));
        let ratio = self.ratio().map_or_else(|| "-".into(), |ratio| format!("{ratio:.2}"));
        let limit = match self.limit {
            Limit::Value(limit) => format!("{limit}{unit}"),
            Limit::Ratio(limit) => format!("x{limit}"),
            Limit::Above(limit) => format!("+{limit}{unit}"),
        };
        let pass = if self.pass() { "pass" } else { "MISSED" };
        write!(f, "{number} {name} {value:.2}{unit} {peer} {limit} {ratio} {pass}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, peer: Option<f64>, limit: Limit, expected: &str) {
        let line = Line { number: 13, name: "start", unit: "s", value, peer, limit };
        assert_eq!(line.to_string(), expected);
    }

    #[test]
    fn each_kind_of_limit_is_held_against_what_it_means() {
        check(1.5, Some(1.0), Limit::Ratio(1.5), "13 start 1.50s 1.00s x1.5 1.50 pass");
        check(1.6, Some(1.0), Limit::Ratio(1.5), "13 start 1.60s 1.00s x1.5 1.60 MISSED");
        check(160.0, Some(100.0), Limit::Above(60.0), "13 start 160.00s 100.00s +60s 1.60 pass");
        check(161.0, Some(100.0), Limit::Above(60.0), "13 start 161.00s 100.00s +60s 1.61 MISSED");
        check(15.0, None, Limit::Value(15.0), "13 start 15.00s - 15s - pass");
        check(15.1, None, Limit::Value(15.0), "13 start 15.10s - 15s - MISSED");
    }

    #[test]
    fn a_limit_against_a_peer_is_missed_without_one() {
        check(1.0, None, Limit::Ratio(1.5), "13 start 1.00s - x1.5 - MISSED");
        check(1.0, Some(0.0), Limit::Ratio(1.5), "13 start 1.00s 0.00s x1.5 - MISSED");
    }
}

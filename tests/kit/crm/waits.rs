//! Whoever is told to wait (`Retry-After`, RFC 9110 §10.2.3), and comes before it is over.

use std::time::Duration;

use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use otomo_domain::time::Timestamp;

type Now = Box<dyn Fn() -> Timestamp + Send>;

/// Counts nothing as long as nobody says whose time it is.
#[derive(Default)]
pub struct Waits {
    now: Option<Now>,
    until: Option<Timestamp>,
    /// How many requests came too early.
    pub broken: usize,
}

impl Waits {
    /// From now on by this time.
    pub fn keep(&mut self, now: impl Fn() -> Timestamp + Send + 'static) {
        self.now = Some(Box::new(now));
    }

    /// A request has come.
    pub fn came(&mut self) {
        let now = self.now.as_ref().map(|now| now());
        let is_early = now.zip(self.until).is_some_and(|(now, until)| now < until);
        self.broken += usize::from(is_early);
    }

    /// This is answered.
    pub fn answered(&mut self, response: &Response) {
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let until = self.now.as_ref().zip(asked).map(|(now, seconds)| now() + Duration::from_secs(seconds));
        self.until = self.until.max(until);
    }

    /// Holds nobody any more to what was asked so far.
    pub fn forgive(&mut self) {
        self.until = None;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use axum::body::Body;

    use super::*;

    #[test]
    fn only_what_comes_before_the_wait_is_over_is_counted() {
        let (mut waits, clock) = (Waits::default(), Arc::new(AtomicI64::new(0)));
        let read = Arc::clone(&clock);
        waits.keep(move || Timestamp(read.load(Ordering::SeqCst)));
        let come = |waits: &mut Waits, at: i64| {
            clock.store(at, Ordering::SeqCst);
            waits.came();
            waits.broken
        };
        assert_eq!(come(&mut waits, 0), 0);
        let busy = Response::builder().header(RETRY_AFTER, "2").body(Body::empty()).unwrap();
        waits.answered(&busy);
        waits.answered(&Response::new(Body::empty()));
        assert_eq!((come(&mut waits, 1999), come(&mut waits, 2000)), (1, 1));
        waits.answered(&busy);
        waits.forgive();
        assert_eq!(come(&mut waits, 2001), 1);
    }
}

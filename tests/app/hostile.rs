//! Hostile mail: what it tries to load and to run, and the three walls that keep it from both.

mod corpus;
mod layers;
mod outside;
mod window;

use kit::wire::apart;
use tokio::runtime::Runtime;

use self::corpus::{Vector, remote, scripts};
use self::layers::{Layers, Seen};
use self::outside::Outside;

/// What is seen with every choice of walls, from all to none.
struct Table(Vec<(Layers, Seen)>);

impl Table {
    fn make(vectors: &[Vector], outside: &Outside) -> Self {
        let runtime = Runtime::new().unwrap();
        let choices =
            (0..8).map(|bits| Layers { sanitiser: bits & 1 == 0, frame: bits & 2 == 0, proxy: bits & 4 == 0 });
        Self(choices.map(|layers| (layers, runtime.block_on(layers.show(vectors, outside)))).collect())
    }

    fn with(&self, sanitiser: bool, frame: bool, proxy: bool) -> &Seen {
        let is = |layers: &Layers| (layers.sanitiser, layers.frame, layers.proxy) == (sanitiser, frame, proxy);
        &self.0.iter().find(|(layers, _)| is(layers)).expect("every choice was shown").1
    }

    fn print(&self) {
        let heads = ["scripts", "answers", "moved", "at proxy", "names", "packets"];
        println!("{:28}{}", "walls", heads.map(|head| format!("{head:>10}")).concat());
        for (layers, Seen { ran, called, moved, proxy, wire, packets }) in &self.0 {
            let counts = [ran.len(), called.len(), moved.len(), proxy.len(), wire.len(), *packets];
            println!("{layers:28}{}", counts.map(|count| format!("{count:10}")).concat());
        }
    }
}

#[test]
fn each_wall_keeps_its_promise_alone_and_without_walls_everything_happens() {
    let (remote, scripts) = (remote(), scripts());
    assert!(remote.len() >= 40 && scripts.len() >= 60);
    let table = apart(|| Table::make(&[remote, scripts].concat(), &Outside::make()));
    table.print();

    let all = table.with(true, true, true);
    assert!(all.ran.is_empty() && all.called.is_empty() && all.moved.is_empty(), "{all:?}");
    assert!(all.proxy.is_empty() && all.wire.is_empty() && all.packets == 0, "{all:?}");

    let none = table.with(false, false, false);
    assert!(none.ran.len() >= 60 && none.wire.len() >= 40 && none.moved.len() >= 3, "{none:?}");
    let proxy = table.with(false, false, true);
    assert!(proxy.ran.len() >= 60 && proxy.called.len() >= 60 && proxy.proxy.len() >= 40, "{proxy:?}");

    for (layers, seen) in &table.0 {
        assert!(
            !(layers.sanitiser || layers.frame) || seen.ran.is_empty() && seen.called.is_empty(),
            "{layers}: {seen:?}"
        );
        assert!(!layers.proxy || seen.wire.is_empty() && seen.packets == 0, "{layers}: {seen:?}");
    }
    let frame = table.with(false, true, false);
    assert!(frame.wire.iter().any(|name| name.starts_with("l-link-preconnect")), "why the proxy is there: {frame:?}");
}

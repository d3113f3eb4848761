//! A network namespace with a loopback interface and a way out that leads nowhere.
//!
//! The way out is what makes an attempt visible: without a default route a program that wanted to tell somebody
//! outside would fail before its first packet, and every count would be zero for the wrong reason.

use std::panic::resume_unwind;
use std::process::Command;
use std::thread;

use nix::sched::{CloneFlags, unshare};

/// The number of the loopback interface, the first one of every namespace.
pub const LOOPBACK: u32 = 1;

/// `out` is the way out. It resolves no neighbours (`arp off`), so that no packet waits for an answer that never comes;
/// and the kernel itself says nothing there: no IPv6 address is made up, none is probed for, and no solicited-node group
/// is joined, which it would report up to a second later (MLDv2, RFC 3810 §6.1), in the midst of a capture.
const SET_UP: &str = "
ip link set lo up
ip link add out type veth peer name nowhere
ip link set out addrgenmode none
ip link set nowhere addrgenmode none
ip link set out arp off
ip link set out up
ip link set nowhere up
ip address add 192.0.2.2/24 dev out
ip address add 2001:db8::2/64 dev out nodad
ip route add default via 192.0.2.1
ip -6 route add default via 2001:db8::1
";

/// Works in a network of its own. Threads and processes started by the work are in it, too.
pub fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        // A thread of its own: one that has entered a namespace stays there.
        let inside = scope.spawn(|| {
            unshare(CloneFlags::CLONE_NEWNET).expect("a network namespace: this needs CAP_SYS_ADMIN");
            let output = Command::new("sh").args(["-ec", SET_UP]).output().expect("a shell");
            assert!(output.status.success(), "ip: {}", String::from_utf8_lossy(&output.stderr));
            work()
        });
        inside.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

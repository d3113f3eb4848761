//! Installs the Debian packages that a command needs, and only those that are missing.
//!
//! It installs as root or by a sudo that asks nothing; otherwise it prints the one line to run. Rust and Node are the
//! person's own choice of installer: it says when Node is too old, and installs neither.

use clap::ValueEnum;

use crate::shell::{Failure, Outcome, answer, command, run};

/// What the packages are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// `otomoctl demo` in a terminal
    Demo,
    /// the desktop app
    Window,
    /// every test
    Test,
    /// the package
    Package,
}

/// SQLCipher links the system's OpenSSL.
const BUILD: &[&str] = &["build-essential", "pkg-config", "libssl-dev"];

const WINDOW: &[&str] = &["libwebkit2gtk-4.1-dev", "libayatana-appindicator3-dev", "librsvg2-dev"];

/// The lab's servers.
pub const SERVERS: &[&str] = &[
    "dovecot-imapd",
    "dovecot-pop3d",
    "dovecot-submissiond",
    "dovecot-lmtpd",
    "dnsmasq-base",
    "openssl",
    "python3",
    "python3-pip",
];

/// A display with a driven window, letters for Japanese, and a Secret Service.
pub const SCREEN: &[&str] = &[
    "dbus",
    "fonts-noto-cjk",
    "gnome-keyring",
    "libglib2.0-bin",
    "libsecret-tools",
    "webkit2gtk-driver",
    "xauth",
    "xvfb",
];

/// What tests watch and cut the network with.
pub const TOOLS: &[&str] = &["iproute2", "procps", "tcpdump"];

/// A browser and peers.
const TEST: &[&str] = &["chromium", "chromium-driver", "git", "isync"];

/// What makes and checks the package.
const PACKAGE: &[&str] = &["debootstrap", "desktop-file-utils"];

/// The oldest Node that builds the user interface.
const NODE: u32 = 20;

impl Profile {
    fn packages(self) -> Vec<&'static str> {
        let groups: &[&[&str]] = match self {
            Self::Demo => &[BUILD],
            Self::Window => &[BUILD, WINDOW],
            Self::Test => &[BUILD, WINDOW, SERVERS, SCREEN, TOOLS, TEST],
            Self::Package => &[BUILD, WINDOW, PACKAGE],
        };
        groups.concat()
    }
}

pub fn setup(profile: Profile) -> Outcome {
    install(&profile.packages())?;
    if profile != Profile::Demo {
        check_node(answer(command("node", &["--version"])).as_deref())?;
    }
    Ok(())
}

fn install(packages: &[&str]) -> Outcome {
    let mut query = command("dpkg-query", &["--show", "--showformat=${Package} ${db:Status-Status}\n"]);
    query.args(packages);
    let Some(listing) = answer(query) else {
        println!("This is not Debian; its packages would be: {}", packages.join(" "));
        return Ok(());
    };
    let missing = missing(packages, &listing);
    if missing.is_empty() {
        return Ok(());
    }
    let Some(privilege) = privilege() else {
        let line = format!("sudo apt-get install --no-install-recommends {}", missing.join(" "));
        return Err(Failure::usage(format!("Some packages are missing. Please run:\n  {line}")));
    };
    let apt = |arguments: &[&str]| {
        let words = [privilege, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], arguments].concat();
        let (program, rest) = words.split_first().ok_or_else(|| Failure::new("apt-get needs arguments"))?;
        run(command(program, rest))
    };
    apt(&["update", "--quiet"])?;
    apt(&[&["install", "--yes", "--quiet", "--no-install-recommends"], missing.as_slice()].concat())
}

/// Those of `packages` that dpkg doesn't list as installed.
fn missing<'p>(packages: &[&'p str], listing: &str) -> Vec<&'p str> {
    let installed = |package: &str| listing.lines().any(|line| line.split_once(' ') == Some((package, "installed")));
    packages.iter().copied().filter(|package| !installed(package)).collect()
}

/// The words before a command that make it run as root, if that can be had without a question.
pub fn privilege() -> Option<&'static [&'static str]> {
    let user =
        |program: &str, arguments: &[&str]| answer(command(program, arguments)).is_some_and(|id| id.trim() == "0");
    if user("id", &["-u"]) {
        Some(&[])
    } else if user("sudo", &["-n", "id", "-u"]) {
        Some(&["sudo", "-n"])
    } else {
        None
    }
}

fn check_node(version: Option<&str>) -> Outcome {
    let major = version.and_then(|v| v.trim().strip_prefix('v')?.split('.').next()?.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE => Ok(()),
        Some(major) => Err(Failure::usage(format!("Node {NODE} or newer is needed; this is Node {major}."))),
        None => Err(Failure::usage(format!("Node {NODE} or newer is needed, and there is no `node` here."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_dpkg_calls_installed_is_not_missing() {
        let listing = "openssl installed\nisync not-installed\nxvfb config-files\n";
        assert_eq!(missing(&["openssl", "isync", "xvfb", "dbus"], listing), ["isync", "xvfb", "dbus"]);
    }

    #[test]
    fn the_demo_in_a_terminal_needs_neither_a_window_nor_node() {
        assert!(Profile::Demo.packages().iter().all(|p| !WINDOW.contains(p) && !TEST.contains(p)));
    }

    #[test]
    fn an_old_or_absent_node_is_said_plainly() {
        assert!(check_node(Some("v20.20.2\n")).is_ok());
        let told = |version| check_node(version).expect_err("a complaint").message;
        assert!(told(Some("v18.19.0\n")).contains("this is Node 18"));
        assert!(told(None).contains("no `node`"));
    }
}

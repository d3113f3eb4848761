//! A server of yesterday: OpenSSL's own, told to forget what it learnt.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::certificate::HOST;
use tempfile::TempDir;

/// A running `openssl s_server`; dropping it stops it.
pub struct OpenSsl {
    server: Child,
    port: u16,
    folder: TempDir,
    /// It would end if nobody could read what it says.
    _said: BufReader<ChildStdout>,
}

impl OpenSsl {
    /// A server with an RSA key of so many bits, signed by its own CA; `arguments` are for `s_server`.
    pub fn start(bits: u16, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("leaf.ext"), format!("subjectAltName=DNS:{HOST},IP:127.0.0.1\n")).unwrap();
        let run = |arguments: &str| {
            let arguments = arguments.split(' ');
            let made = Command::new("openssl").args(arguments).current_dir(folder.path()).output().unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        };
        run("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=trusted -days 30");
        run(&format!("req -newkey rsa:{bits} -nodes -keyout leaf.key -out leaf.csr -subj /CN={HOST}"));
        run("x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 30 -extfile leaf.ext -out leaf.pem");
        let mut server = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-cert", "leaf.pem", "-key", "leaf.key"])
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        let accepts = said.by_ref().lines().map_while(Result::ok).find(|line| line.starts_with("ACCEPT ")).unwrap();
        let port = accepts.rsplit(':').next().unwrap().parse().unwrap();
        Self { server, port, folder, _said: said }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn ca(&self) -> std::path::PathBuf {
        self.folder.path().join("ca.pem")
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

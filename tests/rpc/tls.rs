//! TLS: certificates of the server and of clients, and their renewal.

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    path::{Path, PathBuf},
    time::Duration,
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, pem::PemObject},
    version::TLS12,
};
use tempfile::TempDir;
use timebank_proto::v1;
use tonic::{
    Code,
    transport::{Certificate, ClientTlsConfig, Endpoint, Identity},
};

use crate::support::{
    Client, DEADLINE, Server, ended, serve_command, told,
    wire::{SETTINGS, greeting, next_frame},
};

/// One who issues certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its key, in PEM.
struct Issued {
    certificate: String,
    key: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    fn issue(&self, name: &str, last_year: i32) -> Issued {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![name.into()]).expect("a name");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        let signed = params.signed_by(&key, &self.issuer).expect("signed");
        Issued {
            certificate: signed.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// A server with a certificate, in a directory of its own.
struct Served {
    server: Server,
    dir: TempDir,
}

impl Served {
    fn with(issued: &Issued, client_ca: Option<&Authority>) -> Self {
        let dir = TempDir::new().expect("a directory");
        write(dir.path(), issued);
        let mut command = serve_command(&dir.path().join("data"));
        command.args(["--tls-cert", &text(&dir, "server.pem")]);
        command.args(["--tls-key", &text(&dir, "server.key")]);
        if let Some(authority) = client_ca {
            fs::write(dir.path().join("clients.pem"), &authority.pem).expect("written");
            command.args(["--tls-client-ca", &text(&dir, "clients.pem")]);
        }
        Self {
            server: Server::run(command),
            dir,
        }
    }

    async fn connect(&self, tls: ClientTlsConfig) -> Result<Client, tonic::transport::Error> {
        let url = format!("https://{}", self.server.address());
        let endpoint = Endpoint::from_shared(url).expect("an address");
        let channel = endpoint
            .tls_config(tls.domain_name("localhost"))?
            .connect()
            .await?;
        Ok(Client::on(channel, self.server.address()))
    }
}

fn path(dir: &TempDir, name: &str) -> PathBuf {
    dir.path().join(name)
}

fn text(dir: &TempDir, name: &str) -> String {
    path(dir, name).to_str().expect("a plain path").into()
}

fn write(dir: &Path, issued: &Issued) {
    fs::write(dir.join("server.key"), &issued.key).expect("written");
    fs::write(dir.join("server.pem"), &issued.certificate).expect("written");
}

fn trusting(authority: &Authority) -> ClientTlsConfig {
    ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&authority.pem))
}

#[tokio::test]
async fn a_server_that_is_trusted_and_those_that_are_not() {
    let (ours, foreign) = (Authority::new("ours"), Authority::new("foreign"));
    let served = Served::with(&ours.issue("localhost", 2090), None);
    let mut client = served.connect(trusting(&ours)).await.expect("trusted");
    assert_eq!(client.position().await, 2);
    let refused = served.connect(trusting(&foreign)).await;
    assert!(refused.is_err(), "a foreign authority");
    let plain = format!("http://{}", served.server.address());
    let plain = Endpoint::from_shared(plain)
        .expect("an address")
        .connect_lazy();
    let mut plain = Client::on(plain, served.server.address());
    let status = plain.units.list_units(v1::ListUnitsRequest {}).await;
    assert!(status.is_err(), "without TLS");
    for (what, issued) in [
        ("an expired one", ours.issue("localhost", 2021)),
        ("another's", ours.issue("bank.example", 2090)),
        (
            "one that nobody issued",
            Authority::new("localhost").issue("localhost", 2090),
        ),
    ] {
        let served = Served::with(&issued, None);
        assert!(served.connect(trusting(&ours)).await.is_err(), "{what}");
    }
}

#[tokio::test]
async fn a_certificate_stands_for_a_token() {
    let (ours, foreign) = (Authority::new("ours"), Authority::new("foreign"));
    let served = Served::with(&ours.issue("localhost", 2090), Some(&ours));
    let mut admin = served
        .connect(trusting(&ours))
        .await
        .expect("no certificate");
    admin.issue("desk", v1::Role::Operator, "city").await;
    let who = async |issued: Issued| {
        let identity = Identity::from_pem(issued.certificate, issued.key);
        let client = served.connect(trusting(&ours).identity(identity)).await;
        let client = client.map_err(|_| "no connection".to_owned())?;
        let mut bare = v1::token_service_client::TokenServiceClient::new(client.channel.clone());
        match bare.who_am_i(v1::WhoAmIRequest {}).await {
            Ok(reply) => Ok(reply.into_inner().token.expect("a token").name),
            Err(status) if status.code() == Code::Unauthenticated => Err(told(&status).reason),
            // The handshake's end comes with the first call.
            Err(_) => Err("no connection".into()),
        }
    };
    assert_eq!(who(ours.issue("desk", 2090)).await, Ok("desk".into()));
    assert_eq!(
        who(ours.issue("nobody", 2090)).await,
        Err("TOKEN_REFUSED".into())
    );
    assert_eq!(
        who(ours.issue("desk", 2021)).await,
        Err("no connection".into())
    );
    assert_eq!(
        who(foreign.issue("desk", 2090)).await,
        Err("no connection".into())
    );
}

/// A certificate is taken as it is written, and no call fails meanwhile; half of one changes
/// nothing.
#[tokio::test]
async fn renewal_under_load() {
    let (first, second) = (Authority::new("first"), Authority::new("second"));
    let served = Served::with(&first.issue("localhost", 2090), None);
    let mut kept = served.connect(trusting(&first)).await.expect("the first");
    fs::write(path(&served.dir, "server.pem"), "-----BEGIN CERT").expect("written");
    for _ in 0..40 {
        kept.position().await;
        served
            .connect(trusting(&first))
            .await
            .expect("the first still");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    write(served.dir.path(), &second.issue("localhost", 2090));
    let renewed = async {
        loop {
            kept.position().await;
            if served.connect(trusting(&second)).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    crate::support::within("the second", renewed).await;
    kept.position().await;
    assert!(served.connect(trusting(&first)).await.is_err());
}

/// Tokens do not go over a network unencrypted unless that is asked for.
#[test]
fn other_addresses_want_tls() {
    let dir = TempDir::new().expect("a directory");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_timebank"));
    command.args([
        "serve",
        "--listen",
        "0.0.0.0:0",
        "--data",
        &text(&dir, "data"),
    ]);
    let refused = ended(command);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        said.contains("--plaintext") && said.contains("--tls-cert"),
        "{said}"
    );
}

/// What a client is answered that knows TLS up to a version, by what it says: as TLS 1.2 has it, so
/// that only the version is at fault, and with no `supported_versions`.
fn answer_to_hello(address: &str, minor: u8) -> Vec<u8> {
    let suites = [0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x13, 0x00, 0x2f];
    // Curves, the form of their points, signatures.
    let extensions = [
        0, 10, 0, 4, 0, 2, 0, 23, //
        0, 11, 0, 2, 1, 0, //
        0, 13, 0, 6, 0, 4, 4, 3, 4, 1,
    ];
    let mut hello = vec![3, minor];
    hello.extend([7; 32]);
    hello.extend([0, 0, suites.len() as u8]);
    hello.extend(suites);
    hello.extend([1, 0, 0, extensions.len() as u8]);
    hello.extend(extensions);
    let mut bytes = vec![22, 3, minor.min(1), 0, hello.len() as u8 + 4];
    bytes.extend([1, 0, 0, hello.len() as u8]);
    bytes.extend(hello);
    answer(address, &bytes)
}

fn answer(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    stream.write_all(bytes).expect("sent");
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    // The server may hang up on what it did not read.
    let _ = stream.read_to_end(&mut answer);
    answer
}

/// A fatal alert, and nothing else: 70 is `protocol_version`.
fn is_alert(answer: &[u8], description: Option<u8>) -> bool {
    match answer {
        [21, 3, _, 0, 2, 2, told] => description.is_none_or(|wanted| wanted == *told),
        _ => false,
    }
}

/// SSL 3.0, TLS 1.0 and 1.1 are not spoken, nor is anything unencrypted; TLS 1.2 is.
#[tokio::test]
async fn nobody_is_taken_down_to_an_older_version() {
    let ours = Authority::new("ours");
    let served = Served::with(&ours.issue("localhost", 2090), None);
    let address = served.server.address();
    for minor in [0, 1, 2] {
        let answer = answer_to_hello(address, minor);
        assert!(is_alert(&answer, Some(70)), "3.{minor}: {answer:?}");
    }
    let answered = answer_to_hello(address, 3);
    assert!(answered.starts_with(&[22, 3, 3]), "3.3: {answered:?}");
    for plain in [greeting(), b"GET / HTTP/1.1\r\n\r\n".repeat(4)] {
        let answer = answer(address, &plain);
        assert!(answer.is_empty() || is_alert(&answer, None), "{answer:?}");
    }
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(ours.pem.as_bytes()).expect("a certificate"))
        .expect("a root");
    let mut old = ClientConfig::builder_with_protocol_versions(&[&TLS12])
        .with_root_certificates(roots)
        .with_no_client_auth();
    old.alpn_protocols = vec![b"h2".into()];
    let name = "localhost".try_into().expect("a name");
    let tls = ClientConnection::new(old.into(), name).expect("a client");
    let plain = TcpStream::connect(address).expect("a connection");
    let mut stream = StreamOwned::new(tls, plain);
    stream.write_all(&greeting()).expect("sent");
    let first = next_frame(&mut stream).expect("a frame");
    assert_eq!(first.kind, SETTINGS, "what a server begins with");
    let spoken = stream.conn.protocol_version();
    assert_eq!(spoken, Some(ProtocolVersion::TLSv1_2));
}

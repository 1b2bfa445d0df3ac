//! TLS: certificates from files, which are read again when they change.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use x509_parser::{extensions::GeneralName, prelude::FromDer, prelude::X509Certificate};

/// How often it is seen whether the files have changed.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Where a server's certificate is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsFiles {
    /// PEM: the server's certificate first, then those between it and the root.
    pub certificate: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
    /// PEM: the roots of clients' certificates, whose names stand for tokens. None where clients
    /// have none.
    pub client_ca: Option<PathBuf>,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read {path}: {why}")]
    File { path: String, why: String },
    #[error("{path} has no certificate")]
    Empty { path: String },
    #[error("the certificate and the key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    #[error("the roots of clients' certificates cannot be used: {0}")]
    ClientRoots(#[from] rustls::server::VerifierBuilderError),
}

impl TlsFiles {
    /// That it can be served with.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), TlsError> {
        self.load().map(drop)
    }

    fn load(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|why| unread(&self.key, why))?;
        let provider = Arc::new(default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let mut roots = RootCertStore::empty();
                for root in certificates(path)? {
                    roots.add(root)?;
                }
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                        .allow_unauthenticated()
                        .build()?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder.with_single_cert(certificates(&self.certificate)?, key)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Arc::new(config))
    }

    /// When each was written last.
    fn written(&self) -> Vec<Option<SystemTime>> {
        let files = [
            Some(&self.certificate),
            Some(&self.key),
            self.client_ca.as_ref(),
        ];
        let files = files.into_iter().flatten();
        files
            .map(|path| fs::metadata(path).and_then(|meta| meta.modified()).ok())
            .collect()
    }
}

fn unread(path: &Path, why: impl ToString) -> TlsError {
    TlsError::File {
        path: path.display().to_string(),
        why: why.to_string(),
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found = CertificateDer::pem_file_iter(path).map_err(|why| unread(path, why))?;
    let found: Result<Vec<_>, _> = found.collect();
    let found = found.map_err(|why| unread(path, why))?;
    match found.is_empty() {
        true => Err(TlsError::Empty {
            path: path.display().to_string(),
        }),
        false => Ok(found),
    }
}

/// The certificate that new connections get.
pub(super) struct Tls {
    files: TlsFiles,
    current: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    pub(super) fn open(files: TlsFiles) -> Result<Self, TlsError> {
        Ok(Self {
            current: RwLock::new(files.load()?),
            files,
        })
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&current))
    }

    /// Takes what is written into the files; where it cannot be used, what was there stays.
    pub(super) async fn renew(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        let mut known = self.files.written();
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
            let written = self.files.written();
            if written == known {
                continue;
            }
            match self.files.load() {
                Ok(config) => {
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = config;
                    tracing::info!("took the certificate that was written");
                    known = written;
                }
                // It may be half written: it is tried again.
                Err(error) => tracing::warn!(%error, "kept the certificate that was there"),
            }
        }
    }
}

/// The first DNS name of a certificate.
pub(super) fn name_of(certificate: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let names = certificate.subject_alternative_name().ok()??;
    names
        .value
        .general_names
        .iter()
        .find_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        })
}

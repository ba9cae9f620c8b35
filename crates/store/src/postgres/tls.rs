//! Encryption to the database, in the words `sslmode` has everywhere else.
//!
//! | `sslmode` | encrypted | the server's certificate |
//! |---|---|---|
//! | `disable` | no | |
//! | `prefer` (when not said) | if the server can | not looked at |
//! | `require` | yes | not looked at, unless `sslrootcert` is given |
//! | `verify-ca` | yes | signed by someone we trust |
//! | `verify-full` | yes | and made out to the host we asked for |
//!
//! We trust `sslrootcert` (a file of certificates) or, without it, what the system trusts.

use std::path::Path;
use std::sync::Arc;

use ::postgres::config::SslMode;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::OpenError;

/// How much of a server's certificate is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    Anyone,
    Signed,
    SignedForHost,
}

/// The driver's mode, and how much to trust, for a value of `sslmode`; nothing when it is unknown.
pub(super) fn mode(name: &str, has_roots: bool) -> Option<(SslMode, Trust)> {
    Some(match name {
        "disable" => (SslMode::Disable, Trust::Anyone),
        "prefer" => (SslMode::Prefer, Trust::Anyone),
        // As libpq does: who names certificates wants them looked at.
        "require" if has_roots => (SslMode::Require, Trust::Signed),
        "require" => (SslMode::Require, Trust::Anyone),
        "verify-ca" => (SslMode::Require, Trust::Signed),
        "verify-full" => (SslMode::Require, Trust::SignedForHost),
        _ => return None,
    })
}

/// What the driver needs to encrypt.
pub(super) fn connector(
    trust: Trust,
    roots: Option<&Path>,
) -> Result<MakeRustlsConnect, OpenError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let signed = match trust {
        Trust::Anyone => None,
        Trust::Signed | Trust::SignedForHost => Some(verifier(roots, &provider)?),
    };
    let verifier = Verifier {
        trust,
        signed,
        provider: Arc::clone(&provider),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn refused(error: impl std::fmt::Display) -> OpenError {
    OpenError::Certificates(error.to_string())
}

fn verifier(
    roots: Option<&Path>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, OpenError> {
    let mut trusted = RootCertStore::empty();
    match roots {
        Some(path) => {
            let in_file = |e| refused(format!("{}: {e}", path.display()));
            for certificate in CertificateDer::pem_file_iter(path).map_err(in_file)? {
                trusted
                    .add(certificate.map_err(in_file)?)
                    .map_err(refused)?;
            }
        }
        // A few unreadable ones among the system's are no reason to stop.
        None => {
            trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(trusted), Arc::clone(provider))
        .build()
        .map_err(refused)
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    signed: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(signed) = &self.signed else {
            return Ok(ServerCertVerified::assertion());
        };
        let verified =
            signed.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // The chain is checked before the name: only the name is wrong.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.trust == Trust::Signed => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

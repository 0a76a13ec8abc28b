//! What the service is told by its environment.

use std::net::SocketAddr;

/// See the module.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) server: String,
    pub(crate) token: String,
    pub(crate) authorities: Option<String>,
    pub(crate) listen: SocketAddr,
}

/// Something is missing or is not what it can be.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("set `{0}`")]
    Missing(&'static str),
    #[error("`LISTEN` is an address and a port, e.g. `127.0.0.1:9090`")]
    Listen,
}

impl Settings {
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let needed = |name| variable(name).filter(|value| !value.is_empty()).ok_or(SettingsError::Missing(name));
        let listen = variable("LISTEN").unwrap_or_else(|| "127.0.0.1:9090".to_owned());
        Ok(Self {
            server: needed("TOKENWARD_URL")?,
            token: needed("TOKENWARD_TOKEN")?,
            authorities: variable("TOKENWARD_CA"),
            listen: listen.parse().map_err(|_| SettingsError::Listen)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let with = |listen: &'static str| {
            Settings::read(move |name| match name {
                "TOKENWARD_URL" | "TOKENWARD_TOKEN" => Some("x".to_owned()),
                "LISTEN" => Some(listen.to_owned()),
                _ => None,
            })
        };
        assert_eq!(with("127.0.0.1:1").unwrap().listen.port(), 1);
        assert_eq!(with("nowhere").unwrap_err(), SettingsError::Listen);
        assert_eq!(Settings::read(|_| None).unwrap_err(), SettingsError::Missing("TOKENWARD_URL"));
    }
}

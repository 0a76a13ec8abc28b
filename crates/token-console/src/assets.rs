//! Style, scripts and icon: part of the binary, under an address that changes with them.

use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Context, SHA256};
use token_http::pages::{PageError, gzip, takes_gzip};

macro_rules! files {
    ($($name:literal, $media:literal;)+) => {
        &[$(($name, $media, include_bytes!(concat!("../assets/", $name)))),+]
    };
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

static FILES: &[(&str, &str, &[u8])] = files! {
    "app.css", "text/css; charset=utf-8";
    "icon.svg", "image/svg+xml";
    "app.js", "text/javascript; charset=utf-8";
    "filter.js", "text/javascript; charset=utf-8";
    "forms.js", "text/javascript; charset=utf-8";
    "panels.js", "text/javascript; charset=utf-8";
    "secret.js", "text/javascript; charset=utf-8";
};

/// One file as it is sent.
struct Asset {
    name: &'static str,
    media: &'static str,
    plain: &'static [u8],
    packed: Vec<u8>,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    FILES.iter().map(|(name, media, plain)| Asset { name, media, plain, packed: gzip(plain) }).collect()
});

/// The folder of all files: it changes whenever one of them does, so each may be kept for ever.
static FOLDER: LazyLock<String> = LazyLock::new(|| {
    let mut all = Context::new(&SHA256);
    for (name, _, bytes) in FILES {
        all.update(name.as_bytes());
        all.update(bytes);
    }
    let digest = URL_SAFE_NO_PAD.encode(all.finish());
    format!("/assets/{}", digest.get(..16).unwrap_or_default())
});

/// Where pages find them.
pub(crate) fn folder() -> &'static str {
    &FOLDER
}

/// Names of the scripts, for pages to announce.
pub(crate) fn scripts() -> impl Iterator<Item = &'static str> {
    FILES.iter().filter(|(_, media, _)| *media == SCRIPT).map(|(name, _, _)| *name)
}

/// `GET /assets/{version}/{file}`: one of the files; 404 for any other name or version.
pub(crate) async fn file(request: HttpRequest) -> Result<HttpResponse, PageError> {
    let named = |key| request.match_info().get(key).unwrap_or_default();
    let current = FOLDER.strip_prefix("/assets/") == Some(named("version"));
    let asset = ASSETS.iter().find(|asset| current && asset.name == named("file"));
    let asset = asset.ok_or_else(|| PageError::not_found("file"))?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(asset.media)
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")))
        .insert_header((header::VARY, HeaderValue::from_static("accept-encoding")));
    if takes_gzip(request.headers()) {
        response.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static("gzip")));
        return Ok(response.body(asset.packed.clone()));
    }
    Ok(response.body(asset.plain))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn every_file_is_whole_when_packed_and_all_are_small() {
        let mut all = 0;
        for asset in ASSETS.iter() {
            let mut read = Vec::new();
            GzDecoder::new(asset.packed.as_slice()).read_to_end(&mut read).unwrap();
            assert_eq!(read, asset.plain, "{}", asset.name);
            all += asset.packed.len();
        }
        assert!(all < 30_000, "style and script take {all} bytes compressed");
        assert_eq!(folder().len(), "/assets/".len() + 16);
    }

    #[test]
    fn every_script_is_announced() {
        let app = std::str::from_utf8(FILES.iter().find(|(name, _, _)| *name == "app.js").unwrap().2).unwrap();
        for name in scripts().filter(|name| *name != "app.js") {
            assert!(app.contains(&format!("'./{name}'")), "{name}");
        }
    }
}

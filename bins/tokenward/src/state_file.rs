//! Small files of a node's own state: whoever reads one sees the old text or the new one, never half of it.

use std::path::Path;

/// Replaces the text of a file at once.
pub(crate) fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let next = file.with_added_extension("next");
    std::fs::write(&next, text).and_then(|()| std::fs::rename(&next, file))
}

//! Configurations as the guides show them: what is tested is what is copied.

use std::fs;
use std::path::Path;

/// Addresses and paths of the guides, and what stands in their place in a test.
pub(crate) struct Guide {
    text: String,
    name: String,
}

impl Guide {
    /// One page, e.g. `nginx`.
    pub(crate) fn open(name: &str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/gateways").join(format!("{name}.md"));
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self { text, name: name.to_owned() }
    }

    /// The one block of this kind, e.g. ```` ```nginx ````, with each of these pieces replaced.
    #[track_caller]
    pub(crate) fn block(&self, kind: &str, pieces: &[(&str, &str)]) -> String {
        let fence = format!("\n```{kind}\n");
        let mut blocks = self.text.split(&fence).skip(1);
        let (Some(block), None) = (blocks.next(), blocks.next()) else {
            panic!("{}.md has not exactly one block of `{kind}`", self.name)
        };
        let (block, _) = block.split_once("\n```\n").expect("the block ends");
        pieces.iter().fold(format!("{block}\n"), |block, (piece, ours)| {
            assert!(block.contains(piece), "{}.md: `{piece}` is not in the block of `{kind}`", self.name);
            block.replace(piece, ours)
        })
    }
}

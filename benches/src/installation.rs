//! An installation with tokens whose texts are known, and a role that lets them read assets.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use token_admin::{ImportMode, Imported, NewRole, NewToken};
use token_core::{Author, GuardSource, NodeId, RoleId, RoleSet, TokenId};
use token_guard::{Follow, Guard, Presented};
use token_seal::MasterKey;
use token_testkit::{FixedClock, Product, SeededRandomness};

use crate::{Counted, NOW};

/// A product over an embedded database, and the texts of its tokens.
pub struct Installation {
    /// The product.
    pub product: Product,
    /// Its clock, which stands still.
    pub clock: Arc<FixedClock>,
    /// The tokens.
    pub ids: Vec<TokenId>,
    /// One text for each token.
    pub texts: Vec<String>,
}

impl Installation {
    /// Makes so many tokens that may `assets:read`, in a file of this folder.
    ///
    /// # Panics
    ///
    /// When it fails.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
    pub fn with(folder: &Path, tokens: usize) -> Self {
        let master = MasterKey::generate(&SeededRandomness::new(1)).expect("a key");
        Self::over(&format!("sqlite://{}", folder.join("bench.db").display()), master, tokens)
    }

    /// The same in the database at this address, as settings spell it, which has this master key or is empty.
    ///
    /// # Panics
    ///
    /// When it fails.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
    pub fn over(address: &str, master: MasterKey, tokens: usize) -> Self {
        let (clock, randomness) = (Arc::new(FixedClock::at(NOW)), Arc::new(SeededRandomness::new(1)));
        let product = Product::open(address, &Arc::new(master), &clock, &randomness);
        let role = NewRole {
            name: "readers".parse().expect("a name"),
            description: "".parse().expect("a description"),
            rules: vec!["allow assets:read".parse().expect("a rule")],
            users: BTreeSet::new(),
        };
        let role = product.admin.create_role(&Author::command_line(), &Ok(role)).expect("a role").value.id;
        let (ids, texts) = import(&product, role, tokens).into_iter().unzip();
        Self { product, clock, ids, texts }
    }
}

#[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
fn import(product: &Product, role: RoleId, tokens: usize) -> Vec<(TokenId, String)> {
    let mut texts = Vec::with_capacity(tokens);
    while texts.len() < tokens {
        let first = texts.len();
        let row = |number: usize| {
            Ok(NewToken {
                name: format!("token {number}").parse().expect("a name"),
                description: "".parse().expect("a description"),
                roles: RoleSet::from([role]),
                expires_at: None,
                allowed_networks: None,
            })
        };
        let rows: Vec<_> = (first..tokens.min(first + 1_000)).map(row).collect();
        let mode = ImportMode::WriteWithTexts;
        let done = product.admin.import_tokens(&Author::command_line(), &rows, mode).expect("an import");
        let Imported::Good(made) = done.value else { break };
        texts.extend(made.into_iter().filter_map(|(made, text)| Some((made.id(), text?.expose().to_owned()))));
    }
    assert_eq!(texts.len(), tokens, "every row was good");
    texts
}

impl Installation {
    /// A guard over it that follows the log, and does not limit signature checks: the clock stands still here, and one
    /// second has only so many.
    ///
    /// # Panics
    ///
    /// When the database does not answer.
    #[must_use]
    pub fn guard(&self) -> Arc<Guard> {
        Self::guard_over(Arc::clone(&self.product.store) as Arc<dyn GuardSource>)
    }

    /// The same guard, whose readings are counted.
    ///
    /// # Panics
    ///
    /// When the database does not answer.
    #[must_use]
    pub fn counted_guard(&self) -> (Arc<Guard>, Arc<Counted>) {
        let counted = Arc::new(Counted::new(Arc::clone(&self.product.store) as Arc<dyn GuardSource>));
        (Self::guard_over(Arc::clone(&counted) as Arc<dyn GuardSource>), counted)
    }

    #[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
    fn guard_over(source: Arc<dyn GuardSource>) -> Arc<Guard> {
        let guard = Guard::open(source, Follow::new(NodeId([9; 16]), Duration::from_secs(1))).expect("a guard");
        let guard = guard.with_signature_checks(0);
        for _ in 0..2 {
            guard.round().expect("a round");
        }
        Arc::new(guard)
    }
}

impl Installation {
    /// The texts, as calls present them.
    #[must_use]
    pub fn presented(&self) -> Vec<Presented<'_>> {
        self.texts.iter().map(|text| Presented::Bearer(text)).collect()
    }
}

impl core::fmt::Debug for Installation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Installation").field("tokens", &self.texts.len()).finish_non_exhaustive()
    }
}

//! Ports in memory: two tokens that are really signed, and a store that is away.

use std::collections::BTreeMap;
use std::sync::Arc;

use token_admin::{Admin, KeySettings, SessionLimits, Settings, ShowToken, Signer};
use token_core::{
    Algorithm, AsOf, Author, BuiltIn, Clock, Committed, Credential, CredentialId, Credentials, Decide, Digest,
    Encoding, Ends, Epoch, Event, EventQuery, Grant, GuardSource, Head, Identity, KeySet, KeyState, Load, LogVerdict,
    Page, Randomness, RandomnessFailed, Role, RoleQuery, Seq, Store, StoreError, StoredToken, Token, TokenCount,
    TokenId, TokenPosition, TokenQuery, TokenRecord, TokenTotals, UnixMicros, UnixSeconds,
};
use token_core::{CaughtUp, Cluster, Continuity, Link, NodeId, NodeLease, RemoteNodes, Renewal, Rules, Touches};
use token_core::{RequestMac, RoleSet, SecretDigest, UserQuery, UserRecord};
use token_core::{TokenUsage, UsageCounts, UsageDay, UsageRecord};
use token_guard::{Everywhere, Follow, Guard, SystemBoot};
use token_http::{HttpLimits, HttpState, Readiness, SignIn};
use token_jwt::{NewKey, SigningInput, SigningKey};
use token_wire::ReadinessView;

/// The name of a token that may do everything.
pub(crate) const ADMIN: &str = "root";
/// The name of a token without roles.
pub(crate) const NOBODY: &str = "nobody";

/// Where pages of the server are.
pub(crate) const ORIGIN: &str = "https://tokens.example";

const HEAD: Head = Head { epoch: Epoch([1; 16]), seq: Seq::ZERO, digest: Digest([0; 32]) };

struct Noon;

impl Clock for Noon {
    fn now(&self) -> UnixMicros {
        UnixMicros::new(1_811_764_800_000_000).unwrap()
    }
}

struct Sevens;

impl Randomness for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        bytes.fill(7);
        Ok(())
    }
}

/// What happens when the store is asked.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Away,
    Panics,
}

struct Memory {
    tokens: BTreeMap<TokenId, StoredToken>,
    keys: KeySet,
    mood: Mood,
}

fn role(built_in: BuiltIn, rules: &[&str]) -> Role {
    Role {
        id: built_in.id(),
        name: built_in.name().parse().unwrap(),
        description: built_in.description().parse().unwrap(),
        rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        version: 1,
    }
}

impl GuardSource for Memory {
    fn rules(&self) -> Result<AsOf<Rules>, StoreError> {
        let roles = vec![role(BuiltIn::Admin, &[]), role(BuiltIn::AllExternalApplications, &["allow assets:read"])];
        Ok(AsOf {
            head: HEAD,
            value: Rules { roles, keys: self.keys.clone(), routes: token_core::RouteRules::default() },
        })
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        Ok(AsOf { head: HEAD, value: self.tokens.get(&id).cloned() })
    }

    fn tell_first_use(&self, _: TokenId, _: CredentialId) -> Result<Seq, StoreError> {
        Ok(Seq::ZERO)
    }

    fn link(&self) -> Result<Box<dyn Link>, StoreError> {
        Ok(Box::new(Still))
    }
}

/// A log in which nothing happens.
struct Still;

impl Link for Still {
    fn renew(&mut self, _: NodeId, _: Seq) -> Result<Renewal, StoreError> {
        Ok(Renewal::Kept)
    }

    fn catch_up(&mut self, _: &Head) -> Result<CaughtUp, StoreError> {
        Ok(CaughtUp { head: HEAD, continuity: Continuity::Unbroken, touches: Touches::default(), rules: None })
    }

    fn leave(&mut self, _: NodeId) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Cluster for Memory {
    fn nodes(&self) -> Result<Vec<NodeLease>, StoreError> {
        Ok(Vec::new())
    }

    fn remove(&self, _: &[NodeLease]) -> Result<(), StoreError> {
        Ok(())
    }
}

impl RemoteNodes for Memory {
    fn renew(&self, _: NodeId, _: Seq) -> Result<Renewal, StoreError> {
        Err(StoreError::Busy)
    }

    fn since(&self, _: &Head) -> Result<CaughtUp, StoreError> {
        Err(StoreError::Busy)
    }

    fn leave(&self, _: NodeId) -> Result<(), StoreError> {
        Err(StoreError::Busy)
    }
}

impl Store for Memory {
    fn write(&self, _: &Author, _: &mut Decide<'_>) -> Result<Committed, StoreError> {
        Err(StoreError::Busy)
    }

    fn read(&self, _: &mut dyn FnMut(&mut dyn Load) -> Result<(), StoreError>) -> Result<(), StoreError> {
        Err(StoreError::Busy)
    }

    fn request_mac(&self, _: &[u8]) -> Option<RequestMac> {
        None
    }

    fn list_tokens(&self, query: &TokenQuery) -> Result<Page<TokenRecord, TokenPosition>, StoreError> {
        let place = |id: &TokenId| TokenPosition { id: *id, name: String::new(), ends: i64::MAX };
        let first = self.tokens.keys().next().map(place);
        Ok(Page { items: Vec::new(), next: first.filter(|first| query.after.as_ref() != Some(first)) })
    }

    fn token_totals(&self, _: UnixSeconds) -> Result<TokenTotals, StoreError> {
        unreachable!("no route asks for totals")
    }

    fn count_tokens(&self, _: &TokenQuery) -> Result<TokenCount, StoreError> {
        Err(StoreError::Busy)
    }

    fn list_roles(&self, _: &RoleQuery) -> Result<Page<Role, String>, StoreError> {
        Err(StoreError::Busy)
    }

    fn list_users(&self, _: &UserQuery) -> Result<Page<UserRecord, String>, StoreError> {
        Err(StoreError::Busy)
    }

    fn record_usage(&self, _: &[TokenUsage]) -> Result<Vec<TokenId>, StoreError> {
        unreachable!("no route counts")
    }

    fn usage(&self, token: TokenId, from: UsageDay) -> Result<Option<UsageRecord>, StoreError> {
        let days = vec![(from, UsageCounts { admitted: 1, ..UsageCounts::default() })];
        Ok(self.tokens.contains_key(&token).then_some(UsageRecord { days, ..UsageRecord::default() }))
    }

    fn session_seen(&self, _: &SecretDigest, _: UnixSeconds) -> Result<(), StoreError> {
        Err(StoreError::Busy)
    }

    fn list_events(&self, _: &EventQuery) -> Result<Page<Event, Seq>, StoreError> {
        Err(StoreError::Busy)
    }

    fn verify_log(&self) -> Result<LogVerdict, StoreError> {
        assert!(self.mood != Mood::Panics, "sesame");
        Err(StoreError::Busy)
    }
}

impl Readiness for Mood {
    fn check(&self) -> ReadinessView {
        assert!(*self != Self::Panics, "sesame");
        ReadinessView { ready: true, parts: BTreeMap::new() }
    }
}

/// A server's state, and the texts of two tokens.
pub(crate) struct World {
    /// For the application.
    pub(crate) state: Arc<HttpState>,
    texts: BTreeMap<&'static str, (TokenId, String)>,
}

impl World {
    /// A store that is away.
    pub(crate) fn new() -> Self {
        Self::with(Mood::Away)
    }

    /// A store and a check of readiness that panic.
    pub(crate) fn panicking() -> Self {
        Self::with(Mood::Panics)
    }

    fn with(mood: Mood) -> Self {
        let identity =
            Identity { issuer: "https://tokens.example".parse().unwrap(), audience: "tests".parse().unwrap() };
        let now = Noon.now();
        let new = NewKey::generate(Algorithm::EdDsa).unwrap();
        let public = new.public(KeyState::Signing, now.seconds()).unwrap();
        let key = SigningKey::open(Algorithm::EdDsa, public.id.clone(), new.private()).unwrap();
        let (mut tokens, mut texts) = (BTreeMap::new(), BTreeMap::new());
        for (name, roles, minute) in [(ADMIN, RoleSet::from([BuiltIn::Admin.id()]), 1), (NOBODY, RoleSet::none(), 2)] {
            let birth = UnixMicros::new(now.get() - minute * 60_000_000).unwrap();
            let grant = grant(name, roles, birth, &public.id);
            let input = SigningInput::new(&identity, grant.id, grant.credentials.newest(), Algorithm::EdDsa);
            texts.insert(name, (grant.id, key.sign(&input).unwrap().expose().to_owned()));
            tokens.insert(grant.id, StoredToken::Unrevoked(Token::unrevoked(grant)));
        }
        let keys = KeySet { keys: vec![public], identity: Some(identity.clone()) };
        let memory = Arc::new(Memory { tokens, keys, mood });
        let settings = Settings {
            identity,
            show_token: ShowToken::Always,
            sessions: SessionLimits::default(),
            keys: KeySettings::default(),
        };
        let admin = Admin::new(memory.clone(), Arc::new(Noon), Arc::new(Sevens), Signer::new(None), settings);
        let lease = std::time::Duration::from_secs(1);
        let remote: Arc<dyn RemoteNodes> = memory.clone();
        let guard = Guard::open(memory.clone(), Follow::new(NodeId([1; 16]), lease)).unwrap();
        let everywhere = Everywhere::begin(memory, Arc::new(SystemBoot), lease, None).unwrap();
        let state = HttpState {
            admin: Arc::new(admin),
            guard: Arc::new(guard),
            everywhere: Arc::new(everywhere),
            remote,
            clock: Arc::new(Noon),
            randomness: Arc::new(Sevens),
            cursor_key: [9; 32],
            readiness: Arc::new(mood),
            metrics: Arc::default(),
            serves_metrics: true,
            sign_in: Arc::new(SignIn::new(ORIGIN, "127.0.0.1:8080".parse().unwrap(), &[9; 32]).unwrap()),
            limits: HttpLimits::default(),
            trusted_proxies: Vec::new(),
        };
        Self { state: Arc::new(state), texts }
    }

    /// The id of a token.
    pub(crate) fn id(&self, name: &str) -> TokenId {
        self.texts[name].0
    }

    /// The text of a token.
    pub(crate) fn text(&self, name: &str) -> &str {
        &self.texts[name].1
    }

    /// The header field that presents a token.
    pub(crate) fn bearer(&self, name: &str) -> (&'static str, String) {
        ("authorization", format!("Bearer {}", self.text(name)))
    }
}

fn grant(name: &str, roles: RoleSet, birth: UnixMicros, key: &token_core::KeyId) -> Grant {
    let expires_at: Option<UnixSeconds> = None;
    let credential = Credential {
        id: CredentialId::new(birth, &Sevens).unwrap(),
        key: key.clone(),
        issued_at: birth.seconds(),
        expires_at,
        encoding: Encoding::V1,
        ends: Ends::Never,
    };
    Grant {
        id: TokenId::new(birth, &Sevens).unwrap(),
        name: name.parse().unwrap(),
        roles,
        expires_at,
        allowed_networks: None,
        credentials: Credentials::first(credential),
    }
}

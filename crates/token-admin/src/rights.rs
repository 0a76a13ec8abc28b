//! The server's own permissions: ordinary ones, checked like everybody's.

use token_core::Permission;

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        $($(#[$doc])* pub const $name: Permission = Permission::literal($text);)+

        /// All of them.
        pub const ALL: &[Permission] = &[$($name),+];
    };
}

rights! {
    /// List tokens and see their details.
    TOKENS_READ = "tokens:read";
    /// See the text of a token.
    TOKENS_SHOW = "tokens:show";
    /// Make tokens.
    TOKENS_CREATE = "tokens:create";
    /// Change name, description, roles, expiry and networks of tokens.
    TOKENS_UPDATE = "tokens:update";
    /// End tokens.
    TOKENS_REVOKE = "tokens:revoke";
    /// End tokens and take them off the list.
    TOKENS_DELETE = "tokens:delete";
    /// Make new texts for tokens.
    TOKENS_ROTATE = "tokens:rotate";
    /// Ask whether a text of a token is good, and whose it is.
    TOKENS_INTROSPECT = "tokens:introspect";
    /// List roles and see their rules.
    ROLES_READ = "roles:read";
    /// Make roles.
    ROLES_CREATE = "roles:create";
    /// Change names and rules of roles.
    ROLES_UPDATE = "roles:update";
    /// Remove roles.
    ROLES_DELETE = "roles:delete";
    /// List people and see their roles.
    USERS_READ = "users:read";
    /// Make accounts for people.
    USERS_CREATE = "users:create";
    /// Change names, roles and passwords of people, disable them, and sign them out.
    USERS_UPDATE = "users:update";
    /// Remove accounts.
    USERS_DELETE = "users:delete";
    /// Read and check the changelog.
    EVENTS_READ = "events:read";
    /// Ask why a token may do something or not.
    DECISIONS_EXPLAIN = "decisions:explain";
    /// List signing keys.
    KEYS_READ = "keys:read";
    /// Make a new key sign.
    KEYS_ROTATE = "keys:rotate";
    /// Bring a key from elsewhere.
    KEYS_IMPORT = "keys:import";
    /// End a key and all texts it signed.
    KEYS_WITHDRAW = "keys:withdraw";
    /// See the route rules, and ask which of them decides.
    ROUTES_READ = "routes:read";
    /// Say which permission calls of other programs need.
    ROUTES_UPDATE = "routes:update";
    /// Be a guard elsewhere: follow the log, and read every token as guards need it.
    GUARDS_FOLLOW = "guards:follow";
    /// See what a server was started with, secrets left out.
    CONFIGURATION_READ = "configuration:read";
}

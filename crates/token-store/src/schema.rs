//! Tables as diesel sees them: the same on both databases.

diesel::table! { installation (id) { id -> BigInt, issuer -> Nullable<Text>, audience -> Nullable<Text>, cursor_key -> Binary, } }
diesel::table! { secrets (name) { name -> Text, sealed -> Binary, } }
diesel::table! { event_head (id) { id -> BigInt, epoch -> Binary, seq -> BigInt, digest -> Binary, sealed_through -> BigInt, } }
diesel::table! {
    events (seq) {
        seq -> BigInt, at -> BigInt, actor_kind -> Text, actor_id -> Nullable<Binary>, actor_name -> Text, kind -> Text,
        subject_kind -> Text, subject_id -> Text, subject_name -> Text, details -> Text, touches -> Text,
        origin_address -> Nullable<Text>, origin_request -> Nullable<Binary>, message_folded -> Text, digest -> Binary,
        mac -> Nullable<Binary>,
    }
}
diesel::table! {
    keys (kid) {
        kid -> Text, algorithm -> Text, state -> Text, public_key -> Binary, sealed_private -> Binary, created_at -> BigInt,
    }
}
diesel::table! { roles (id) { id -> Binary, name -> Text, name_folded -> Text, description -> Text, version -> BigInt, } }
diesel::table! { route_rules (id) { id -> BigInt, version -> BigInt, rules -> Text, } }
diesel::table! { role_rules (role_id, position) { role_id -> Binary, position -> BigInt, rule -> Text, } }
diesel::table! {
    tokens (id) {
        id -> Binary, name -> Text, name_folded -> Text, description -> Text, expires_at -> Nullable<BigInt>,
        allowed_networks -> Nullable<Text>, created_at -> BigInt, created_by_kind -> Text,
        created_by_id -> Nullable<Binary>, created_by_name -> Text, version -> BigInt, revoked_at -> Nullable<BigInt>,
        revoked_by_kind -> Nullable<Text>, revoked_by_id -> Nullable<Binary>, revoked_by_name -> Nullable<Text>,
        revoked_reason -> Nullable<Text>,
    }
}
diesel::table! { token_roles (token_id, role_id) { token_id -> Binary, role_id -> Binary, } }
diesel::table! {
    credentials (jti) {
        jti -> Binary, token_id -> Binary, number -> BigInt, kid -> Text, issued_at -> BigInt, expires_at -> Nullable<BigInt>,
        encoding -> BigInt, ends_kind -> Text, ends_at -> Nullable<BigInt>, used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    users (id) {
        id -> Binary, username -> Text, username_folded -> Text, display_name -> Text, display_folded -> Text,
        password_hash -> Nullable<Text>, enabled -> BigInt, created_at -> BigInt, created_by_kind -> Text,
        created_by_id -> Nullable<Binary>, created_by_name -> Text, version -> BigInt,
    }
}
diesel::table! { user_roles (user_id, role_id) { user_id -> Binary, role_id -> Binary, } }
diesel::table! {
    sessions (digest) {
        digest -> Binary, user_id -> Binary, created_at -> BigInt, seen_at -> BigInt, expires_at -> BigInt,
        address -> Nullable<Text>,
    }
}
diesel::table! { setup (id) { id -> BigInt, digest -> Binary, expires_at -> BigInt, } }
diesel::table! { schema_support (id) { id -> BigInt, oldest -> BigInt, } }
diesel::joinable!(credentials -> tokens (token_id));
diesel::allow_tables_to_appear_in_same_query!(credentials, tokens);
diesel::table! {
    requests (scope) { scope -> Binary, body -> Binary, token_id -> Binary, jti -> Binary, done_at -> BigInt, }
}
diesel::allow_tables_to_appear_in_same_query!(tokens, token_roles);
diesel::allow_tables_to_appear_in_same_query!(users, user_roles);
diesel::table! { nodes (node) { node -> Binary, applied -> BigInt, renewals -> BigInt, } }
diesel::table! { cluster (id) { id -> BigInt, lease_ms -> BigInt, } }
diesel::table! { token_usage (token_id) { token_id -> Binary, last_used_at -> Nullable<BigInt>, addresses -> Text, } }
diesel::table! {
    token_usage_days (token_id, day) {
        token_id -> Binary, day -> BigInt, admitted -> BigInt, forbidden -> BigInt, expired -> BigInt, revoked -> BigInt,
        superseded -> BigInt, address -> BigInt,
    }
}

//! What there is to say of each kind of problem. Closed: a new kind does not build without its words.

use token_wire::ProblemKind;

/// The words of one page; code stands in backticks.
pub(super) struct Explained {
    pub(super) why: &'static str,
    pub(super) mend: &'static str,
    /// What `detail` says in an answer of this kind; nothing where nothing may be told.
    pub(super) detail: Option<&'static str>,
}

const fn said(detail: &'static str, why: &'static str, mend: &'static str) -> Explained {
    Explained { why, mend, detail: Some(detail) }
}

#[expect(clippy::too_many_lines, reason = "one table, a row for each kind")]
pub(super) fn explained(kind: ProblemKind) -> Explained {
    match kind {
        ProblemKind::CredentialsRequired => said(
            "Send the header `Authorization: Bearer <token>`.",
            "The call came without a credential, or with one of a scheme that is not taken here.",
            "Send the header `Authorization: Bearer <token>`, with one blank before the text of the token. A token in the \
             address, a cookie or the body is never looked at.",
        ),
        ProblemKind::InvalidToken => said(
            "This call was refused: the token is expired.",
            "The text that was presented is not accepted. If its signature is good, the answer says whether the token \
             is expired, revoked, replaced by a newer text, or not allowed from the caller's address. Everything else is \
             answered alike, so that nobody learns from it.",
            "Compare the text with the one that was handed out: all three parts, nothing before or behind. If it is the \
             same, ask an administrator for the state of the token, or for a new text.",
        ),
        ProblemKind::SessionRequired => said(
            "Sign in first.",
            "There is no session, or it has ended: by signing out, by a change of the password, because the account was \
             disabled, or because it was not used for too long.",
            "Sign in again with `POST /api/v1/session`.",
        ),
        ProblemKind::SignInRefused => said(
            "Name and password do not belong to anybody who may sign in.",
            "Nobody has this name, the password is another, or the account is disabled or has no password. All are \
             answered alike, so that nobody learns who has an account.",
            "Type the password again; every letter and blank counts. An administrator can set another: \
             `tokenward user password NAME` on the machine of the server.",
        ),
        ProblemKind::SetupRefused => said(
            "The code is wrong, was used, or is too old.",
            "The first person is made with a code that the server prints once when it starts and nobody has an account. \
             It is good for one use and one day, and for nothing once anybody has an account.",
            "Look at the output of the server, or at the file `setup.code` in its data folder. A restart makes a new code.",
        ),
        ProblemKind::Csrf => said(
            "Ask from a page of this server: the field `Origin` does not name it.",
            "A browser was made to send this by a page that is not of this server, or a program uses a session without \
             saying what a page would say. Nothing was changed.",
            "Open the address in the setting `public_url`. A program sends the headers `Origin` with that address and \
             `X-CSRF-Token` with the `csrf_token` of `GET /api/v1/session`; or it uses a token, which needs neither.",
        ),
        ProblemKind::Misdirected => said(
            "Sessions are for the name in the setting `public_url`, or the address the server listens at.",
            "The header `Host` has a name that is not this server's, as when a stranger's name was made to lead here.",
            "Open the address in the setting `public_url`; let a proxy pass on `Host` as it is.",
        ),
        ProblemKind::TooManySignIns => said(
            "There were too many failures; try again in 4 s.",
            "After five failures the wait before the next try doubles, up to a quarter of an hour: for the account, and for \
             the address they came from. A try that comes too early is not looked at and costs nothing.",
            "Wait as long as the header `Retry-After` says. A browser that signed in before has failures of its own, so \
             strangers who guess at an account do not make it wait.",
        ),
        ProblemKind::InvalidRequest => said(
            "There is more than one Authorization header; send one.",
            "More than one credential came with the call, and none of them counts.",
            "Send exactly one header `Authorization`. Look for a proxy that adds one of its own.",
        ),
        ProblemKind::InsufficientScope => said(
            "This call needs the permission `tokens:revoke`.",
            "The credential is good, but the roles behind it do not allow this call, or one of them denies it.",
            "The answer names the permission. An administrator can give it by a role; \
             `tokenward token explain ID PERMISSION` tells which role and rule decide today.",
        ),
        ProblemKind::NotTrusted => said(
            "not a trusted proxy: only those in the setting `trusted_proxies` are believed what they say of a call; others \
             ask with `?permission=`.",
            "Whoever asked here whether a call may pass is none of the proxies that are believed what they say of calls. \
             Anybody else could ask about another call than the one they make.",
            "Name the address of the gateway in the setting `trusted_proxies`, or let it ask for one permission: \
             `/authz?permission=assets:read`.",
        ),
        ProblemKind::PathRefused => said(
            "The path is not matched against any rule: a path has no segment `.` or `..`.",
            "The path of the call could be read in two ways: by the rules as one path, by the program behind the gateway as \
             another. So it passes by no rule.",
            "Write the path as the program has it: without `//`, `.`, `..`, `;` and backslashes, written out or with escapes, \
             and escaped once.",
        ),
        ProblemKind::NoRouteRule => said(
            "No route rule is about this method and path.",
            "What no route rule is about does not pass, whoever calls.",
            "`tokenward routes check METHOD PATH` tells which rule decides. An administrator can add one; what everybody with \
             a good token may do needs a permission that the role `All external applications` allows.",
        ),
        ProblemKind::InvalidForwarding => said(
            "`X-Forwarded-…` and `X-Original-…` say different things of the call.",
            "The gateway did not say clearly which call waits: its method or path is missing, stands there twice, or is told \
             in two ways.",
            "Let the gateway set `X-Forwarded-Method` and `X-Forwarded-Uri`, or `X-Original-Method` and `X-Original-URI`, each \
             once, in place of what the client sent.",
        ),
        ProblemKind::NotHeld => said(
            "You do not hold `tokens:delete` yourself.",
            "Nobody gives or takes over what they do not hold: a role, a token, or the rights of a person. The change \
             would add something to somebody's permissions that its author does not have, or that is denied to its author.",
            "Leave it to somebody who holds the permission, or make a change that stays within your own permissions.",
        ),
        ProblemKind::MalformedBody => said(
            "The body is not one JSON object.",
            "The body is empty, no JSON, not one object, has a member twice, or is nested too deeply.",
            "Send one JSON object in UTF-8, each member once, at most 16 levels deep.",
        ),
        ProblemKind::InvalidFields => said(
            "The body does not have the expected shape.",
            "A member has a wrong type, or is not known here. Each of them stands under `errors`, with a JSON pointer.",
            "Mend the members that are named. The description at `/api/docs` lists what each call takes.",
        ),
        ProblemKind::InvalidQuery => said(
            "Some parameters are not accepted.",
            "A parameter is unknown, given twice, or has a value that is not taken. Each of them stands under `errors`.",
            "Mend the parameters that are named. A `cursor` is good only for the list, the filters and the caller it was \
             given to: start again from the first page.",
        ),
        ProblemKind::InvalidIfMatch => said(
            "Send one entity tag, not a list.",
            "The header `If-Match` is not one strong entity tag.",
            "Send the `ETag` of what you changed as it was answered, with its quotes, e.g. `If-Match: \"3\"`.",
        ),
        ProblemKind::InvalidIdempotencyKey => said(
            "Send one `Idempotency-Key`.",
            "The header `Idempotency-Key` is there twice, empty, longer than 255 bytes, or not visible ASCII.",
            "Make a random UUID for each request, and send the same one when you send the request again.",
        ),
        ProblemKind::NotFound => said(
            "There is no such token.",
            "Nothing has this address, or what had it was deleted.",
            "Compare the id and the path. Ids are written in lower case with hyphens; a path has no slash at its end.",
        ),
        ProblemKind::MethodNotAllowed => said(
            "This address takes only: GET, HEAD.",
            "The address exists, but not with this method.",
            "The header `Allow` names the methods. No header and no parameter overrides a method.",
        ),
        ProblemKind::Conflict => said(
            "The token is revoked for good; only its name and description can still be changed.",
            "The version is current, but the state forbids the change.",
            "The answer says what stands against it. What is revoked stays revoked: make a new token instead.",
        ),
        ProblemKind::Gone => said(
            "What this request made was deleted since.",
            "The request was sent before with the same `Idempotency-Key`, and the token or text it made is gone.",
            "To make another one, send the request with a new key.",
        ),
        ProblemKind::StaleVersion => said(
            "Somebody changed it meanwhile: the current version is 4.",
            "Somebody else saved since you read what you changed. Nothing of yours was saved.",
            "Read it again, look at what changed, and save with the new `ETag`.",
        ),
        ProblemKind::RequestTimeout => said(
            "The body did not come in time.",
            "The body was announced, but did not arrive within `request_timeout`.",
            "Try again. If it happens often, look at the network between client and server.",
        ),
        ProblemKind::BodyTooLarge => said(
            "A body has at most 65536 bytes.",
            "The body is longer than the server reads, or asks for more things at once than one call does.",
            "Send less at once. The bound is the setting `max_body`.",
        ),
        ProblemKind::TooManyItems => said(
            "At most 1000 tokens at once; nothing was done.",
            "A bulk change names more tokens than one change takes, or its filter finds more.",
            "Send the ids a thousand at a time, or narrow the filter. On the command line, `tokenward token revoke` and \
             `tokenward token delete` do that by themselves.",
        ),
        ProblemKind::IdempotencyKeyReused => said(
            "This `Idempotency-Key` was used for another request; use a new one for each request.",
            "A request with the same key came within the last 24 hours and asked for something else. Nothing was done.",
            "Use a new key for each request, and the same one only to send the very same request again.",
        ),
        ProblemKind::UnsupportedMediaType => said(
            "Send the body with one header `Content-Type: application/json`, in UTF-8, without Content-Encoding.",
            "The body is not announced as plain JSON.",
            "Send one header `Content-Type: application/json` and no `Content-Encoding`.",
        ),
        ProblemKind::RefusedValues => said(
            "Some values are refused.",
            "The body has the right shape, but some values cannot be taken. All of them stand under `errors`.",
            "Mend the values that are named, and send it again. Nothing was changed.",
        ),
        ProblemKind::VersionRequired => said(
            "Send the header `If-Match` with the ETag of what you changed, so that nobody's save is lost.",
            "The change does not say which version it was made from.",
            "Send `If-Match` with the `ETag` you got when you read it.",
        ),
        ProblemKind::TooManyChecks => said(
            "Too many tokens that were not seen before came from this address; try again.",
            "An address may have only so many unknown texts checked in a second, `signature_checks_per_second`. Texts \
             that were good before pass all the same.",
            "Wait for the seconds that `Retry-After` names. If many callers share one proxy, name it in \
             `trusted_proxies`, so that each counts for itself.",
        ),
        ProblemKind::HeadTooLarge => said(
            "Request line and header fields together are too long.",
            "Address and header fields are longer than the server reads.",
            "Send fewer or shorter fields; often it is a collection of cookies. The bound is the setting `max_head`.",
        ),
        ProblemKind::Internal => Explained {
            why: "A fault of the server. Nothing more is told to the outside.",
            mend: "Look for the `request_id` in the log of the server, and tell those who run it.",
            detail: None,
        },
        ProblemKind::Unavailable => said(
            "The database does not answer now. Nothing was changed; try again.",
            "The server cannot reach what it needs for a safe answer, so it gives none.",
            "Try again after the seconds that `Retry-After` names. `GET /readyz` tells which part is away.",
        ),
        ProblemKind::Stale => said(
            "This node cannot learn of revocations at the moment, so it lets nobody pass; try again.",
            "The node could not read the log of changes for longer than its lease. A token that was revoked meanwhile would \
             still pass here, so no token does.",
            "Try again after the seconds that `Retry-After` names: as soon as the node reaches the database again it lets \
             good tokens pass, without a restart. `GET /readyz` tells which part is away.",
        ),
        ProblemKind::OutcomeUnknown => said(
            "The connection to the database was lost in the commit: the change may or may not have happened. Look before \
             you try again.",
            "The connection broke at the one moment at which nobody can know whether the change was stored.",
            "Read the thing again and look. A revocation can simply be repeated; a creation can be repeated safely with \
             the same `Idempotency-Key`.",
        ),
        ProblemKind::CannotSign => said(
            "This server cannot sign tokens now: it has no master key.",
            "The server verifies and revokes, but has no key to sign with: it was started without the master key, or \
             with one of another installation.",
            "Give it the master key by the setting `master_key_file`, or ask another node.",
        ),
    }
}

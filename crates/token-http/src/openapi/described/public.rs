use token_wire::ProblemKind::NotFound;
use token_wire::{HealthView, ReadinessView, WhoamiView};

use super::super::operation::{Described, get};

pub(super) fn caller() -> Vec<Described> {
    vec![
        get("/api/v1/whoami", "whoami", "Says who calls.")
            .answers::<WhoamiView>("The caller, with roles and permissions."),
    ]
}

pub(super) fn rows() -> Vec<Described> {
    vec![
        get("/.well-known/jwks.json", "showKeys", "Shows the public keys (RFC 7517).")
            .content(200, "Keys that verify now.", "application/json")
            .empty(304, "The client has them."),
        get("/api/openapi.json", "showOpenapi", "Shows this document.")
            .content(200, "An OpenAPI 3.1 document.", "application/json")
            .empty(304, "The client has it."),
        get("/api/docs", "showDocs", "Shows this document as a page (Swagger UI).")
            .content(200, "The page.", "text/html")
            .empty(304, "The client has it."),
        get("/api/docs/", "showDocsSlash", "Shows the same page.")
            .content(200, "The page.", "text/html")
            .empty(304, "The client has it."),
        get("/api/docs/{file}", "showDocsFile", "Shows a file of the page.")
            .content(200, "The file.", "text/javascript")
            .empty(304, "The client has it.")
            .problems(&[NotFound]),
        get("/problems", "listProblems", "Explains all kinds of problem.").content(200, "A page.", "text/html"),
        get("/problems/{name}", "showProblem", "Explains one kind of problem.")
            .content(200, "A page.", "text/html")
            .problems(&[NotFound]),
    ]
}

pub(super) fn operations() -> Vec<Described> {
    vec![
        get("/healthz", "healthz", "Says that the process answers.").answers::<HealthView>("It does."),
        get("/readyz", "readyz", "Says whether the server can serve, part by part.")
            .answers::<ReadinessView>("It can.")
            .json::<ReadinessView>(503, "It cannot, and what is missing.", &[]),
        get("/metrics", "metrics", "Shows what the server counts and measures, on the listener of `metrics_listen`.")
            .content(200, "Metrics in Prometheus' text format.", "text/plain")
            .problems(&[NotFound]),
    ]
}

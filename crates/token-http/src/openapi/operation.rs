//! One operation in words: a row of `openapi/described`.

use token_wire::ProblemKind;
use utoipa::ToSchema;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::{
    ArrayBuilder, ContentBuilder, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Schema,
    schema::{SchemaFormat, SchemaType, Type},
};

use crate::routes::Verb;

const JSON: &str = "application/json";

/// What is told of one operation beside what its route and its handler tell.
pub(crate) struct Described {
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    /// The operation's id: a verb and a noun, for names in generated clients.
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) text: Option<&'static str>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<RefOr<Schema>>,
    pub(crate) answers: Vec<(u16, Response)>,
    /// Problems beside those of the route's need and of what its handler reads.
    pub(crate) problems: Vec<ProblemKind>,
    /// The schemas that body and answers name.
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
}

pub(super) fn get(path: &'static str, name: &'static str, summary: &'static str) -> Described {
    Described::new(Verb::Get, path, name, summary)
}

pub(super) fn post(path: &'static str, name: &'static str, summary: &'static str) -> Described {
    Described::new(Verb::Post, path, name, summary)
}

pub(super) fn put(path: &'static str, name: &'static str, summary: &'static str) -> Described {
    Described::new(Verb::Put, path, name, summary)
}

/// Every method; `GET` is described.
pub(super) fn any(path: &'static str, name: &'static str, summary: &'static str) -> Described {
    Described::new(Verb::Any, path, name, summary)
}

pub(super) fn patch(path: &'static str, name: &'static str, summary: &'static str) -> Described {
    Described::new(Verb::Patch, path, name, summary)
}

pub(super) fn delete(path: &'static str, name: &'static str, summary: &'static str) -> Described {
    Described::new(Verb::Delete, path, name, summary)
}

impl Described {
    fn new(verb: Verb, path: &'static str, name: &'static str, summary: &'static str) -> Self {
        Self {
            verb,
            path,
            name,
            summary,
            text: None,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            problems: Vec::new(),
            schemas: Vec::new(),
        }
    }

    /// More than the summary.
    pub(super) fn text(mut self, text: &'static str) -> Self {
        self.text = Some(text);
        self
    }

    /// A parameter of the query or a header field.
    pub(super) fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// What its body looks like.
    pub(super) fn body<T: ToSchema>(mut self) -> Self {
        self.body = Some(self.schema::<T>());
        self
    }

    /// 200 and a view.
    pub(super) fn answers<T: ToSchema>(self, text: &str) -> Self {
        self.json::<T>(200, text, &[])
    }

    /// 200 and a view of something with a version.
    pub(super) fn versioned<T: ToSchema>(self, text: &str) -> Self {
        self.json::<T>(200, text, &[("ETag", "The version, to be sent as `If-Match` with a change.")])
    }

    /// 201 and a view of something that was just made.
    pub(super) fn created<T: ToSchema>(self, text: &str) -> Self {
        let fields = [("Location", "Where it is."), ("ETag", "The version, to be sent as `If-Match` with a change.")];
        self.json::<T>(201, text, &fields)
    }

    /// 204.
    pub(super) fn gone(self, text: &str) -> Self {
        self.answer(204, answer(text, &[]).build())
    }

    /// 200 and one page of a list; `name` names the page's schema.
    pub(super) fn page<T: ToSchema>(mut self, name: &str) -> Self {
        let next = ObjectBuilder::new()
            .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
            .description(Some("What to pass as `cursor` for the next page; `null` at the end."));
        let page = ObjectBuilder::new()
            .description(Some("One page of a list, in its order."))
            .property("items", ArrayBuilder::new().items(self.schema::<T>()))
            .required("items")
            .property("next", next)
            .required("next")
            .build();
        self.schemas.push((name.to_owned(), page.into()));
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(name))).build();
        self.answer(200, answer("One page.", &[]).content(JSON, content).build())
    }

    /// 200 without a body, with these header fields.
    pub(super) fn told(self, text: &str, fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter().fold(ResponseBuilder::new().description(text), |response, (name, text)| {
            response.header(*name, field(text))
        });
        self.answer(200, fields.build())
    }

    /// Something other than JSON of ours.
    pub(super) fn content(self, status: u16, text: &str, media: &str) -> Self {
        let any = if media == JSON { Type::Object } else { Type::String };
        let schema = ObjectBuilder::new().schema_type(SchemaType::Type(any)).build();
        self.answer(
            status,
            answer(text, &[]).content(media, ContentBuilder::new().schema(Some(schema)).build()).build(),
        )
    }

    /// Any JSON with this status and these header fields.
    pub(super) fn json<T: ToSchema>(mut self, status: u16, text: &str, fields: &[(&str, &str)]) -> Self {
        let content = ContentBuilder::new().schema(Some(self.schema::<T>())).build();
        self.answer(status, answer(text, fields).content(JSON, content).build())
    }

    /// No body, with this status.
    pub(super) fn empty(self, status: u16, text: &str) -> Self {
        self.answer(status, answer(text, &[]).build())
    }

    /// Problems beside those that route and signature tell.
    pub(super) fn problems(mut self, problems: &[ProblemKind]) -> Self {
        self.problems.extend_from_slice(problems);
        self
    }

    fn answer(mut self, status: u16, response: Response) -> Self {
        self.answers.push((status, response));
        self
    }

    fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(T::name()).into()
    }
}

/// An answer with these header fields, and the one that every answer has.
pub(super) fn answer(text: &str, fields: &[(&str, &str)]) -> ResponseBuilder {
    let response = ResponseBuilder::new().description(text).header("X-Request-Id", request_id());
    fields.iter().fold(response, |response, (name, text)| response.header(*name, field(text)))
}

/// A header field that is a text.
pub(super) fn field(text: &str) -> Header {
    let schema = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build();
    HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build()
}

fn request_id() -> Header {
    let schema = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .format(Some(SchemaFormat::Custom("uuid".to_owned())))
        .build();
    HeaderBuilder::new().schema(Some(schema)).description(Some("The request, as the logs name it.")).build()
}

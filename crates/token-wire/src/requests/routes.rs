//! Bodies about route rules.

use token_core::limits::ROUTE_RULES;
use token_core::{RouteRule, RouteRules};

use crate::fields::{Fields, Member, Nullable};
use crate::{Object, RequestError};

/// `PUT /routes`: `{rules}`, all of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RouteRulesRequest {
    /// The rules.
    pub rules: RouteRules,
}

impl RouteRulesRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let rules = fields.objects("rules", ROUTE_RULES, |rule| {
            let method = rule.text("method", Nullable::No);
            let method = rule.required("method", method);
            let path = rule.text("path", Nullable::No);
            let path = rule.required("path", path);
            let permission = rule.text("permission", Nullable::No);
            let permission = rule.required("permission", permission);
            let (method, path) = method.zip(path)?;
            Some(RouteRule { method, path, permission: permission? })
        });
        let rules = fields.required("rules", rules).and_then(|rules| match RouteRules::new(rules) {
            Ok(rules) => Some(rules),
            Err(errors) => {
                for (index, error) in errors {
                    let _: Member<()> = fields.refuse(&format!("rules/{index}/path"), error.to_string());
                }
                None
            }
        });
        fields.finish(rules.map(|rules| Self { rules }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FieldError, parse_object};

    fn read(body: &str) -> Result<RouteRulesRequest, RequestError> {
        RouteRulesRequest::read(parse_object(body.as_bytes()).unwrap())
    }

    fn pointers(errors: &[FieldError]) -> Vec<&str> {
        errors.iter().map(|error| error.pointer.as_str()).collect()
    }

    #[test]
    fn rules_are_objects_of_method_path_and_permission() {
        let read = read(
            r#"{"rules":[{"method":"GET","path":"/b/**","permission":"b:c"},{"permission":"a:b","method":"*","path":"/a"}]}"#,
        );
        assert_eq!(read.unwrap().rules.to_string(), "* /a a:b\nGET /b/** b:c\n");
    }

    #[test]
    fn everything_wrong_is_told_with_its_place() {
        let Err(RequestError::Refused(errors, _)) = read(
            r#"{"rules":[{"method":"get","path":"a","permission":"x"},{"path":"/a//b","permission":"a:b","method":"GET"},{}]}"#,
        ) else {
            panic!("not refused")
        };
        let places = [
            "/rules/0/method",
            "/rules/0/path",
            "/rules/0/permission",
            "/rules/1/path",
            "/rules/2/method",
            "/rules/2/path",
            "/rules/2/permission",
        ];
        assert_eq!(pointers(&errors), places);
        let rule = r#"{"method":"GET","path":"/a","permission":"a:b"}"#;
        let Err(RequestError::Refused(errors, _)) = read(&format!(r#"{{"rules":[{rule},{rule},{rule}]}}"#)) else {
            panic!("not refused")
        };
        assert_eq!(pointers(&errors), ["/rules/1/path", "/rules/2/path"]);
        let Err(RequestError::Refused(errors, _)) = read("{}") else { panic!("not refused") };
        assert_eq!(pointers(&errors), ["/rules"]);
        for bad in [r#"{"rules":null}"#, r#"{"rules":["GET / a:b"]}"#, r#"{"rules":[],"version":1}"#] {
            assert!(matches!(read(bad), Err(RequestError::Shape(errors)) if errors.len() == 1), "{bad}");
        }
    }
}

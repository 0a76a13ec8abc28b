//! What somebody typed into the form of a role.

use std::collections::BTreeSet;

use token_admin::{EditRole, FieldError, NewRole, Refused, Submitted};
use token_core::{BuiltIn, Role, Rule, UserId};
use token_http::pages::Fields;

use crate::forms::{Ask, slots};

/// One rule as it was typed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct TypedRule {
    /// `allow` or `deny`.
    pub(super) effect: String,
    pub(super) resource: String,
    pub(super) action: String,
}

impl TypedRule {
    fn is_empty(&self) -> bool {
        self.resource.is_empty() && self.action.is_empty()
    }

    fn of(rule: &Rule) -> Self {
        let pattern = rule.pattern.to_string();
        let (resource, action) = pattern.split_once(':').unwrap_or((&pattern, ""));
        Self { effect: rule.effect.as_str().to_owned(), resource: resource.to_owned(), action: action.to_owned() }
    }
}

/// The form as it was typed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) rules: Vec<TypedRule>,
    /// People who hold it; `None` where the form does not say.
    pub(super) people: Option<Vec<String>>,
    pub(super) version: Option<u64>,
}

impl Input {
    pub(super) fn of(role: &Role, people: Option<&[UserId]>) -> Self {
        Self {
            name: role.name.to_string(),
            description: role.description.to_string(),
            rules: role.rules.iter().map(TypedRule::of).collect(),
            people: people.map(|people| people.iter().map(ToString::to_string).collect()),
            version: Some(role.version),
        }
    }

    /// What was sent, with a slot more or less if that was asked for.
    pub(super) fn sent(fields: &Fields) -> Self {
        let text = |name| fields.text(name).unwrap_or_default().to_owned();
        let ask = Ask::read(fields.text("do"));
        let all = |name: &'static str| fields.all(name).map(|value| value.trim().to_owned());
        let rules = all("effect").zip(all("resource")).zip(all("action"));
        let mut rules: Vec<TypedRule> =
            rules.map(|((effect, resource), action)| TypedRule { effect, resource, action }).collect();
        match ask {
            Ask::Add("rule") => rules.push(TypedRule::default()),
            Ask::Remove("rule", place) if place < rules.len() => drop(rules.remove(place)),
            _ => {}
        }
        let named = fields.text("people") == Some("listed");
        Self {
            name: text("name"),
            description: text("description"),
            rules,
            people: named.then(|| slots("person", all("person").collect(), ask)),
            version: fields.text("version").and_then(|text| text.parse().ok()),
        }
    }

    /// A new role.
    pub(super) fn new_role(&self) -> Submitted<NewRole> {
        let (errors, edit) = self.read();
        match (edit.name, edit.description, edit.rules, errors.is_empty()) {
            (Some(name), Some(description), Some(rules), true) => {
                Ok(NewRole { name, description, rules, users: edit.users.unwrap_or_default() })
            }
            _ => Err(Refused { errors, good: Box::default() }),
        }
    }

    /// A save of everything that can be changed of this role.
    pub(super) fn edit(&self, built_in: Option<BuiltIn>) -> Submitted<EditRole> {
        let (mut errors, edit) = self.read();
        let edit = match built_in {
            None => edit,
            Some(BuiltIn::Admin) => {
                errors.retain(|error| error.pointer == "/users");
                EditRole { users: edit.users, ..EditRole::default() }
            }
            Some(BuiltIn::AllExternalApplications | BuiltIn::AllUsers) => {
                errors.retain(|error| error.pointer.starts_with("/rules"));
                EditRole { rules: edit.rules, ..EditRole::default() }
            }
        };
        if errors.is_empty() { Ok(edit) } else { Err(Refused { errors, good: Box::default() }) }
    }

    fn read(&self) -> (Vec<FieldError>, EditRole) {
        let mut errors = Vec::new();
        let name = self.name.parse().map_err(|error| errors.push(refused("/name", &error))).ok();
        let description = self.description.parse().map_err(|error| errors.push(refused("/description", &error))).ok();
        let mut rules = Vec::new();
        for (place, typed) in self.rules.iter().enumerate().filter(|(_, typed)| !typed.is_empty()) {
            match format!("{} {}:{}", typed.effect, typed.resource, typed.action).parse::<Rule>() {
                Ok(rule) => rules.push(rule),
                Err(error) => {
                    let why = format!("rule {}: {error}", place + 1);
                    errors.push(FieldError::new(format!("/rules/{place}"), why));
                }
            }
        }
        let users = self.people.as_ref().and_then(|people| {
            let chosen = people.iter().filter(|person| !person.is_empty());
            let ids: Result<BTreeSet<UserId>, _> = chosen.map(|person| person.parse()).collect();
            ids.map_err(|_| errors.push(FieldError::new("/users", "one of them is nobody"))).ok()
        });
        (errors, EditRole { name, description, rules: Some(rules), users })
    }
}

fn refused(pointer: &str, error: &token_core::TextError) -> FieldError {
    FieldError::new(pointer, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str) -> Input {
        Input::sent(&Fields::parse(text).unwrap())
    }

    #[test]
    fn t06_rows_are_rules_and_empty_ones_are_dropped() {
        let input = sent(
            "name=a&effect=allow&resource=assets.*&action=read&effect=deny&resource=&action=&effect=deny&resource=*&action=*&do=save",
        );
        let rules: Vec<String> = input.new_role().unwrap().rules.iter().map(ToString::to_string).collect();
        assert_eq!(rules, ["allow assets.*:read", "deny *:*"]);
    }

    #[test]
    fn every_wrong_rule_is_told_by_its_number() {
        let input = sent("name=a&effect=allow&resource=As&action=read&effect=allow&resource=a&action=b+c&do=save");
        let errors = input.new_role().unwrap_err().errors;
        let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/rules/0", "/rules/1"]);
        assert!(errors[1].detail.starts_with("rule 2: "));
    }

    #[test]
    fn t04_of_admin_only_the_people_are_sent() {
        let input = sent("name=&description=&people=listed&person=&do=save");
        let edit = input.edit(Some(BuiltIn::Admin)).unwrap();
        assert!(edit.name.is_none() && edit.rules.is_none());
        assert_eq!(edit.users, Some(BTreeSet::new()));
        let implicit = sent("name=&effect=allow&resource=a&action=b&do=save").edit(Some(BuiltIn::AllUsers)).unwrap();
        assert!(implicit.name.is_none() && implicit.users.is_none());
        assert_eq!(implicit.rules.unwrap().len(), 1);
    }
}

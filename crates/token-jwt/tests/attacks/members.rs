//! JSON objects member by member, each value as it is written, so that a test changes one thing and says which.

use core::fmt;

/// The members of one object, in order.
pub(crate) struct Members(Vec<(&'static str, String)>);

impl Members {
    pub(crate) fn new(members: Vec<(&'static str, String)>) -> Self {
        Self(members)
    }

    /// One value written differently.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        assert!(self.0.iter().any(|(own, _)| *own == name), "{name} is no member");
        let value = |(own, old): &(&str, String)| {
            let value = if *own == name { value } else { old.as_str() };
            format!(r#""{own}":{value}"#)
        };
        object(self.0.iter().map(value))
    }

    pub(crate) fn without(&self, name: &str) -> String {
        assert!(self.0.iter().any(|(own, _)| *own == name), "{name} is no member");
        object(self.written().into_iter().filter(|member| !member.starts_with(&format!(r#""{name}""#))))
    }

    /// One member more, as the last and as the first.
    pub(crate) fn and(&self, member: &str) -> [String; 2] {
        let (mut last, mut first) = (self.written(), self.written());
        last.push(member.to_owned());
        first.insert(0, member.to_owned());
        [object(last), object(first)]
    }

    /// Each member with its name and value.
    pub(crate) fn written(&self) -> Vec<String> {
        self.0.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect()
    }

    /// Every order but its own.
    pub(crate) fn other_orders(&self) -> Vec<String> {
        let own = self.written();
        permutations(&own).into_iter().filter(|order| *order != own).map(object).collect()
    }
}

impl fmt::Display for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&object(self.written()))
    }
}

fn object(members: impl IntoIterator<Item = String>) -> String {
    format!("{{{}}}", members.into_iter().collect::<Vec<_>>().join(","))
}

fn permutations(items: &[String]) -> Vec<Vec<String>> {
    let [only] = items else {
        let mut all = Vec::new();
        for (place, first) in items.iter().enumerate() {
            let rest: Vec<String> = [&items[..place], &items[place + 1..]].concat();
            for tail in permutations(&rest) {
                all.push([std::slice::from_ref(first), tail.as_slice()].concat());
            }
        }
        return all;
    };
    vec![vec![only.clone()]]
}

/// A JSON string as it stands, nothing escaped.
pub(crate) fn quoted(text: impl fmt::Display) -> String {
    format!(r#""{text}""#)
}

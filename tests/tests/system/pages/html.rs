//! Pages as a browser without script reads them: what their forms would send, and where they lead.

/// A form, filled in as the page gave it out; what its buttons would add is not in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Form {
    /// The same with another value in the first field of this name, or with one field more.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One tag, and the text behind it.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, String)>,
    text: &'a str,
}

impl Tag<'_> {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// What an input sends, if anything.
    fn sends(&self) -> bool {
        let kind = self.attribute("type").unwrap_or("text");
        let chosen = !["checkbox", "radio"].contains(&kind) || self.attribute("checked").is_some();
        chosen && self.attribute("disabled").is_none() && self.attribute("form").is_none()
    }
}

/// Templates escape `<` and `>` in texts and attributes, so each of them begins and ends a tag.
fn tags(page: &str) -> impl Iterator<Item = Tag<'_>> {
    page.split('<').skip(1).filter_map(|piece| {
        let (tag, text) = piece.split_once('>')?;
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        Some(Tag { name, attributes: attributes_in(attributes), text })
    })
}

fn attributes_in(mut text: &str) -> Vec<(&str, String)> {
    let mut all = Vec::new();
    loop {
        text = text.trim_start();
        let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        if name.is_empty() {
            return all;
        }
        let (value, rest) = match rest.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => match rest.strip_prefix('=') {
                Some(bare) => bare.split_at(bare.find(char::is_whitespace).unwrap_or(bare.len())),
                None => ("", rest),
            },
        };
        all.push((name, unescaped(value)));
        text = rest;
    }
}

/// The text that stands for `text` in a page.
pub(crate) fn unescaped(text: &str) -> String {
    let marks = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&amp;", "&"), ("&#38;", "&")];
    marks.iter().fold(text.to_owned(), |text, (mark, letter)| text.replace(mark, letter))
}

/// All forms that send something.
pub(crate) fn forms(page: &str) -> Vec<Form> {
    let (mut all, mut open, mut select) = (Vec::new(), None::<Form>, None::<(String, Option<String>)>);
    let mut in_template = false;
    for tag in tags(page) {
        in_template = (in_template || tag.name == "template") && tag.name != "/template";
        if in_template {
            continue;
        }
        let named = || tag.attribute("name").unwrap_or_default().to_owned();
        match (tag.name, &mut open) {
            ("form", _) if tag.attribute("method") == Some("post") => {
                let action = tag.attribute("action").unwrap().to_owned();
                open = Some(Form { action, fields: Vec::new() });
            }
            ("/form", _) => all.extend(open.take()),
            ("input", Some(form)) if tag.sends() && tag.attribute("name").is_some() => {
                form.fields.push((named(), tag.attribute("value").unwrap_or_default().to_owned()));
            }
            ("textarea", Some(form)) if tag.sends() => form.fields.push((named(), unescaped(tag.text))),
            ("select", Some(_)) if tag.sends() => select = Some((named(), None)),
            ("option", Some(_)) => {
                let chosen = tag.attribute("selected").is_some();
                if let Some((_, value)) = select.as_mut().filter(|(_, value)| value.is_none() || chosen) {
                    *value = tag.attribute("value").map(ToOwned::to_owned);
                }
            }
            ("/select", Some(form)) => {
                form.fields.extend(select.take().map(|(name, value)| (name, value.unwrap_or_default())));
            }
            _ => {}
        }
    }
    all
}

/// The form that is sent to this path, whatever its query.
#[track_caller]
pub(crate) fn form(page: &str, path: &str) -> Form {
    let all = forms(page);
    let found = all.iter().find(|form| form.action.split('?').next() == Some(path));
    assert!(found.is_some(), "no form goes to {path}: {page}");
    found.unwrap().clone()
}

/// Every address in a page.
pub(crate) fn addresses(page: &str) -> Vec<String> {
    let named = |tag: Tag<'_>| {
        let addresses = ["href", "src", "action", "formaction"].map(|name| tag.attribute(name).map(ToOwned::to_owned));
        addresses.into_iter().flatten().collect::<Vec<_>>()
    };
    tags(page).flat_map(named).collect()
}

/// What may run or paint something that is not one of our files.
pub(crate) fn inline(page: &str) -> Vec<String> {
    let odd = |tag: &Tag<'_>| {
        let handler = tag.attributes.iter().any(|(name, _)| name.starts_with("on") || *name == "style");
        handler || tag.name == "style" || (tag.name == "script" && tag.attribute("src").is_none())
    };
    tags(page).filter(odd).map(|tag| format!("{} {:?}", tag.name, tag.attributes)).collect()
}

#[test]
fn forms_are_read_as_browsers_do() {
    let page = "<form action=\"/search\"><input name=\"q\"></form><form method=\"post\" action=\"/a?b=1&amp;c=2\">\
                <input type=\"hidden\" name=\"csrf\" value=\"x\"><input name=\"n\" value=\"&#34;&#38;lt;\" required>\
                <input type=checkbox name=\"no\" value=\"1\"><input type=\"checkbox\" name=\"yes\" value=\"1\" checked>\
                <textarea name=\"t\">two\nlines</textarea><template><input name=\"later\"></template>\
                <select name=\"r\"><option value=\"\">none</option><option value=\"2\" selected>two</option></select>\
                <select name=\"s\" disabled><option value=\"3\" selected>3</option></select><button name=\"do\">\
                </form>";
    let form = form(page, "/a");
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(fields, [("csrf", "x"), ("n", "\"&lt;"), ("yes", "1"), ("t", "two\nlines"), ("r", "2")]);
    assert_eq!((form.action.as_str(), forms(page).len()), ("/a?b=1&c=2", 1));
    assert_eq!(inline("<p onclick=\"x\"><script src=\"a\"></script><script>1</script>").len(), 2);
}

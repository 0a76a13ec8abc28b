//! Java without a framework: what its own library and Gson come to.

mod refusals;

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::folder;

/// JSON for Java, where Debian puts it.
const GSON: &str = "/usr/share/java/gson.jar";

/// A compiled program: it is started more than once, and each start would compile it anew.
pub(crate) struct Java {
    classes: TempDir,
    name: &'static str,
}

impl Java {
    /// The compiler is called as a module, which Debian's run-time has; the program `javac` is in a larger package.
    pub(crate) fn compile(name: &'static str) -> Self {
        let classes = tempfile::tempdir().unwrap();
        let output = start()
            .args(["--module", "jdk.compiler/com.sun.tools.javac.Main", "-Werror", "-Xlint:all,-serial"])
            .args(["-classpath", GSON, "-d"])
            .args([classes.path(), &folder().join(name).with_extension("java")])
            .output()
            .expect("java, which the test command installs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { classes, name }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = start();
        command.arg("-classpath").arg(format!("{GSON}:{}", self.classes.path().display())).arg(self.name);
        command
    }
}

/// Programs that end at once gain nothing from a second compiler and a second collector.
fn start() -> Command {
    let mut command = Command::new("java");
    command.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]);
    command
}

#[test]
fn the_java_of_the_guide_is_the_java_that_is_tested() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/other-languages.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder().join(name)).unwrap();
    let tested = read("OAuthClient.java") + &read("Verify.java");
    let blocks: Vec<&str> =
        guide.split("\n```java\n").skip(1).map(|rest| rest.split_once("\n```\n").unwrap().0).collect();
    assert_eq!(blocks.len(), 2);
    for part in blocks.iter().flat_map(|block| block.split("\n\n")) {
        assert!(tested.contains(part), "{part}");
    }
}

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
        let output = java()
            .args([
                "--module",
                "jdk.compiler/com.sun.tools.javac.Main",
                "-Werror",
                "-Xlint:unchecked,rawtypes,deprecation,cast,fallthrough",
            ])
            .args(["-classpath", GSON, "-d"])
            .args([classes.path(), &folder().join(name).with_extension("java")])
            .output()
            .expect("java, which the test command installs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { classes, name }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = java();
        command.arg("-classpath").arg(format!("{GSON}:{}", self.classes.path().display())).arg(self.name);
        command
    }
}

/// Programs that end at once gain nothing from a second compiler and a second collector.
fn java() -> Command {
    let mut command = Command::new("java");
    command.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]);
    command
}

#[test]
fn the_java_of_the_guide_is_the_java_that_is_tested() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/other-languages.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let blocks: Vec<&str> =
        guide.split("\n```java\n").skip(1).map(|rest| rest.split_once("\n```\n").unwrap().0).collect();
    assert_eq!(blocks.len(), 2);
    for (block, name) in blocks.iter().zip(["OAuthClient.java", "Verify.java"]) {
        let tested = std::fs::read_to_string(folder().join(name)).unwrap();
        let (imports, program) = block.split_once("\n\n").unwrap();
        assert!(tested.contains(&format!("{imports}\n\n")), "{name} imports something else");
        assert!(tested.trim_end().ends_with(&format!("\n{program}")), "{name} ends otherwise than the guide says");
    }
}

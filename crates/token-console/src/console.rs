//! What pages work with beside the state of the HTTP server.

use crate::configuration::EffectiveSetting;
use crate::counts::Counts;
use crate::forms::spoken_words;
use crate::overview::Totals;

/// What pages work with; one for the whole server.
#[derive(Debug, Default)]
pub struct Console {
    /// What the server was started with, for the page *Configuration*.
    pub(crate) settings: Vec<EffectiveSetting>,
    /// How many tokens lists have, as of some seconds ago.
    pub(crate) counts: Counts,
    /// The figures of the overview, as of some seconds ago.
    pub(crate) totals: Totals,
}

impl Console {
    /// A console that shows these settings.
    #[must_use]
    pub fn new(settings: Vec<EffectiveSetting>) -> Self {
        let said = |setting: EffectiveSetting| EffectiveSetting {
            value: spoken_words(&setting.value),
            source: spoken_words(&setting.source),
            purpose: spoken_words(&setting.purpose),
            ..setting
        };
        Self { settings: settings.into_iter().map(said).collect(), ..Self::default() }
    }
}

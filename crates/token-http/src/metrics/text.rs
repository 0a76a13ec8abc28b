//! The metrics as text.

use core::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::measure::Counts;
use crate::state::{HttpState, StoreView};

/// The media type of what is written.
pub(super) const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

/// Everything there is to tell, as of one instant.
#[derive(Debug)]
struct Told {
    calls: Vec<(&'static str, u64)>,
    lookups: [(&'static str, u64); 2],
    admission: Counts,
    cached: [(&'static str, u64); 2],
    applied: u64,
    fresh: f64,
    everywhere: Counts,
    nodes: u64,
    store: StoreView,
}

/// Everything, in Prometheus' text format.
pub(super) fn write(state: &HttpState, store: StoreView) -> Result<String, fmt::Error> {
    let (metrics, guard) = (&state.metrics, &state.guard);
    let (tokens, texts) = guard.cached();
    let told = Told {
        calls: metrics.calls(),
        lookups: metrics.lookups(),
        admission: metrics.admission(),
        cached: [("tokens", tokens as u64), ("texts", texts as u64)],
        applied: guard.applied().seq.get(),
        fresh: guard.fresh_for().as_secs_f64(),
        everywhere: metrics.everywhere.read(),
        nodes: super::load(&metrics.nodes),
        store,
    };
    let mut registry = Registry::with_prefix("tokenward");
    registry.register_collector(Box::new(told));
    let mut text = String::new();
    prometheus_text::encode(&mut text, &registry)?;
    Ok(text)
}

impl Collector for Told {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let to = &mut encoder;
        gauges(to, "build_info", "The program; always 1", "version", [(env!("CARGO_PKG_VERSION"), 1_u64)])?;
        counters(to, "calls", "Calls that need a credential, by what admission came to", "outcome", &self.calls)?;
        counters(to, "cache_lookups", "Presented texts: judged from memory, or asked for", "result", &self.lookups)?;
        histogram(to, "admission", "Time of an admission; one of 16 is measured", &self.admission)?;
        gauges(to, "cached_entries", "Tokens and texts of tokens kept in memory", "kind", self.cached)?;
        gauge(to, ("log_applied_seq", "The last event of the log that is applied here", None), self.applied)?;
        if let Some(head) = self.store.head {
            let behind = head.get().saturating_sub(self.applied);
            gauge(to, ("log_lag_events", "Events of the log that are not applied here yet", None), behind)?;
        }
        let fresh = "How long what is kept may still be believed; 0 is stale";
        let mut metric = to.encode_descriptor("fresh", fresh, Some(&Unit::Seconds), MetricType::Gauge)?;
        metric.encode_gauge(&self.fresh)?;
        let everywhere = "Time from the commit of a change, e.g. a revocation, until it is in force on every node";
        histogram(to, "everywhere", everywhere, &self.everywhere)?;
        gauge(to, ("everywhere_nodes", "Nodes that the last change was in force on", None), self.nodes)?;
        let pools = &self.store.pools;
        let busy = pools.iter().map(|pool| (pool.name, u64::from(pool.connections.saturating_sub(pool.idle))));
        gauges(to, "pool_busy_connections", "Connections to the database in use", "pool", busy)?;
        let open = pools.iter().map(|pool| (pool.name, u64::from(pool.connections)));
        gauges(to, "pool_open_connections", "Connections to the database", "pool", open)?;
        let most = pools.iter().map(|pool| (pool.name, u64::from(pool.most)));
        gauges(to, "pool_most_connections", "Most connections to the database", "pool", most)
    }
}

fn counters(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &str,
    rows: &[(&'static str, u64)],
) -> Result<(), fmt::Error> {
    let mut family = to.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (value, count) in rows {
        family.encode_family(&[(label, *value)])?.encode_counter::<NoLabelSet, u64, f64>(count, None)?;
    }
    Ok(())
}

fn gauges(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &str,
    rows: impl IntoIterator<Item = (&'static str, u64)>,
) -> Result<(), fmt::Error> {
    let mut family = to.encode_descriptor(name, help, None, MetricType::Gauge)?;
    rows.into_iter().try_for_each(|(value, number)| family.encode_family(&[(label, value)])?.encode_gauge(&number))
}

fn gauge(
    to: &mut DescriptorEncoder<'_>,
    (name, help, unit): (&str, &str, Option<&Unit>),
    value: u64,
) -> Result<(), fmt::Error> {
    to.encode_descriptor(name, help, unit, MetricType::Gauge)?.encode_gauge(&value)
}

fn histogram(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, counts: &Counts) -> Result<(), fmt::Error> {
    let mut metric = to.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
    metric.encode_histogram::<NoLabelSet>(counts.seconds(), counts.count(), &counts.buckets(), None)
}

//! Every order in which things may happen around a revocation, looked at by a model checker: what the nodes do is
//! decided by [`token_guard::follower`] and [`token_guard::waiter`] themselves; the database, the clocks, what a node
//! keeps, and calls are modelled here. Then rule after rule is left out, and each time a call must be found that passes
//! after the revocation was answered.

#[cfg(test)]
mod changes;
#[cfg(test)]
mod database;
#[cfg(test)]
mod holds;
#[cfg(test)]
mod left_out;
#[cfg(test)]
mod node;
#[cfg(test)]
mod space;
#[cfg(test)]
mod world;

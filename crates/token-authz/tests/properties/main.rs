//! What must hold for all roles and permissions, against the plainest possible reference.

#[cfg(test)]
mod decide;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod widening;

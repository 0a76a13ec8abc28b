//! Bad texts and bad keys against the whole crate, most of them truly signed: a good signature alone opens nothing.

#[cfg(test)]
mod bytes;
#[cfg(test)]
mod claims;
#[cfg(test)]
mod encodings;
#[cfg(test)]
mod header;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod signature;
#[cfg(test)]
mod world;

//! Bad texts and bad keys against the whole crate, most of them truly signed: a good signature alone opens nothing.

#[cfg(test)]
mod claims_names;
#[cfg(test)]
mod claims_spelling;
#[cfg(test)]
mod claims_times;
#[cfg(test)]
mod containers;
#[cfg(test)]
mod encodings;
#[cfg(test)]
mod hand;
#[cfg(test)]
mod header_alg;
#[cfg(test)]
mod header_hmac;
#[cfg(test)]
mod header_keys;
#[cfg(test)]
mod header_kid;
#[cfg(test)]
mod header_members;
#[cfg(test)]
mod issuing;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod members;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod points;
#[cfg(test)]
mod profile;
#[cfg(test)]
mod signature;
#[cfg(test)]
mod signature_numbers;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod world;

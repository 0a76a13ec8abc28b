//! Lines that end as on Unix, however they end in the file, so that every reader counts them alike.

use std::io::{BufRead, Read};

/// Leaves out each carriage return before a line feed.
pub(super) struct UnixLines<R>(R);

impl<R: BufRead> UnixLines<R> {
    pub(super) fn new(inner: R) -> Self {
        Self(inner)
    }

    fn byte(&mut self) -> std::io::Result<Option<u8>> {
        Ok(self.0.fill_buf()?.first().copied())
    }
}

impl<R: BufRead> Read for UnixLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut count = 0;
        for place in buffer {
            let Some(mut byte) = self.byte()? else { break };
            self.0.consume(1);
            if byte == b'\r' && self.byte()? == Some(b'\n') {
                self.0.consume(1);
                byte = b'\n';
            }
            *place = byte;
            count += 1;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn line_ends_of_every_kind_whatever_the_buffer() {
        for (text, read) in
            [("a\r\nb\nc\rd", "a\nb\nc\rd"), ("\r\r\n\r", "\r\n\r"), ("\r\n", "\n"), ("", ""), ("\r\r\r\n", "\r\r\n")]
        {
            for size in 1..5 {
                let mut lines = UnixLines::new(BufReader::with_capacity(size, text.as_bytes()));
                let mut all = Vec::new();
                let mut some = vec![0; size];
                loop {
                    let count = lines.read(&mut some).unwrap();
                    if count == 0 {
                        break;
                    }
                    all.extend(some.iter().take(count));
                }
                assert_eq!(String::from_utf8(all).unwrap(), read, "{text:?} {size}");
            }
        }
    }
}

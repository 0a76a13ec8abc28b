//! Tests of the whole product: the real program over HTTP and its command line, on both databases. Nothing but tests.

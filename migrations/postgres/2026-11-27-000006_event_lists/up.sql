-- The log by time and by kind of event, so that no page of it looks at all of a million events.
CREATE INDEX events_at ON events (at, seq);
CREATE INDEX events_kind ON events (kind, seq);

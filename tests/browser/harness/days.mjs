// Days as forms take them.

/** Seconds of a day. */
export const DAY = 86_400;

/** The date so many days from today, UTC: `2027-05-31`. */
export const day = (ahead) => new Date(Date.now() + ahead * DAY * 1_000).toISOString().slice(0, 10);

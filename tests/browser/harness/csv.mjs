// CSV as RFC 4180 has it, read strictly.
import assert from 'node:assert/strict';

const FIELD = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;

/** Rows of fields. */
export const csv = (text) => {
  const rows = [[]];
  for (let place = 0; place < text.length;) {
    FIELD.lastIndex = place;
    const [whole, quoted, plain] = FIELD.exec(text);
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    place += whole.length;
    if (text[place] === ',') { place += 1; if (place === text.length) rows.at(-1).push(''); continue; }
    assert.equal(text.slice(place, place + 2), '\r\n', `at ${place}: ${text.slice(place, place + 20)}`);
    place += 2;
    if (place < text.length) rows.push([]);
  }
  return rows;
};

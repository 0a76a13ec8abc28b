// The console works without any of this; it makes it quicker. Each part looks for what it knows in a piece of a page.
import { filter } from './filter.js';
import { forms } from './forms.js';
import { panels } from './panels.js';
import { secret } from './secret.js';

export const start = (root) => [filter, forms, panels, secret].forEach((part) => part(root, start));
start(document);

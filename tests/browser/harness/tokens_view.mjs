// The view API Tokens, by the words people see on it.
import { at, reads, sees } from './wait.mjs';

/** Where it is. */
export const TOKENS = '/admin/api-tokens';

/** The two panels on a page. */
export class TokensView {
  constructor(page) {
    this.page = page;
    this.list = page.getByRole('region', { name: 'API Tokens', exact: true });
    this.details = page.getByRole('region', { name: 'Details' });
    this.filter = this.list.getByRole('searchbox', { name: 'Filter tokens by name' });
    this.names = this.list.locator('#rows .name');
    this.count = this.list.locator('#count');
    this.title = this.details.getByRole('heading', { level: 1 });
    this.notice = this.details.locator('> .notice');
    this.form = this.details.locator('form#token');
    this.access = this.details.locator('#access');
    this.text = this.details.getByRole('textbox', { name: 'Token', exact: true });
    this.pending = this.details.getByText('This token will be revoked when you save; this cannot be undone.');
  }

  /** The list, with nothing chosen; with a query such as `?state=revoked`. */
  async visit(query = '') {
    await this.page.goto(TOKENS + query);
    return this;
  }

  /** The page of one token. */
  async show(id, query = '') {
    await this.page.goto(`${TOKENS}/${id}${query}`);
    return this;
  }

  /** A row of the list, by its whole name. */
  row(name) {
    return this.list.locator('#rows > li').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Chooses a row. */
  async choose(name) {
    await this.row(name).getByRole('link').click();
    await reads(this.title, name);
  }

  /** The empty form. */
  async add() {
    await this.list.getByRole('link', { name: 'Add' }).click();
    await reads(this.title, 'New API token');
  }

  /** Another slot for a role, with a role in it. */
  async addRole(name) {
    await this.button('+ Add role').click();
    if (name) await this.roles.last().selectOption({ label: name });
  }

  /** Another slot for a network. */
  async addNetwork(text) {
    await this.button('+ Add network').click();
    await this.networks.last().fill(text);
  }

  /** The drop-downs of the role slots. */
  get roles() { return this.form.getByRole('combobox', { name: /^role/i }); }

  /** The inputs of the network slots. */
  get networks() { return this.form.getByRole('textbox', { name: /^Network/ }); }

  /** An input of the form, by its label. */
  field(label) { return this.form.getByLabel(label, { exact: true }); }

  /** A button in the details. */
  button(name) { return this.details.getByRole('button', { name, exact: true }); }

  /** A dialog that is open. */
  dialog(name) { return this.page.getByRole('dialog', { name }); }

  /** Saves, and sees what is said then. */
  async save(said) {
    await this.button('Save').click();
    if (said) await this.says(said);
  }

  /** The note on top of the details. */
  async says(text) {
    await sees(this.notice.filter({ hasText: text }));
  }

  /** Shows the text; gives it. */
  async showText() {
    await this.button('Show token').click();
    await sees(this.text);
    return this.text.inputValue();
  }

  /** Makes a token by the form; gives its id. */
  async make(name, { description, expires, roles = [] } = {}) {
    await this.add();
    await this.field('Name').fill(name);
    if (description) await this.field('Description').fill(description);
    if (expires) await this.field('Expiry date').fill(expires);
    for (const role of roles) await this.addRole(role);
    await this.save('The token is made');
    await at(this.page, /^\/admin\/api-tokens\/[0-9a-f-]{36}/);
    return this.id();
  }

  /** The id in the address. */
  id() { return /[0-9a-f-]{36}/.exec(this.page.url())?.[0]; }

  /** Marks to be revoked, with a reason. */
  async mark(reason) {
    await this.button('Revoke').click();
    await sees(this.pending);
    if (reason) await this.access.getByLabel('Reason (optional)').fill(reason);
  }
}

// The views Roles and Users: the same two panels as the tokens have, by the words people see on them.
import { reads, sees } from './wait.mjs';

/** A list on the left, one thing on the right. */
class PanelsView {
  constructor(page, { path, heading, filter, form, empty, slots }) {
    Object.assign(this, { page, path, empty, slots });
    this.list = page.getByRole('region', { name: heading, exact: true });
    this.details = page.getByRole('region', { name: 'Details' });
    this.filter = this.list.getByRole('searchbox', { name: filter });
    this.names = this.list.locator('#rows .name');
    this.title = this.details.getByRole('heading', { level: 1 });
    this.notice = this.details.locator('> .notice');
    this.form = this.details.locator(form);
    this.stale = this.details.locator('#stale');
    this.summary = this.details.getByRole('alert').filter({ hasText: 'Nothing was saved. Mend this and save again:' });
  }

  /** The list, with nothing chosen. */
  async visit(query = '') {
    await this.page.goto(this.path + query);
    return this;
  }

  /** The page of one of them. */
  async show(id, query = '') {
    await this.page.goto(`${this.path}/${id}${query}`);
    return this;
  }

  /** A row of the list, by its whole name. */
  row(name) {
    return this.list.locator('#rows > li').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Chooses a row. */
  async choose(name, title = name) {
    await this.row(name).getByRole('link').click();
    await reads(this.title, title);
  }

  /** The empty form. */
  async add() {
    await this.list.getByRole('link', { name: 'Add' }).click();
    await reads(this.title, this.empty);
  }

  /** An input of the form, by its label. */
  field(label) { return this.form.getByLabel(label, { exact: true }); }

  /** The drop-downs of its slots. */
  get chosen() { return this.form.getByRole('combobox', { name: this.slots }); }

  /** A button in the details. */
  button(name) { return this.details.getByRole('button', { name, exact: true }); }

  /** A link in the details. */
  link(name) { return this.details.getByRole('link', { name, exact: true }); }

  /** Saves, and sees what is said then. */
  async save(said) {
    await this.button('Save').click();
    if (said) await this.says(said);
  }

  /** The note on top of the details. */
  async says(text) { await sees(this.notice.filter({ hasText: text })); }

  /** The id in the address. */
  id() { return /[0-9a-f-]{36}/.exec(this.page.url())?.[0]; }
}

/** Where the roles are. */
export const ROLES = '/admin/roles';

/** Where the people are. */
export const USERS = '/admin/users';

/** The view Roles. */
export class RolesView extends PanelsView {
  constructor(page) {
    super(page, { path: ROLES, heading: 'Roles', filter: 'Filter roles by name', form: 'form#role', empty: 'New role', slots: /^Person/ });
    this.rules = this.form.locator('.rule');
  }

  /** One rule more: `addRule('deny', 'assets.*', 'read')`. */
  async addRule(effect, resource, action) {
    await this.button('+ Add rule').click();
    const rule = this.rules.last();
    await rule.getByRole('combobox', { name: /^Effect/ }).selectOption(effect);
    await rule.getByLabel(/^Resource/).fill(resource);
    await rule.getByLabel(/^Action/).fill(action);
  }

  /** One person more. */
  async addPerson(label) {
    await this.button('+ Add person').click();
    if (label) await this.chosen.last().selectOption({ label });
  }
}

/** The view Users. */
export class UsersView extends PanelsView {
  constructor(page) {
    super(page, { path: USERS, heading: 'Users', filter: 'Filter people by name', form: 'form#user', empty: 'New person', slots: /^role/i });
  }

  /** One role more. */
  async addRole(label) {
    await this.button('+ Add role').click();
    if (label) await this.chosen.last().selectOption({ label });
  }
}

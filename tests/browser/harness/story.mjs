// An installation as it looks after some weeks: people, roles, tokens in all states, calls good and refused. The server's
// clock has to be the test's.
import { PASSWORD, expected } from './caller.mjs';
import { DAY } from './days.mjs';

const ROLES = {
  Reader: ['Looks at everything in the inventory.', 'allow assets.*:read'],
  Importer: ['Brings assets in, and mends what is there.', 'allow assets.*:read', 'allow assets.*:create', 'allow assets.*:update', 'deny assets.secrets:*'],
  Deployer: ['Rolls out what was built.', 'allow deployments:*', 'allow assets.applications:read', 'deny deployments.production:delete'],
  Auditor: ['Reads the changelog, tokens and roles.', 'allow events:read', 'allow tokens:read', 'allow roles:read', 'allow users:read'],
  'Token manager': ['Looks after the tokens of a team.', 'allow tokens:*', 'allow roles:read', 'allow decisions:explain', 'deny tokens:show'],
  'On call': ['Nothing yet.'],
};

const PEOPLE = [
  ['grace', 'Grace Hopper', 'Token manager', true, PASSWORD],
  ['alan', 'Alan Turing', 'Auditor', true, PASSWORD],
  ['barbara', 'Barbara Liskov', 'Auditor', true, null],
  ['edsger', 'Edsger Dijkstra', 'Reader', false, PASSWORD],
];

const TOKENS = [
  ['CI pipeline', 'Deploys to production.\nAsk Grace before you change its roles.', ['Deployer', 'Reader'], 240],
  ['Reporting', 'Makes the figures of the month.', ['Reader'], 40],
  ['Nightly import', 'Reads the inventory of the data centre each night.', ['Importer'], 130],
  ['Monitoring probe', '', ['Reader'], 60],
  ['Backup verification', 'Compares the backup with what is there.', ['Reader'], 52],
  ['Legacy inventory sync', 'Nobody knows who needs it.', ['Importer'], null],
  ['Terraform', 'State of the platform team.', ['Deployer'], 365],
  ['Grafana', 'Dashboards of operations.', ['Reader'], 48],
  ['Load test (spring)', 'Over when the test is.', ['Reader'], 12],
  ['Old importer', 'Replaced by the nightly import.', ['Importer'], 200],
  ['Contractor laptop', 'Six weeks of migration work.', ['Importer', 'Reader'], 90],
  ['Customer portal', 'Shows customers what is theirs.', ['Reader'], 180],
  ['Chat bot', '', [], 75],
];

/** Fills the installation; gives ids of roles, people and tokens by name, and texts of tokens. */
export const populate = async (world) => {
  const { ada, clock } = world;
  const story = { roles: {}, people: {}, tokens: {}, texts: {} };
  for (const [name, [description, ...rules]] of Object.entries(ROLES)) {
    const read = (rule) => { const [effect, permission] = rule.split(' '); return { effect, permission }; };
    story.roles[name] = expected(await ada.post('/api/v1/roles', { name, description, rules: rules.map(read) }), 201).id;
  }
  for (const [username, display_name, role, enabled, password] of PEOPLE) {
    const person = { username, display_name, enabled, roles: [story.roles[role]], ...(password && { password }) };
    story.people[username] = expected(await ada.post('/api/v1/users', person), 201).id;
  }
  for (const [name, description, roles, days] of TOKENS) {
    const expires_at = days && new Date(Math.floor(clock.seconds / DAY + days) * DAY * 1_000).toISOString().replace(/\.\d+/, '');
    const made = expected(await ada.post('/api/v1/tokens', { name, description, roles: roles.map((role) => story.roles[role]), expires_at, allowed_networks: name === 'CI pipeline' ? ['127.0.0.0/8', '10.0.0.0/8'] : null }), 201);
    story.tokens[name] = made.id;
    story.texts[name] = made.token;
    await clock.advance(DAY / 2);
  }
  await world.revoke(story.tokens['Contractor laptop'], 'The laptop was lost on a train.');
  await clock.advance(3 * DAY);
  await world.revoke(story.tokens['Old importer'], 'Replaced by the nightly import.');
  expected(await ada.patch(`/api/v1/tokens/${story.tokens['CI pipeline']}`, 1, { description: 'Deploys to production.\nAsk Grace before you change its networks.' }), 200);
  for (let day = 0; day < 18; day += 1) {
    await clock.advance(DAY);
    for (let call = 0; call <= (day * 5) % 7; call += 1) await world.status(story.texts['CI pipeline']);
    if (day % 2) await world.status(story.texts.Reporting);
  }
  for (const name of ['Contractor laptop', 'Contractor laptop', 'Load test (spring)', 'Old importer']) await world.status(story.texts[name]);
  for (let call = 0; call < 5; call += 1) await world.status(story.texts['Chat bot'], '/api/v1/roles');
  await world.anybody.status();
  await clock.advance(120);
  // No session is used that long without a pause.
  world.ada = await world.anybody.signIn('ada');
  await world.signIn(world.page);
  return story;
};

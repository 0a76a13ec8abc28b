// Asks about a token and ends it with oauth4webapi: node oauth4webapi.mjs ISSUER CLIENT_ID CLIENT_SECRET TOKEN
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.env.NODE_DIR + "/"));
// Node 18 has it by another name.
globalThis.crypto ??= (await import("node:crypto")).webcrypto;
const oauth = await import(pathToFileURL(require.resolve("oauth4webapi")));
const [issuer, id, secret, token] = process.argv.slice(2);
// A test has no TLS.
const options = { [oauth.allowInsecureRequests]: true };

const url = new URL(issuer);
const discovered = await oauth.discoveryRequest(url, { algorithm: "oauth2", ...options });
const server = await oauth.processDiscoveryResponse(url, discovered);
const client = { client_id: id };
const auth = oauth.ClientSecretBasic(secret);

async function introspect(text) {
  const response = await oauth.introspectionRequest(server, client, auth, text, options);
  return oauth.processIntrospectionResponse(server, client, response);
}

const before = await introspect(token);
const revocation = await oauth.revocationRequest(server, client, auth, token, options);
await oauth.processRevocationResponse(revocation);
const after = await introspect(token);
const unknown = await introspect("unknown");
// What is wrong with a request is told as OAuth clients read it.
const additionalParameters = new URLSearchParams({ address: "nowhere" });
const bad = await oauth.introspectionRequest(server, client, auth, token, { additionalParameters, ...options });
const error = await oauth.processIntrospectionResponse(server, client, bad).catch((thrown) => thrown.error);
console.log(JSON.stringify({ before, after, unknown, error }));

// Asks about a token and ends it with openid-client: node openid-client.mjs ISSUER CLIENT_ID CLIENT_SECRET TOKEN
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.env.NODE_DIR + "/"));
// Node 18 has it by another name.
globalThis.crypto ??= (await import("node:crypto")).webcrypto;
const client = await import(pathToFileURL(require.resolve("openid-client")));
const [issuer, id, secret, token] = process.argv.slice(2);

const server = await client.discovery(new URL(issuer), id, undefined, client.ClientSecretBasic(secret), {
  algorithm: "oauth2",
  // A test has no TLS.
  execute: [client.allowInsecureRequests],
});
const before = await client.tokenIntrospection(server, token);
await client.tokenRevocation(server, token);
const after = await client.tokenIntrospection(server, token);
const unknown = await client.tokenIntrospection(server, "unknown");
const error = await client.tokenIntrospection(server, token, { address: "nowhere" }).catch((thrown) => thrown.error);
console.log(JSON.stringify({ before, after, unknown, error }));

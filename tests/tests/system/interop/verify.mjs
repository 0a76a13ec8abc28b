// Verifies a token with jose and the published keys: node verify.mjs JWKS TOKEN AUDIENCE ISSUER
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.env.NODE_DIR + "/"));
const { createLocalJWKSet, jwtVerify } = await import(pathToFileURL(require.resolve("jose")));
const [jwks, token, audience, issuer] = process.argv.slice(2);
const keys = createLocalJWKSet(JSON.parse(jwks));
const { payload } = await jwtVerify(token, keys, { audience, issuer, typ: "api-token+jwt" });
console.log(JSON.stringify(payload));

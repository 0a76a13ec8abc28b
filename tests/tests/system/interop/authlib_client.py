# Asks about a token and ends it with Authlib: python authlib_client.py ISSUER CLIENT_ID CLIENT_SECRET TOKEN
import json, sys
import requests
from authlib.integrations.requests_client import OAuth2Session

issuer, client_id, client_secret, token = sys.argv[1:5]
server = requests.get(issuer + "/.well-known/oauth-authorization-server", timeout=30).json()
assert server["issuer"] == issuer
session = OAuth2Session(client_id, client_secret, token_endpoint_auth_method="client_secret_basic")


def introspect(text, **fields):
    response = session.introspect_token(server["introspection_endpoint"], token=text, **fields)
    if response.status_code == 401:
        sys.exit(response.headers["WWW-Authenticate"])
    return response.json()


before = introspect(token, token_type_hint="access_token")
session.revoke_token(server["revocation_endpoint"], token=token).raise_for_status()
after = introspect(token)
unknown = introspect("unknown")
error = introspect(token, body="address=nowhere").get("error")
print(json.dumps({"before": before, "after": after, "unknown": unknown, "error": error}))

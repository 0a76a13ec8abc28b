# Verifies a token with PyJWT and the published keys: python verify.py JWKS TOKEN AUDIENCE ISSUER
import json, sys
import jwt

jwks, token, audience, issuer = sys.argv[1:5]
kid = jwt.get_unverified_header(token)["kid"]
key = next(k for k in json.loads(jwks)["keys"] if k["kid"] == kid)
claims = jwt.decode(token, jwt.PyJWK(key).key, algorithms=[key["alg"]], audience=audience, issuer=issuer,
                    options={"require": ["iss", "aud", "sub", "jti", "iat"]})
print(json.dumps(claims))

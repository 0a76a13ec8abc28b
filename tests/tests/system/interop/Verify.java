// Verifies a token with the JDK, Gson and the published keys: java -cp gson.jar Verify.java JWKS TOKEN AUDIENCE ISSUER
import com.google.gson.*;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.*;
import java.io.*;
import java.math.*;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.*;
import java.security.spec.*;
import java.time.Instant;
import java.util.*;

class Verify {
    public static void main(String[] arguments) throws Exception {
        var keys = JsonParser.parseString(arguments[0]).getAsJsonObject().getAsJsonArray("keys");
        var claims = new Verifier(keys, arguments[2], arguments[3]).verify(arguments[1]);
        System.out.println(new Gson().toJson(claims));
    }
}

/** Knows tokens that one of the keys has signed. Whatever is thrown, the token is refused. */
record Verifier(JsonArray keys, String audience, String issuer) {
    Map<String, JsonElement> verify(String token) throws Exception {
        var parts = token.split("\\.", -1);
        check(parts.length == 3, "not three parts");
        var header = object(decode(parts[0]));
        check(is(header.get("typ"), "api-token+jwt"), "another type of token");
        check(!header.containsKey("crit"), "asks for what nobody knows here");
        var key = key(header.get("kid"));
        // The key says what it is for; the token only has to agree.
        check(key.get("alg").equals(header.get("alg")), "not the algorithm of the key");
        var signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
        check(isSigned(key, signed, decode(parts[2])), "wrong signature");

        var claims = object(decode(parts[1]));
        check(is(claims.get("iss"), issuer), "another issuer");
        check(is(claims.get("aud"), audience), "another audience");
        for (var name : List.of("sub", "jti", "iat")) check(claims.get(name) instanceof JsonPrimitive, "a claim is missing");
        var now = BigDecimal.valueOf(Instant.now().getEpochSecond());
        check(!claims.containsKey("exp") || now.compareTo(time(claims.get("exp"))) < 0, "expired");
        check(!claims.containsKey("nbf") || now.compareTo(time(claims.get("nbf"))) >= 0, "not good yet");
        return claims;
    }

    private JsonObject key(JsonElement kid) throws UnknownKey {
        for (var key : keys) {
            if (key.getAsJsonObject().get("kid").equals(kid)) return key.getAsJsonObject();
        }
        throw new UnknownKey();
    }

    private static boolean isSigned(JsonObject key, byte[] signed, byte[] signature) throws GeneralSecurityException {
        var algorithm = key.get("alg").getAsString();
        var length = algorithm.equals("RS256") ? bytes(key, "n").length : 64;
        var verifier = Signature.getInstance(switch (algorithm) {
            case "EdDSA" -> "Ed25519";
            case "ES256" -> "SHA256withECDSAinP1363Format";
            case "RS256" -> "SHA256withRSA";
            default -> throw new GeneralSecurityException("refused: a key for " + algorithm);
        });
        verifier.initVerify(publicKey(key, algorithm));
        verifier.update(signed);
        return signature.length == length && !isNothing(algorithm, signature) && verifier.verify(signature);
    }

    /** Java before 17.0.3 takes zeros for a good signature of everything (CVE-2022-21449). */
    private static boolean isNothing(String algorithm, byte[] signature) {
        if (!algorithm.equals("ES256")) return false;
        var middle = signature.length / 2;
        var r = new BigInteger(1, Arrays.copyOf(signature, middle));
        var s = new BigInteger(1, Arrays.copyOfRange(signature, middle, signature.length));
        return r.signum() == 0 || s.signum() == 0;
    }

    private static PublicKey publicKey(JsonObject key, String algorithm) throws GeneralSecurityException {
        if (algorithm.equals("EdDSA")) {
            // What stands before the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410).
            var der = new ByteArrayOutputStream();
            der.writeBytes(HexFormat.of().parseHex("302a300506032b6570032100"));
            der.writeBytes(bytes(key, "x"));
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der.toByteArray()));
        }
        if (algorithm.equals("RS256")) {
            return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(number(key, "n"), number(key, "e")));
        }
        var curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        var point = new ECPoint(number(key, "x"), number(key, "y"));
        return KeyFactory.getInstance("EC")
            .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
    }

    private static BigInteger number(JsonObject key, String name) throws GeneralSecurityException {
        return new BigInteger(1, bytes(key, name));
    }

    private static byte[] bytes(JsonObject key, String name) throws GeneralSecurityException {
        return decode(key.get(name).getAsString());
    }

    /** Java's decoder takes padding and stray bits as well; one spelling is enough. */
    private static byte[] decode(String text) throws GeneralSecurityException {
        var bytes = Base64.getUrlDecoder().decode(text);
        check(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text), "not base64url");
        return bytes;
    }

    /** One JSON object and nothing behind it, in UTF-8. A reader of its own is strict; a map takes no name twice. */
    private static Map<String, JsonElement> object(byte[] text) throws Exception {
        var decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
        var reader = new JsonReader(new StringReader(decoded.toString()));
        // A list of pairs would be taken for a map as well.
        check(reader.peek() == JsonToken.BEGIN_OBJECT, "not one JSON object");
        var object = new Gson().getAdapter(new TypeToken<Map<String, JsonElement>>() {}).read(reader);
        check(reader.peek() == JsonToken.END_DOCUMENT, "not one JSON object");
        return object;
    }

    private static BigDecimal time(JsonElement found) throws GeneralSecurityException {
        check(found instanceof JsonPrimitive value && value.isNumber(), "not a time");
        return found.getAsBigDecimal();
    }

    private static boolean is(JsonElement found, String wanted) {
        return new JsonPrimitive(wanted).equals(found);
    }

    private static void check(boolean holds, String otherwise) throws GeneralSecurityException {
        if (!holds) throw new GeneralSecurityException("refused: " + otherwise);
    }
}

/** No key has the name that the token gives: it may be newer than the keys here. */
class UnknownKey extends GeneralSecurityException {
    UnknownKey() {
        super("refused: no such key");
    }
}

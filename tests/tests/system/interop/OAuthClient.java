// Asks about a token and ends it with the JDK and Gson: java -cp gson.jar OAuthClient.java ISSUER CLIENT_ID CLIENT_SECRET TOKEN
import com.google.gson.*;
import java.io.IOException;
import java.net.*;
import java.net.http.*;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;

class OAuthClient {
    public static void main(String[] arguments) throws Exception {
        var token = arguments[3];
        var server = new TokenServer(arguments[0], arguments[1], arguments[2]);
        var said = new JsonObject();
        said.add("before", server.introspect(Map.of("token", token, "token_type_hint", "access_token")));
        server.revoke(token);
        said.add("after", server.introspect(Map.of("token", token)));
        said.add("unknown", server.introspect(Map.of("token", "unknown")));
        try {
            server.introspect(Map.of("token", token, "address", "nowhere"));
        } catch (Refused refused) {
            said.add("error", JsonParser.parseString(refused.body).getAsJsonObject().get("error"));
        }
        System.out.println(said);
    }
}

/** Where tokens are asked about and ended. Whatever is thrown, nothing is known of a token, and it must not pass. */
class TokenServer {
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final String credential;
    private final JsonObject metadata;

    TokenServer(String issuer, String clientId, String secret) throws IOException, InterruptedException {
        var pair = encode(clientId) + ":" + encode(secret);
        credential = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        var url = URI.create(issuer + "/.well-known/oauth-authorization-server");
        metadata = JsonParser.parseString(send(HttpRequest.newBuilder(url))).getAsJsonObject();
        if (!metadata.get("issuer").getAsString().equals(issuer)) throw new IOException("the metadata of another issuer");
    }

    /** What there is to know of a token, which passes if `active` is true. */
    JsonObject introspect(Map<String, String> form) throws IOException, InterruptedException {
        return JsonParser.parseString(post("introspection_endpoint", form)).getAsJsonObject();
    }

    /** Ends a token for good. */
    void revoke(String token) throws IOException, InterruptedException {
        post("revocation_endpoint", Map.of("token", token));
    }

    private String post(String endpoint, Map<String, String> form) throws IOException, InterruptedException {
        var body = new StringJoiner("&");
        form.forEach((name, value) -> body.add(encode(name) + "=" + encode(value)));
        return send(HttpRequest.newBuilder(URI.create(metadata.get(endpoint).getAsString()))
            .header("Authorization", credential)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = http.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
        if (response.statusCode() == 200) return response.body();
        throw new Refused(response.statusCode(), response.body());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

/** An answer other than 200, as it came. */
class Refused extends IOException {
    final String body;

    Refused(int status, String body) {
        super(status + ": " + body);
        this.body = body;
    }
}

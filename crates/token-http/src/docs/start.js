"use strict";

// Nothing leaves this origin: no validator of another site, and a token that is typed in is forgotten with the page.
SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  queryConfigEnabled: false,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  showCommonExtensions: true,
});

"use strict";
// The same request in other tongues. Each sample runs as it stands.

const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

const literal = (value) => {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return JSON.stringify(value);
};

const samples = {
  curl: (url, body) => [
    `curl -s ${url} \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d ${quoted(JSON.stringify(body, null, 2))}`,
  ].join("\n"),

  python: (url, body) => [
    "import requests",
    "",
    "body = {",
    ...Object.entries(body).map(([name, value]) => `    ${JSON.stringify(name)}: ${literal(value)},`),
    "}",
    `answer = requests.post("${url}", json=body, timeout=120).json()`,
    "for number, link in enumerate(answer[\"output\"]):",
    "    with open(f\"picture-{number}.png\", \"wb\") as file:",
    "        file.write(requests.get(link, timeout=60).content)",
  ].join("\n"),

  javascript: (url, body) => [
    `const response = await fetch("${url}", {`,
    "  method: \"POST\",",
    "  headers: { \"Content-Type\": \"application/json\" },",
    `  body: JSON.stringify(${JSON.stringify(body, null, 2).replaceAll("\n", "\n  ")}),`,
    "  redirect: \"follow\",",
    "});",
    "const answer = await response.json();",
    "console.log(answer.status, answer.output);",
  ].join("\n"),
};

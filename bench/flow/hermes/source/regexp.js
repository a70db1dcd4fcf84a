const template = "https://{host}/v1/{ host }";
export const load = () => fetch(template.replace(/\{host\}/g, "regexp.hermes.test").replace(/\{\s*host\s*\}/, "items"));
export const other = () => fetch("https://regexp_two-hermes-test/v2".replace(/[_]/g, "-").replace(/-(?=hermes|test)/g, "."));

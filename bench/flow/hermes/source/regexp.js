const template = "https://{host}/v1/{ path }";
export const load = () => fetch(template.replace(/\{host\}/g, "regexp.hermes.test").replace(/\{\s*path\s*\}/, "items"));
export const other = () => fetch("https://regexp_two-hermes-test/v2".replace(/[_-]/g, "."));

const build = ({base = "https://default-parameter.hermes.test", path}) => fetch(`${base}/${path}`);
export const load = () => build({path: "v1/given"});

function join() {
  const parts = [];
  for (let i = 0; i < arguments.length; i++) parts.push(arguments[i]);
  return parts.join("");
}
export const load = () => fetch(join("https://", "spread.hermes.test", "/v2/all"));

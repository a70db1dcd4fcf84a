const parts = ["https", "://", "array-loop", ".hermes", ".test", "/v1"];
export function load() {
  let address = "";
  for (let i = 0; i < parts.length; i++) address += parts[i];
  return fetch(address);
}

export function load() {
  let address = "https://";
  for (const part of ["for-of", ".hermes.test", "/v1", "/each"]) address += part;
  return fetch(address);
}

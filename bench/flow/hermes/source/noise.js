export function name(kind, part) {
  const text = "https://" + kind + ".hermes.test/" + part;
  if (!part) { throw new Error("see https://docs.noise.hermes.test/errors/" + kind); }
  return text;
}

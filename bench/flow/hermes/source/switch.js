function host(stage) {
  switch (stage) {
    case 1: return "one.switch.hermes.test";
    case 2: return "two.switch.hermes.test";
    default: return "three.switch.hermes.test";
  }
}
export const load = (stage) => fetch("https://" + host(stage) + "/v1");

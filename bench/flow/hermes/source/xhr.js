const base = "https://xhr.hermes.test";
export function load(done) {
  const request = new XMLHttpRequest();
  request.open("GET", base + "/v1/legacy");
  request.onload = done;
  request.send();
}

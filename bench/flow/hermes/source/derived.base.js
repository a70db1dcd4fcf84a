export class Base {
  constructor(host, version) { this.root = "https://" + host + "/" + version; }
  request(path, body) { return fetch(this.root + path, {method: "POST", body}); }
}

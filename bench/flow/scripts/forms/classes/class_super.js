(()=>{var e=class{constructor(t){this.url=t}get(t){return fetch(this.url+t)}},s=class extends e{constructor(){super("https://a50.acme.test/cs")}me(){return this.get("/me")}};new s().me();})();

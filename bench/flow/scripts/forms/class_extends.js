(()=>{var s=class{constructor(t){this.b=t}get(t){return fetch(this.b+t)}},e=class extends s{constructor(){super("https://b19.acme.test")}all(){return this.get("/users")}};new e().all();})();

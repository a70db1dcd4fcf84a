(()=>{var e=class{#e="https://a52.acme.test/pf";#t(t){return this.#e+t}me(){return fetch(this.#t("/me"))}};new e().me();})();

(()=>{var s=class{#t;#s="https://ion.shop.test/m";constructor(t){this.#t=t}login(t){return this.#t.post(this.#s+"/auth",t,{})}};new s(new HTTP).login({});})();

(()=>{var t=class s{#t="prv.shop.test";static#s="/v1";get#e(){return"https://"+this.#t+s.#s}z(){return fetch(this.#e+"/z")}};new t().z();})();

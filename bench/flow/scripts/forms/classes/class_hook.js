(()=>{var t=class{get host(){throw 1}get(h){return fetch("https://"+this.host+h)}},e=class extends t{get host(){return"a51.acme.test"}};new e().get("/ch/me");})();

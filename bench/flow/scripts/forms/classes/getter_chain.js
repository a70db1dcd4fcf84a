(()=>{var t=class{get host(){return"a6.acme.test"}get port(){return 8443}get base(){return`https://${this.host}:${this.port}/rest`}},e=new t;function r(){return fetch(e.base+"/me")}r();})();

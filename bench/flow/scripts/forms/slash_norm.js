(()=>{var e="https://b34.acme.test/".replace(/\/$/,"");fetch(e+"/users");})();

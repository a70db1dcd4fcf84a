(()=>{var t;window.dev?t="http://localhost:3000":t="https://b30.acme.test";fetch(t+"/users");})();

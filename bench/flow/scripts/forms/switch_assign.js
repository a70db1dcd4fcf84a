(()=>{var t;window.e===1?t="https://b31.acme.test":t="https://b31d.acme.test";fetch(t+"/users");})();

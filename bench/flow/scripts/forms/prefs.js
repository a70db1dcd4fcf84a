(()=>{var e=window.localStorage.server?window.localStorage.server:"https://b29.acme.test";fetch(e+"/users");})();

(()=>{var e=localStorage.getItem("server")||"https://b28.acme.test";fetch(e+"/users");})();

(()=>{define("cfg",[],function(){return{base:"https://b43.acme.test"}});define("m",["cfg"],function(e){return fetch(e.base+"/users")});})();

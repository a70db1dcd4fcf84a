(()=>{globalThis.APP={host:"gt.shop.test"};(function(){fetch("https://"+globalThis.APP.host+"/v1/u")})();})();

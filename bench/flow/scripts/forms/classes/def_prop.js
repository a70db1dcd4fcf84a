(()=>{var e={};Object.defineProperty(e,"base",{get:()=>"https://a57.acme.test/dp"});fetch(e.base+"/me");})();

(()=>{var t=["b15.acme.test","b15b.acme.test"];fetch("https://"+t[Math.floor(Math.random()*t.length)]+"/ping");})();

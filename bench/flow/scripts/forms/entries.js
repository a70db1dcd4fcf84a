(()=>{Object.entries({a:"b17.acme.test"}).forEach(([e,t])=>fetch("https://"+t+"/ping"));})();

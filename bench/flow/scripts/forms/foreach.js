(()=>{var c=["b13.acme.test","b13b.acme.test"];c.forEach(t=>fetch("https://"+t+"/ping"));})();

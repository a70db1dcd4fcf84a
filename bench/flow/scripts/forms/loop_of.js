(()=>{for(let t of["b12.acme.test","b12b.acme.test"])fetch(`https://${t}/ping`);})();

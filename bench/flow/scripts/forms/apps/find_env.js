(()=>{var e=[{n:"dev",h:"dev.fe.shop.test"},{n:"prod",h:"fe.shop.test"}],h=e.find(t=>t.n==="prod");fetch("https://"+h.h+"/v1/u");})();

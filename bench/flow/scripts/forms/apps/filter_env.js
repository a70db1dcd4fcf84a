(()=>{var h=[{n:"dev",h:"dev.fi.shop.test"},{n:"prod",h:"fi.shop.test"}],[s]=h.filter(t=>t.n==="prod");fetch("https://"+s.h+"/v1/u");})();

(()=>{var o="https://{host}/{v}/u",c=(t,s)=>t.replace(/\{(\w+)\}/g,(e,h)=>s[h]);fetch(c(o,{host:"rt.shop.test",v:"v1"}));})();

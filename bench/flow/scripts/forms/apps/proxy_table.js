(()=>{var s={api:"pt.shop.test"},e=new Proxy(s,{get:(t,p)=>`https://${t[p]}`});fetch(e.api+"/v1/p");})();

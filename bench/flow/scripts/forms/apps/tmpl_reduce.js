(()=>{var e=["v1","a","b"],c=e.reduce((t,s)=>`${t}/${s}`,"https://red.shop.test");fetch(c);})();

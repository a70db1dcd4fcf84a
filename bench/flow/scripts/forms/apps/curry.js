(()=>{var o=s=>t=>c=>fetch(s+t,c),e=o("https://cur.shop.test"),h=e("/v1/u");h({});})();

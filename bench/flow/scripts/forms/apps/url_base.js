(()=>{var t=new URL("/v1/q","https://ub.shop.test/old");t.searchParams.set("limit","5");fetch(t);})();

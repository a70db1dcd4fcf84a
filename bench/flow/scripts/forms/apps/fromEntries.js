(()=>{var t=Object.fromEntries([["host","fen.shop.test"],["v","v1"]]);fetch(`https://${t.host}/${t.v}/u`);})();

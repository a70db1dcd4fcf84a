(()=>{var t=new URL("https://placeholder.invalid");t.hostname="ua.shop.test";t.port="9443";t.pathname="/v1/q";fetch(t.href);})();

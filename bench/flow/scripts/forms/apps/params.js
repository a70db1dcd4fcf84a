(()=>{var s=new URLSearchParams({q:"a",n:"5"}),t={b:"par.shop.test"};fetch(`https://${t.b}/v1/search?${s}`);})();

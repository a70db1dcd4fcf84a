(()=>{var t={net:{api:{host:"opt.shop.test"}}};fetch("https://"+(t?.net?.api?.host??"localhost")+"/v1/z");})();

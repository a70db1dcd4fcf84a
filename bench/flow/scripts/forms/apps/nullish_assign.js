(()=>{var s=window.opts||{};s.host??="nua.shop.test";s.scheme||="https";fetch(s.scheme+"://"+s.host+"/v1/z");})();

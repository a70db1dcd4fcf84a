const base=()=>"https://function.shop.test";function u(p){return base()+"/v1"+p}fetch(u("/stock"));

function f(e){return fetch("https://"+e.region+".hole.shop.test/x")}fetch("https://hole"+n()+".shop.test/y");

const {host:h="pattern.shop.test",path:p}={path:"/v1/q"};fetch("https://"+h+p);
